"""Reads of one prompt or partial, answered from memory where that is as true as a render's answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from portkey_local.http.entity import Entity
from portkey_local.parts import Parts
from portkey_local.references import Reference


async def entity(
    parts: Parts, kind: str, reference: Reference, read: Callable[[], Awaitable[dict[str, Any]]]
) -> Entity:
    """Answer what a reference means.

    Args:
        parts: What keeps answers.
        kind: Of what the reference is.
        reference: What is asked for.
        read: Reads it, in the shape of the wire.
    """
    # Whoever asks for the latest version is about to write the next one: of two servers, both have to tell it at once.
    if reference.selector == "latest":
        return Entity.of(await read())

    async def kept(key: str) -> tuple[Entity, int]:
        found = Entity.of(await read())
        return found, len(found.body)

    return await parts.entities.get(f"{kind} {reference}", kept)
