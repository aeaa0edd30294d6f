"""Runs are found by their prompt's id without reading all of them.

Revision: 0007, after 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the index."""
    op.create_index("runs_by_prompt_id", "runs", ["prompt_id", "started_at"])
