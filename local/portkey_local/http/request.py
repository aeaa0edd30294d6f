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
    """Answer for headers by name from a dictionary; starlette's own goes through all of them each time.

    Args:
        scope: The request's scope.
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__(raw=scope["headers"])
        self._by_name: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            self._by_name.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))

    def get(self, key: str, default: Any = None) -> Any:
        """Return the first value of a header."""
        found = self._by_name.get(key)
        return default if found is None else found[0]

    def getlist(self, key: str) -> list[str]:
        """Return all values of a header."""
        return list(self._by_name.get(key, ()))

    def __getitem__(self, key: str) -> str:
        return self._by_name[key][0]

    def __contains__(self, key: object) -> bool:
        return key in self._by_name
