"""The scope `release`, for keys that could publish and move every label before it was there.

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portkey_local.store.text import AnyText

revision = "0006"
down_revision = "0005"
_KEYS = sa.table("api_keys", sa.column("id", AnyText), sa.column("scopes", sa.JSON))


def upgrade() -> None:
    """Add the scope to keys that have `write`."""
    connection = op.get_bind()
    for key, scopes in connection.execute(sa.select(_KEYS.c.id, _KEYS.c.scopes)).all():
        if "write" in scopes:
            connection.execute(_KEYS.update().where(_KEYS.c.id == key).values(scopes=[*scopes, "release"]))
