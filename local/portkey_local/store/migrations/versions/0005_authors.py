"""Who made a version, published it, or gave it a label.

Revision: 0005, after 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portkey_local.store.text import AnyText

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns."""
    for table in ("prompt_versions", "partial_versions"):
        op.add_column(table, sa.Column("created_by", AnyText))
    for table in ("prompts", "partials"):
        op.add_column(table, sa.Column("published_by", AnyText))
    op.add_column("version_labels", sa.Column("given_by", AnyText))
