"""Folding the chunks of a stream into the answer that they are pieces of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portkey_ai._merge import Merging


class Folding:
    """Put an OpenAI-style answer together from its chunks, as a provider would have answered it whole."""

    def __init__(self) -> None:
        self._merging = Merging()

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Add the next chunk."""
        self._merging.add(chunk)

    def completion(self) -> dict[str, Any]:
        """Return the answer as far as it came."""
        answer = self._merging.whole()
        answer["choices"] = [_completed(choice) for choice in answer["choices"]]
        return answer


def _completed(choice: dict[str, Any]) -> dict[str, Any]:
    """Fill in what a whole answer always has, and a stream of it may leave out."""
    if "message" not in choice:
        return {"index": 0, **choice}
    return {"index": 0, **choice, "message": {"role": "assistant", "content": None, **choice["message"]}}
