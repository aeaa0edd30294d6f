"""API keys, a record of runs, and the epochs of imports.

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portkey_local.store.text import AnyText

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables."""
    op.create_table("epochs", sa.Column("id", AnyText, primary_key=True))
    op.create_table(
        "api_keys",
        sa.Column("id", AnyText, primary_key=True),
        sa.Column("name", AnyText),
        sa.Column("digest", AnyText, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("created_at", AnyText, nullable=False),
        sa.Column("revoked_at", AnyText),
    )
    op.create_table(
        "runs",
        sa.Column("id", AnyText, primary_key=True),
        sa.Column("started_at", AnyText, nullable=False),
        sa.Column("trace_id", AnyText, nullable=False),
        sa.Column("reference", AnyText, nullable=False),
        sa.Column("prompt_id", AnyText, nullable=False),
        sa.Column("prompt_slug", AnyText, nullable=False),
        sa.Column("version_id", AnyText, nullable=False),
        sa.Column("version_number", sa.Integer, nullable=False),
        sa.Column("upstream", AnyText, nullable=False),
        sa.Column("model", AnyText),
        sa.Column("streamed", sa.Boolean, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("error", AnyText),
        sa.Column("latency_ms", sa.Float, nullable=False),
        sa.Column("first_token_ms", sa.Float),
        sa.Column("prompt_tokens", sa.Integer),
        sa.Column("completion_tokens", sa.Integer),
        sa.Column("total_tokens", sa.Integer),
        sa.Column("request", AnyText),
        sa.Column("answer", AnyText),
    )
    op.create_index("runs_by_age", "runs", ["started_at", "id"])
    op.create_index("runs_by_prompt", "runs", ["prompt_slug", "version_number", "started_at"])
