"""What alembic's own command runs; the server itself goes through `migration.py`."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine

from portkey_local.store.schema import metadata

with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    context.run_migrations()
