"""Rows of the store in the shapes of the wire."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row
from starlette.types import Receive, Scope, Send

from portkey_ai.templates import template_text
from portkey_local.store.places import ACTIVE, ARCHIVED

LabelsOf = Mapping[str, Sequence[Mapping[str, str]]]
"""The labels of a prompt's versions, by version id."""


class Json:
    """Answer a JSON value.

    Args:
        content: The value.
        status: The answer's status.
        headers: Further headers.
    """

    def __init__(self, content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self._body = to_json(content)
        self.status = status
        self._headers = headers or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        headers = [(b"content-length", b"%d" % len(self._body)), (b"content-type", b"application/json")]
        headers += [(name.encode(), value.encode("latin-1")) for name, value in self._headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})


_as_is = msgspec.json.Encoder()  # takes an eighth of the time that the standard library's takes
_escaped = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


def to_json(content: Any) -> bytes:
    """Write a JSON value compactly, as UTF-8; half a surrogate pair, which an upstream may send, is escaped."""
    try:
        return _as_is.encode(content)
    except UnicodeEncodeError:
        return _escaped.encode(content).encode()


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
        "prompt_version_label_id": first["id"],
        "prompt_version_label_name": first["name"],
        "prompt_version_labels": list(borne),
        "prompt": template_text(row.string, (row.template_metadata or {}).get("template_type")),
        **{name: row._mapping[name] for name in _CONTENT},
    }


_CONTENT = (
    "string",
    "variable_components",
    "parameters",
    "functions",
    "tools",
    "tool_choice",
    "template_metadata",
    "is_raw_template",
    "model",
    "virtual_key",
)


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
        "variable_components": row.variable_components,
        "created_at": row.partial_created_at,
        "last_updated_at": row.last_updated_at,
        "status": row.status,
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
        "prompt_version_status": version_status(row),
        "object": "partial",
    }


def plain(row: Row[Any]) -> dict[str, Any]:
    """Shape a label or a collection: its columns, without the one that search compares."""
    return {name: value for name, value in row._mapping.items() if name != "folded_name"}


def version_status(row: Row[Any]) -> str:
    """Return `active` for the published version and `archived` for the others."""
    return ACTIVE if row.number == row.published_number else ARCHIVED
