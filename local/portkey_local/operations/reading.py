"""Reads that are answered from memory: of one prompt or partial, and pages of lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Row

from portkey_local.http.entity import Entity
from portkey_local.json import LARGE, is_large, size_of, to_json
from portkey_local.parts import Parts
from portkey_local.references import Reference
from portkey_local.store.paging import Page
from portkey_local.worker import answers

from .shapes import listed

Read = Callable[[], Awaitable[tuple[Row[Any], Callable[[], dict[str, Any]]]]]
"""Reads a row, and returns it with the function that shapes it for the wire."""


async def entity(parts: Parts, kind: str, reference: Reference, read: Read) -> Entity:
    """Answer what a reference means.

    Args:
        parts: What keeps answers.
        kind: `prompt` or `partial`.
        reference: What is asked for.
        read: Reads it.
    """
    # Not from memory: whoever asks for the latest version is about to write the next one, and must see a version that
    # another server has just made.
    if reference.selector == "latest":
        return await _written(read)
    return await parts.entities.get(f"{kind} {reference}", _kept_by(read))


def entity_at_hand(parts: Parts, kind: str, reference: Reference, read: Read) -> Entity | None:
    """Answer as `entity` does, where memory has the answer; None where it has not, as of the latest version."""
    return parts.entities.at_hand(f"{kind} {reference}", _kept_by(read))


def _kept_by(read: Read) -> Callable[[str], Awaitable[tuple[Entity, int]]]:
    async def kept(key: str) -> tuple[Entity, int]:
        found = await _written(read)
        return found, len(found.body)

    return kept


async def _written(read: Read) -> Entity:
    row, shape = await read()
    if size_of(row._asdict(), LARGE) < LARGE:
        return Entity.of(shape())
    return await answers.do(lambda: Entity.of(shape()))


async def page_of(
    parts: Parts, query: Callable[..., Page], shape: Callable[[Row[Any]], dict[str, Any]], *asked: Any
) -> dict[str, Any] | bytes:
    """Answer one page of a list, from memory where the database says that nothing at all has changed since.

    What a reference means may be half a second old. A list may not: whoever has made something looks for it there at
    once, maybe on another server.

    Args:
        parts: What keeps pages.
        query: Reads one.
        shape: Writes a row in the shape of the wire.
        asked: Which page, of how many, and what is looked for: what `query` takes after the connection.
    """

    async def answer() -> dict[str, Any]:
        page = await parts.store.read_list(query, *asked)
        return listed(map(shape, page.rows), page.total)

    return await _kept(parts, query, asked, answer)


async def list_of(parts: Parts, query: Callable[..., dict[str, Any]], *asked: Any) -> dict[str, Any] | bytes:
    """Answer a list that has one page, as `page_of` does.

    Args:
        parts: What keeps lists.
        query: Reads one, in the shape of the wire.
        asked: What `query` takes after the connection.
    """
    return await _kept(parts, query, asked, lambda: parts.store.read_list(query, *asked))


async def _kept(
    parts: Parts, query: Callable[..., Any], asked: tuple[Any, ...], answer: Callable[[], Awaitable[dict[str, Any]]]
) -> dict[str, Any] | bytes:
    key = f"{query.__module__} {query.__name__} {asked!r}"

    async def read() -> tuple[dict[str, Any] | bytes, int | None]:
        found = await answer()
        if is_large(found):
            return found, None
        body = to_json(found)
        return body, len(key) + len(body)

    return await parts.pages.get(key, read)
