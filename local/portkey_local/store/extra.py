"""Fields that the contract has and a table has no column for: kept together in its column `extra`, as JSON.

So an optional field that the contract gains is kept and answered without a line here. One that is searched or sorted by
gets a column, and a migration that takes it out of `extra`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Row

from . import schema

_BODIES = {
    "collections": ("CollectionCreate", "CollectionUpdate"),
    "labels": ("LabelCreate", "LabelUpdate"),
    "partials": ("PromptPartialCreate", "PromptPartialUpdate"),
    "prompt_versions": ("PromptCreate", "PromptUpdate"),
}
"""The bodies that a table's rows are made and changed of."""
_KEPT_OTHERWISE = {
    "collection_id",
    "description",
    "name",
    "organization_id",
    "patch",
    "prompt_metadata",
    "string",
    "version_description",
    "workspace_id",
}
"""Fields of bodies that another table keeps, or this one under another name, or that are not kept."""


@cache
def names(table: str) -> tuple[str, ...]:
    """Return the names of a table's fields that have no column, sorted."""
    from portkey_openapi import models
    from portkey_openapi.records import wire_names

    described = {name for body in _BODIES.get(table, ()) for name in wire_names(getattr(models, body))}
    return tuple(sorted(described - _KEPT_OTHERWISE - {*schema.metadata.tables[table].columns.keys()}))


def taken(table: str, fields: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """Pick what the column `extra` holds out of a row's fields; None for nothing.

    Args:
        table: The table's name.
        fields: The fields, others among them.
        before: What the column held; it stays where the fields say nothing else.
    """
    return {**(before or {}), **{name: fields[name] for name in names(table) if fields.get(name) is not None}} or None


def flat(row: Row[Any]) -> dict[str, Any]:
    """Return a row's columns, and what `extra` holds beside them."""
    columns = row._asdict()
    further = columns.pop("extra", None)
    return {**columns, **further} if further else columns
