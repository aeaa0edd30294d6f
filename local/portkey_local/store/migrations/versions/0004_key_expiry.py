"""When an API key ends by itself, and which one takes its place.

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portkey_local.store.text import AnyText

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns."""
    for column in ("expires_at", "replaced_by"):
        op.add_column("api_keys", sa.Column(column, AnyText))
