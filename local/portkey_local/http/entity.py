"""An answer in bytes, with a tag by which a client asks whether it is still the same."""

from __future__ import annotations

import hashlib
from typing import Any

from attrs import frozen
from starlette.datastructures import Headers

from portkey_local.json import is_large, to_json, to_json_stepwise


@frozen
class Entity:
    """An answer in bytes, and its tag."""

    body: bytes
    tag: str
    """What `etag` says: the same for the same bytes, in every process and after every restart."""

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Entity:
        """Write an answer, and tag it."""
        body = to_json_stepwise(answer) if is_large(answer) else to_json(answer)
        return cls(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')

    def is_known(self, headers: Headers) -> bool:
        """Say whether a request's `if-none-match` names this answer, or any by `*`."""
        asked = headers.get("if-none-match")
        if asked is None:
            return False
        # A proxy that packs bodies makes a tag weak on the way: `W/"…"` is the same answer to a reader.
        tags = [tag.strip().removeprefix("W/") for tag in asked.split(",")]
        return "*" in tags or self.tag in tags
