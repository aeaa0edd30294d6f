"""Seeding prompts and partials of which the caller chooses slugs, versions and labels."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import Connection

from portkey_prompts.errors import quoted

from .errors import NotFoundError
from .ids import LONGEST_SLUG, is_slug
from .prompts.content import ContentReader
from .store import labels, partials, prompts, versions

Version = str | Sequence[Mapping[str, Any]] | Mapping[str, Any]
"""A template, a list of messages, or a mapping with the wire's fields (and `id`, to choose the version's id)."""


@frozen
class Seeded:
    """What was seeded."""

    id: str
    """The prompt's or partial's UUID."""
    slug: str
    version_ids: tuple[str, ...]
    """The ids of its versions, version 1 first."""


@frozen(kw_only=True)
class PromptPlan:
    """A prompt to seed, as `LocalServer.add_prompt` takes it."""

    slug: str
    versions: Sequence[Version]
    name: str | None
    labels: Mapping[str, int]
    published: int | None
    collection_id: str | None


def seed_prompt(connection: Connection, plan: PromptPlan, reader: ContentReader) -> Seeded:
    """Add a prompt with all of its versions.

    Raises:
        ApiError: What a request with the same content would be answered.
    """
    contents = [_content(version, reader) for version in plan.versions]
    _check(plan.slug, contents)
    identity = {"name": plan.name or plan.slug, "collection_id": plan.collection_id}
    made = prompts.create(connection, {**contents[0], **identity}, slug=plan.slug)
    later = [versions.add(connection, made["id"], content).id for content in contents[1:]]
    ids = (made["version_id"], *later)
    for label, number in plan.labels.items():
        if not 1 <= number <= len(ids):
            raise NotFoundError(f"The label {quoted(label)} can't be given to version {number}: there are {len(ids)}.")
        labels.give(connection, made["id"], ids[number - 1], labels.find_named(connection, label).id)
    prompts.publish(connection, made["id"], _published(plan.published, len(ids)))
    return Seeded(made["id"], made["slug"], ids)


def seed_partial(
    connection: Connection,
    slug: str,
    texts: Sequence[Version],
    name: str | None,
    published: int | None,
    reader: ContentReader,
) -> Seeded:
    """Add a partial with all of its versions, like `seed_prompt`."""
    contents = [_partial_content(text, reader) for text in texts]
    _check(slug, contents)
    made = partials.create(connection, {**contents[0], "name": name or slug}, slug=slug)
    ids = (made["version_id"], *(partials.add(connection, made["id"], content).id for content in contents[1:]))
    partials.publish(connection, made["id"], _published(published, len(ids)))
    return Seeded(made["id"], made["slug"], ids)


def _content(version: Version, reader: ContentReader) -> dict[str, Any]:
    fields = _fields(version)
    string = fields.get("string")
    if string is not None and not isinstance(string, str):
        fields["string"] = json.dumps(string, ensure_ascii=False)
    return {**reader.first(fields), "id": fields.get("id")}


def _partial_content(version: Version, reader: ContentReader) -> dict[str, Any]:
    fields = _fields(version)
    return {**reader.partial(fields), "id": fields.get("id")}


def _fields(version: Version) -> dict[str, Any]:
    return dict(version) if isinstance(version, Mapping) else {"string": version}


def _check(slug: str, contents: Sequence[object]) -> None:
    if not is_slug(slug):
        raise ValueError(
            f"The slug {slug!r} can't stand in a URL or before an @. Leave out spaces and any of @/?#%, don't "
            f"write dots alone, and write {LONGEST_SLUG} characters at most."
        )
    if not contents:
        raise ValueError(f"{slug!r} has no version. Give one at least, such as versions=['Hello {{{{name}}}}'].")


def _published(number: int | None, count: int) -> int:
    return count if number is None else number
