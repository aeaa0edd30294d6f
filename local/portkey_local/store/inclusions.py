"""Which templates include a partial, of those that are in use."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Executable, Row, String, bindparam, cast, exists, or_, select

from portkey_prompts.errors import quoted

from .schema import partial_versions, partials, prompt_versions, prompts, version_labels

_SPOKEN_OF = (bindparam("by_slug", type_=String), bindparam("by_id", type_=String))


def _including(versions: Any, owners: Any, owner: Any, in_use: Any) -> Executable:
    """Select versions in use that may include a partial: their components have its slug or id somewhere in their JSON.

    So of many versions only few are read whole.
    """
    text = cast(versions.c.variable_components, String)
    # No slug has a slash, so nothing is escaped by it; PostgreSQL's own escape, the backslash, may stand in a slug.
    columns = (owners.c.id, owners.c.slug, owners.c.name, versions.c.number, versions.c.variable_components)
    mentions = or_(*(text.contains(part, escape="/") for part in _SPOKEN_OF))
    return select(*columns).join(owners, owners.c.id == owner).where(in_use, mentions)


_OF_PROMPTS = _including(
    prompt_versions,
    prompts,
    prompt_versions.c.prompt_id,
    or_(
        prompt_versions.c.number.in_([prompts.c.published_number, prompts.c.latest_number]),
        exists().where(version_labels.c.version_id == prompt_versions.c.id),
    ),
)
_OF_PARTIALS = _including(
    partial_versions,
    partials,
    partial_versions.c.partial_id,
    partial_versions.c.number.in_([partials.c.published_number, partials.c.latest_number]),
)

_PUBLISHED = _including(
    prompt_versions, prompts, prompt_versions.c.prompt_id, prompt_versions.c.number == prompts.c.published_number
)


def of_partial(connection: Connection, partial: Row[Any]) -> list[str]:
    """Name the templates that include a partial: of prompts the versions in use, of other partials too.

    Not found are inclusions by a variable: only a call says which partial that chooses.

    Args:
        connection: An open transaction.
        partial: Its row.

    Returns:
        For each template what it is, such as "prompt `pp-greeting@3`".
    """
    found = []
    for kind, statement in (("prompt", _OF_PROMPTS), ("partial", _OF_PARTIALS)):
        for row in _found(connection, statement, partial.slug, partial.id):
            if row.id != partial.id:
                found.append(f"{kind} {quoted(f'{row.slug}@{row.number}')}")
    return found


def published(connection: Connection, slug: str, partial_id: str) -> list[Row[Any]]:
    """Return the prompts whose published versions include a partial, in whatever version of it: `slug` and `name`."""
    return _found(connection, _PUBLISHED, slug, partial_id)


def _found(connection: Connection, statement: Executable, slug: str, partial_id: str) -> list[Row[Any]]:
    """Read what includes a partial, in the order of slugs and versions."""
    found = []
    for row in connection.execute(statement, {"by_slug": _in_json(slug), "by_id": _in_json(partial_id)}):
        included = {each.partition("@")[0] for each in (row.variable_components or {}).get("partials", ())}
        if included & {slug, partial_id}:
            found.append(row)
    # Sorted here: ordered by slug, SQLite would look up each version of the database singly.
    return sorted(found, key=lambda row: (row.slug, row.number))


def _in_json(name: str) -> str:
    """Write a name as it stands in a column of JSON."""
    return json.dumps(name, ensure_ascii=False)[1:-1]
