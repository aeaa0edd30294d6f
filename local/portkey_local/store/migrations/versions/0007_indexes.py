"""Indexes for the runs of a prompt's id, and for a collection's prompts by their age.

Revision: 0007, after 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("runs_by_prompt_id", "runs", ["prompt_id", "started_at"])
    op.drop_index("prompts_by_collection", "prompts")
    op.create_index("prompts_by_collection", "prompts", ["collection_id", "created_at", "id"])
