"""Prompts, partials, labels and collections, as 1.0.0.0 had them.

Revision: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portkey_local.store.text import AnyText

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "collections",
        sa.Column("id", AnyText, primary_key=True),
        sa.Column("slug", AnyText, nullable=False, unique=True),
        sa.Column("name", AnyText, nullable=False),
        sa.Column("folded_name", AnyText, nullable=False),
        sa.Column("workspace_id", AnyText, nullable=False),
        sa.Column("parent_collection_id", AnyText, sa.ForeignKey("collections.id")),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.Column("status", AnyText, nullable=False),
        sa.Column("created_at", AnyText, nullable=False),
        sa.Column("last_updated_at", AnyText, nullable=False),
    )
    op.create_table(
        "labels",
        sa.Column("id", AnyText, primary_key=True),
        sa.Column("name", AnyText, nullable=False, unique=True),
        sa.Column("folded_name", AnyText, nullable=False),
        sa.Column("description", AnyText),
        sa.Column("color_code", AnyText),
        sa.Column("organisation_id", AnyText, nullable=False),
        sa.Column("workspace_id", AnyText, nullable=False),
        sa.Column("is_universal", sa.Boolean, nullable=False),
        sa.Column("status", AnyText, nullable=False),
        sa.Column("created_at", AnyText, nullable=False),
        sa.Column("last_updated_at", AnyText, nullable=False),
    )
    op.create_table(
        "prompts",
        sa.Column("id", AnyText, primary_key=True),
        sa.Column("slug", AnyText, nullable=False, unique=True),
        sa.Column("name", AnyText, nullable=False),
        sa.Column("folded_name", AnyText, nullable=False),
        sa.Column("collection_id", AnyText, sa.ForeignKey("collections.id"), nullable=False),
        sa.Column("status", AnyText, nullable=False),
        sa.Column("published_number", sa.Integer, nullable=False),
        sa.Column("latest_number", sa.Integer, nullable=False),
        sa.Column("created_at", AnyText, nullable=False),
        sa.Column("last_updated_at", AnyText, nullable=False),
    )
    op.create_index("prompts_by_age", "prompts", ["created_at", "id"])
    op.create_index("prompts_by_collection", "prompts", ["collection_id"])
    op.create_table(
        "prompt_versions",
        sa.Column("id", AnyText, primary_key=True),
        sa.Column("prompt_id", AnyText, sa.ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("string", AnyText, nullable=False),
        sa.Column("parameters", sa.JSON),
        sa.Column("functions", sa.JSON),
        sa.Column("tools", sa.JSON),
        sa.Column("tool_choice", sa.JSON),
        sa.Column("template_metadata", sa.JSON),
        sa.Column("variable_components", sa.JSON),
        sa.Column("model", AnyText),
        sa.Column("virtual_key", AnyText),
        sa.Column("is_raw_template", sa.Integer, nullable=False),
        sa.Column("description", AnyText),
        sa.Column("created_at", AnyText, nullable=False),
        sa.UniqueConstraint("prompt_id", "number"),
    )
    op.create_table(
        "version_labels",
        sa.Column("prompt_id", AnyText, sa.ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("label_id", AnyText, sa.ForeignKey("labels.id", ondelete="CASCADE"), nullable=False),
        sa.Column("version_id", AnyText, sa.ForeignKey("prompt_versions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("given_at", AnyText, nullable=False),
        sa.PrimaryKeyConstraint("prompt_id", "label_id"),
    )
    op.create_index("version_labels_by_version", "version_labels", ["version_id"])
    op.create_index("version_labels_by_label", "version_labels", ["label_id"])
    op.create_table(
        "partials",
        sa.Column("id", AnyText, primary_key=True),
        sa.Column("slug", AnyText, nullable=False, unique=True),
        sa.Column("name", AnyText, nullable=False),
        sa.Column("collection_id", AnyText, sa.ForeignKey("collections.id"), nullable=False),
        sa.Column("status", AnyText, nullable=False),
        sa.Column("published_number", sa.Integer, nullable=False),
        sa.Column("latest_number", sa.Integer, nullable=False),
        sa.Column("created_at", AnyText, nullable=False),
        sa.Column("last_updated_at", AnyText, nullable=False),
    )
    op.create_index("partials_by_age", "partials", ["created_at", "id"])
    op.create_index("partials_by_collection", "partials", ["collection_id"])
    op.create_table(
        "partial_versions",
        sa.Column("id", AnyText, primary_key=True),
        sa.Column("partial_id", AnyText, sa.ForeignKey("partials.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("string", AnyText, nullable=False),
        sa.Column("variable_components", sa.JSON),
        sa.Column("description", AnyText),
        sa.Column("created_at", AnyText, nullable=False),
        sa.UniqueConstraint("partial_id", "number"),
    )
