"""Rows of the store in the shapes of the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from portkey_local.store.extra import flat
from portkey_local.store.universals import ACTIVE, ARCHIVED
from portkey_prompts.rendering import content_fields
from portkey_prompts.templates import template_text

LabelsOf = Mapping[str, Sequence[Mapping[str, str | None]]]
"""The labels of a prompt's versions, by version id."""


def listed(items: Iterable[dict[str, Any]], total: int | None = None) -> dict[str, Any]:
    """Wrap a list; the total is the list's length where it has only one page."""
    data = list(items)
    return {"object": "list", "total": len(data) if total is None else total, "data": data}


def prompt(row: Row[Any]) -> dict[str, Any]:
    """Shape a prompt as lists show it."""
    return {
        "id": row.id,
        "collection_id": row.collection_id,
        "name": row.name,
        "slug": row.slug,
        "created_at": row.created_at,
        "last_updated_at": row.last_updated_at,
        "status": row.status,
        "model": row.model,
        "object": "prompt",
    }


def prompt_detail(row: Row[Any], labels: LabelsOf) -> dict[str, Any]:
    """Shape a prompt with one of its versions.

    Args:
        row: The version with its prompt, as `versions.find` answers it.
        labels: The labels of the prompt's versions.
    """
    content = flat(row)
    borne = labels.get(row.id, ())
    first = borne[0] if borne else {"id": None, "name": None}
    return {
        "id": row.prompt_id,
        "collection_id": row.collection_id,
        "name": row.name,
        "slug": row.slug,
        "created_at": row.prompt_created_at,
        "last_updated_at": row.last_updated_at,
        "status": row.status,
        "object": "prompt",
        "prompt_version": row.number,
        "prompt_version_id": row.id,
        "prompt_version_description": row.description,
        "prompt_version_status": version_status(row),
        "prompt_version_created_by": row.created_by,
        "prompt_version_published_by": _publisher(row),
        "prompt_version_label_id": first["id"],
        "prompt_version_label_name": first["name"],
        "prompt_version_labels": list(borne),
        "prompt": template_text(row.string, (row.template_metadata or {}).get("template_type")),
        "variable_components": row.variable_components,
        **{name: content.get(name) for name in content_fields()},
    }


def prompt_version(row: Row[Any], labels: LabelsOf) -> dict[str, Any]:
    """Shape a version of a prompt as lists show it."""
    borne = labels.get(row.id, ())
    return {
        "id": row.id,
        "prompt_id": row.prompt_id,
        "prompt_template": row.string,
        "prompt_version": row.number,
        "prompt_description": row.description,
        "label_id": borne[0]["id"] if borne else None,
        "created_at": row.created_at,
        "created_by": row.created_by,
        "status": version_status(row),
        "object": "prompt",
    }


def partial(row: Row[Any]) -> dict[str, Any]:
    """Shape a partial with one of its versions."""
    return {
        "id": row.partial_id,
        "slug": row.slug,
        "name": row.name,
        "collection_id": row.collection_id,
        "string": row.string,
        "version": row.number,
        "version_description": row.description,
        "prompt_partial_version_id": row.id,
        "version_created_by": row.created_by,
        "version_published_by": _publisher(row),
        "variable_components": row.variable_components,
        "created_at": row.partial_created_at,
        "last_updated_at": row.last_updated_at,
        "status": row.status,
        **(row.extra or {}),
    }


def partial_version(row: Row[Any]) -> dict[str, Any]:
    """Shape a version of a partial as lists show it."""
    return {
        "prompt_partial_id": row.partial_id,
        "prompt_partial_version_id": row.id,
        "slug": row.slug,
        "version": row.number,
        "string": row.string,
        "description": row.description,
        "created_at": row.created_at,
        "created_by": row.created_by,
        "prompt_version_status": version_status(row),
        "object": "partial",
    }


def collection(row: Row[Any]) -> dict[str, Any]:
    """Shape a collection; the hosted service says 1 or 0, and strictly typed clients read nothing else."""
    return {**plain(row), "is_default": int(row.is_default)}


def plain(row: Row[Any]) -> dict[str, Any]:
    """Shape a label or a collection: its columns, without the one that search compares."""
    return {name: value for name, value in flat(row).items() if name != "folded_name"}


def version_status(row: Row[Any]) -> str:
    """Return `active` for the published version and `archived` for the others."""
    return ACTIVE if row.number == row.published_number else ARCHIVED


def _publisher(row: Row[Any]) -> str | None:
    """Return who published a version; None for one that is not the published one."""
    return row.published_by if row.number == row.published_number else None
