"""A request as the server hands it on: its headers, and what its state says of it."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers
from starlette.types import Scope

DEADLINE = "deadline"
"""When its answer has to begin, by the loop's clock; taken out where it may take its time."""
REFUSAL = "refusal"
"""The error that it is to be answered with: at once, or when more of it is waited for."""


class RequestHeaders(Headers):
    """Answer for headers by name, in lower case, from a dictionary; starlette's own goes through all of them each time.

    Only what is asked for is decoded: most requests bring a dozen headers, of which four are looked at.

    Args:
        scope: The request's scope.
    """

    def __init__(self, scope: Scope) -> None:
        self._list = scope["headers"]
        self._first: dict[bytes, bytes] = dict(reversed(self._list))

    def get(self, key: str, default: Any = None) -> Any:
        """Return the first value of a header."""
        found = self._first.get(key.encode("latin-1"))
        return default if found is None else found.decode("latin-1")

    def getlist(self, key: str) -> list[str]:
        """Return all values of a header."""
        name = key.encode("latin-1")
        if name not in self._first:
            return []
        if len(self._first) == len(self._list):  # no header comes twice
            return [self._first[name].decode("latin-1")]
        return [value.decode("latin-1") for each, value in self._list if each == name]

    def __getitem__(self, key: str) -> str:
        return self._first[key.encode("latin-1")].decode("latin-1")

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.encode("latin-1") in self._first
