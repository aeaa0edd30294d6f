"""What a chunk of a streamed completion brings: choices, deltas, usage, finish reasons."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]

_LONGEST_INDEX = 10
_NO_REASON = frozenset({"", "null", "none", "None"})
"""Values of a finish reason that mean that there is none yet."""


def choices_of(chunk: object) -> list[Json]:
    """Return the choices in a chunk; an empty list where it has none."""
    choices = chunk.get("choices") if isinstance(chunk, dict) else None
    return [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []


def brings(chunk: Mapping[str, Any], *, wants_usage: bool) -> bool:
    """Say whether a chunk is given to the app: it has choices, or the usage that was asked for."""
    choices = chunk.get("choices")
    if type(choices) is list and choices and (type(choices[0]) is dict or choices_of(chunk)):
        return True
    return bool(wants_usage and chunk.get("usage"))


def usage_of(chunk: Mapping[str, Any]) -> Any:
    """Return the token counts of a chunk or an answer, also where they are in a choice or in `x_groq`."""
    aside = chunk.get("x_groq")
    holders: list[Mapping[str, Any]] = [chunk, *choices_of(chunk), aside if isinstance(aside, dict) else {}]
    return next((usage for usage in (holder.get("usage") for holder in holders) if usage), None)


def wants_usage(body: Mapping[str, Any]) -> bool:
    """Say whether a request asks for a last chunk that holds the token counts."""
    options = body.get("stream_options")
    return isinstance(options, Mapping) and bool(options.get("include_usage"))


def delta_of(choice: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the delta of a choice; a text where a delta should be becomes its content."""
    for name in ("delta", "message"):  # some servers send a whole message as the only chunk
        delta = choice.get(name)
        if isinstance(delta, dict):
            return delta
    text = next((choice[name] for name in ("delta", "message", "text") if isinstance(choice.get(name), str)), None)
    return {} if text is None else {"content": text}


def content_text(content: object) -> str:
    """Return the text of a message's content: of a list of parts those that are text, without a model's reasoning."""
    if isinstance(content, str):
        return content
    parts: Any = content if isinstance(content, list) else (content,)
    texts = (part.get("text") if _is_text(part) else part for part in parts)
    return "".join(text for text in texts if isinstance(text, str))


def _is_text(part: object) -> bool:
    return isinstance(part, dict) and part.get("type", "text") in ("text", "output_text")


class FinishReasons:
    """Tracks whether every choice of a stream has its finish reason."""

    def __init__(self) -> None:
        self._finished: dict[Any, bool] = {}

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Look at the next chunk."""
        for position, choice in enumerate(choices_of(chunk)):
            index = index_of(choice, position)
            self._finished[index] = bool(finish_of(choice)) or self._finished.get(index, False)

    @property
    def complete(self) -> bool:
        """Whether there are choices, and all of them have a finish reason."""
        return bool(self._finished) and all(self._finished.values())


def is_finished(chunks: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether every choice of a stream has its finish reason."""
    reasons = FinishReasons()
    for chunk in chunks:
        reasons.add(chunk)
    return reasons.complete


def finish_of(choice: Mapping[str, Any]) -> Any:
    """Return the finish reason of a choice; None as long as there is none, however that is spelled."""
    reason = choice.get("finish_reason")
    return None if isinstance(reason, str) and reason in _NO_REASON else reason


def index_of(choice: Mapping[str, Any], position: int) -> Any:
    """Return the index of a choice, or of a piece of a tool call; its position where it names none."""
    index = choice.get("index")
    if isinstance(index, str) and index.isdecimal() and len(index) < _LONGEST_INDEX:
        return int(index)
    return position if index is None or isinstance(index, dict | list) else index


def text_of(chunk: object) -> str:
    """Return the text that a chunk adds to the first choice; of a list of parts, those that are text."""
    first = (choice for position, choice in enumerate(choices_of(chunk)) if index_of(choice, position) == 0)
    return "".join(content_text(delta_of(choice).get("content")) for choice in first)


def whole_characters(text: str) -> tuple[str, str]:
    """Split off half a surrogate pair at the end of a piece of text, whose other half may come with the next piece."""
    if text and "\ud800" <= text[-1] <= "\udbff":
        return joined(text[:-1]), text[-1]
    return joined(text), ""


def joined(text: str) -> str:
    """Put halves of surrogate pairs together: a provider that counts in UTF-16 may cut a character in two."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text


def is_json(text: str) -> bool:
    """Say whether a text is JSON as a whole."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
