"""A column for the fields of the contract that have none of their own.

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns."""
    for table in ("collections", "labels", "partials", "prompt_versions"):
        op.add_column(table, sa.Column("extra", sa.JSON))
