"""The tables, the same on every database; `migrations/` brings an older database to them.

What a version renders to is immutable: a row of `prompt_versions` or `partial_versions` keeps it for ever; its virtual
key and description may change. Which version is published is a number on the prompt. Which one has a label is a row of
`version_labels`, whose primary key allows a label on one version of a prompt only. `latest_number` is raised in the
transaction that inserts the version, so that numbers have no gaps and no duplicates on any database.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from .text import AnyText

metadata = MetaData()


def _key(name: str, target: str, *, cascade: bool = False) -> Column[str]:
    return Column(name, AnyText, ForeignKey(target, ondelete="CASCADE" if cascade else None), nullable=False)


def _stamp(name: str) -> Column[str]:
    """Return a column for a UTC time stamp in the wire's own form, which sorts as text."""
    return Column(name, AnyText, nullable=False)


def _json(name: str) -> Column[object]:
    return Column(name, JSON(none_as_null=True))


collections = Table(
    "collections",
    metadata,
    Column("id", AnyText, primary_key=True),
    Column("slug", AnyText, nullable=False, unique=True),
    Column("name", AnyText, nullable=False),
    Column("folded_name", AnyText, nullable=False),
    Column("workspace_id", AnyText, nullable=False),
    Column("parent_collection_id", AnyText, ForeignKey("collections.id")),
    Column("is_default", Boolean, nullable=False),
    Column("status", AnyText, nullable=False),
    _stamp("created_at"),
    _stamp("last_updated_at"),
    _json("extra"),
)

labels = Table(
    "labels",
    metadata,
    Column("id", AnyText, primary_key=True),
    Column("name", AnyText, nullable=False, unique=True),
    Column("folded_name", AnyText, nullable=False),
    Column("description", AnyText),
    Column("color_code", AnyText),
    Column("organisation_id", AnyText, nullable=False),
    Column("workspace_id", AnyText, nullable=False),
    Column("is_universal", Boolean, nullable=False),
    Column("status", AnyText, nullable=False),
    _stamp("created_at"),
    _stamp("last_updated_at"),
    _json("extra"),
)

prompts = Table(
    "prompts",
    metadata,
    Column("id", AnyText, primary_key=True),
    Column("slug", AnyText, nullable=False, unique=True),
    Column("name", AnyText, nullable=False),
    Column("folded_name", AnyText, nullable=False),
    _key("collection_id", "collections.id"),
    Column("status", AnyText, nullable=False),
    Column("published_number", Integer, nullable=False),
    Column("latest_number", Integer, nullable=False),
    _stamp("created_at"),
    _stamp("last_updated_at"),
    Column("published_by", AnyText),
    Index("prompts_by_age", "created_at", "id"),
    Index("prompts_by_collection", "collection_id", "created_at", "id"),
)

prompt_versions = Table(
    "prompt_versions",
    metadata,
    Column("id", AnyText, primary_key=True),
    _key("prompt_id", "prompts.id", cascade=True),
    Column("number", Integer, nullable=False),
    Column("string", AnyText, nullable=False),
    _json("parameters"),
    _json("functions"),
    _json("tools"),
    _json("tool_choice"),
    _json("template_metadata"),
    _json("variable_components"),
    Column("model", AnyText),
    Column("virtual_key", AnyText),
    Column("is_raw_template", Integer, nullable=False),
    Column("description", AnyText),
    _stamp("created_at"),
    _json("extra"),
    Column("created_by", AnyText),
    UniqueConstraint("prompt_id", "number"),
)

version_labels = Table(
    "version_labels",
    metadata,
    _key("prompt_id", "prompts.id", cascade=True),
    _key("label_id", "labels.id", cascade=True),
    _key("version_id", "prompt_versions.id", cascade=True),
    _stamp("given_at"),
    Column("given_by", AnyText),
    PrimaryKeyConstraint("prompt_id", "label_id"),
    Index("version_labels_by_version", "version_id"),
    Index("version_labels_by_label", "label_id"),
)

partials = Table(
    "partials",
    metadata,
    Column("id", AnyText, primary_key=True),
    Column("slug", AnyText, nullable=False, unique=True),
    Column("name", AnyText, nullable=False),
    _key("collection_id", "collections.id"),
    Column("status", AnyText, nullable=False),
    Column("published_number", Integer, nullable=False),
    Column("latest_number", Integer, nullable=False),
    _stamp("created_at"),
    _stamp("last_updated_at"),
    _json("extra"),
    Column("published_by", AnyText),
    Index("partials_by_age", "created_at", "id"),
    Index("partials_by_collection", "collection_id"),
)

partial_versions = Table(
    "partial_versions",
    metadata,
    Column("id", AnyText, primary_key=True),
    _key("partial_id", "partials.id", cascade=True),
    Column("number", Integer, nullable=False),
    Column("string", AnyText, nullable=False),
    _json("variable_components"),
    Column("description", AnyText),
    _stamp("created_at"),
    Column("created_by", AnyText),
    UniqueConstraint("partial_id", "number"),
)

epochs = Table("epochs", metadata, Column("id", AnyText, primary_key=True))
"""One row, with a new id after each import: what was read before it may be untrue, versions included."""

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", AnyText, primary_key=True),
    Column("name", AnyText),
    Column("digest", AnyText, nullable=False),
    Column("scopes", JSON, nullable=False),
    _stamp("created_at"),
    Column("revoked_at", AnyText),
    Column("expires_at", AnyText),
    Column("replaced_by", AnyText),
)

runs = Table(
    "runs",
    metadata,
    Column("id", AnyText, primary_key=True),
    _stamp("started_at"),
    Column("trace_id", AnyText, nullable=False),
    # No foreign keys: a run outlives its prompt.
    Column("reference", AnyText, nullable=False),
    Column("prompt_id", AnyText, nullable=False),
    Column("prompt_slug", AnyText, nullable=False),
    Column("version_id", AnyText, nullable=False),
    Column("version_number", Integer, nullable=False),
    Column("upstream", AnyText, nullable=False),
    Column("model", AnyText),
    Column("streamed", Boolean, nullable=False),
    Column("status", Integer, nullable=False),
    Column("error", AnyText),
    Column("latency_ms", Float, nullable=False),
    Column("first_token_ms", Float),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Column("total_tokens", Integer),
    # JSON, where texts are kept; nobody asks for a part of it.
    Column("request", AnyText),
    Column("answer", AnyText),
    Index("runs_by_age", "started_at", "id"),
    Index("runs_by_prompt", "prompt_slug", "version_number", "started_at"),
    Index("runs_by_prompt_id", "prompt_id", "started_at"),
)
