"""Reads of one prompt or partial, answered from memory where that is as true as a render's answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Row

from portkey_local.http.entity import Entity
from portkey_local.http.json import LARGE, size_of
from portkey_local.parts import Parts
from portkey_local.references import Reference
from portkey_local.worker import answers

Read = Callable[[], Awaitable[tuple[Row[Any], Callable[[], dict[str, Any]]]]]
"""Reads a row, and returns what puts it in the shape of the wire."""


async def entity(parts: Parts, kind: str, reference: Reference, read: Read) -> Entity:
    """Answer what a reference means.

    Args:
        parts: What keeps answers.
        kind: Of what the reference is.
        reference: What is asked for.
        read: Reads it.
    """
    # Whoever asks for the latest version is about to write the next one: of two servers, both have to tell it at once.
    if reference.selector == "latest":
        return await _written(read)

    async def kept(key: str) -> tuple[Entity, int]:
        found = await _written(read)
        return found, len(found.body)

    return await parts.entities.get(f"{kind} {reference}", kept)


async def _written(read: Read) -> Entity:
    row, shape = await read()
    if size_of(row._asdict(), LARGE) < LARGE:
        return Entity.of(shape())
    return await answers.do(lambda: Entity.of(shape()))
