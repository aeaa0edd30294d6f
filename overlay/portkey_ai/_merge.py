"""Streamed chunks, merged into the completion that they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portkey_ai._answers import fill_choices
from portkey_ai.types import PromptCompletion

Json = dict[str, Any]


class Merging:
    """Merge chunks as they come: content, tool calls, log probabilities, usage, and fields that nobody named."""

    def __init__(self) -> None:
        self._whole: Json = {}
        self._choices: dict[Any, Json] = {}

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Add the next chunk, which is left as it is."""
        for name, value in chunk.items():
            if name != "choices" and (value is not None or name not in self._whole):
                self._whole[name] = value
        for piece in choices_of(chunk):
            _add_choice(self._choices.setdefault(piece.get("index", 0), {}), piece)

    def whole(self) -> Json:
        """Return the completion as far as it came."""
        whole, choices = dict(self._whole), self._choices
        if isinstance(whole.get("object"), str):
            whole["object"] = whole["object"].removesuffix(".chunk")
        whole["choices"] = [choices[index] for index in sorted(choices, key=str if _mixed(choices) else None)]
        return whole


def merge(chunks: Iterable[Mapping[str, Any]]) -> PromptCompletion:
    """Merge all chunks of a stream."""
    merging = Merging()
    for chunk in chunks:
        merging.add(chunk)
    return fill_choices(PromptCompletion.from_dict(merging.whole()), "message")


def is_finished(chunks: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether every answer of a stream has been given its finish reason."""
    finished: dict[Any, bool] = {}
    for chunk in chunks:
        for piece in choices_of(chunk):
            index = piece.get("index", 0)
            finished[index] = finished.get(index, False) or piece.get("finish_reason") is not None
    return bool(finished) and all(finished.values())


def choices_of(chunk: Mapping[str, Any]) -> list[Json]:
    """Return what the answers gain by a chunk; nothing where it brings none."""
    choices = chunk.get("choices")
    return [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []


def _mixed(choices: Json) -> bool:
    return not all(isinstance(index, int) for index in choices)


def _add_choice(choice: Json, piece: Mapping[str, Any]) -> None:
    for name, value in piece.items():
        if name == "delta":
            _add_message(choice.setdefault("message", {}), value or {})
        elif name == "text":
            choice["text"] = (choice.get("text") or "") + (value or "")
        elif name == "logprobs" and isinstance(value, Mapping):
            choice["logprobs"] = _add_lists(choice.get("logprobs") or {}, value)
        elif value is not None or name not in choice:
            choice[name] = value


def _add_message(message: Json, delta: Mapping[str, Any]) -> None:
    for name, value in delta.items():
        known = message.get(name)
        if name == "tool_calls":
            if value:
                _add_tool_calls(message.setdefault("tool_calls", []), value)
        elif name == "function_call" and isinstance(value, Mapping):
            message[name] = _add_function(known or {}, value)
        elif name != "role" and isinstance(value, str) and isinstance(known, str):
            message[name] = known + value
        elif isinstance(value, list) and isinstance(known, list):
            message[name] = [*known, *value]
        elif value is not None or name not in message:
            message[name] = value


def _add_tool_calls(calls: list[Json], pieces: Iterable[Mapping[str, Any]]) -> None:
    for piece in pieces:
        call = _call_of(calls, piece)
        for name, value in piece.items():
            if name == "function" and isinstance(value, Mapping):
                call[name] = _add_function(call.get(name) or {}, value)
            elif value is not None and not call.get(name):
                call[name] = value


def _call_of(calls: list[Json], piece: Mapping[str, Any]) -> Json:
    """Find the call that a piece belongs to: by index, else by id, else the last one; or begin a new one."""
    index, name = piece.get("index"), piece.get("id")
    for call in calls:
        if (index is not None and call.get("index") == index) or (index is None and name and call.get("id") == name):
            return call
    if index is None and not name and calls:
        return calls[-1]
    calls.append({} if index is None else {"index": index})
    return calls[-1]


def _add_function(function: Json, piece: Mapping[str, Any]) -> Json:
    """Add a piece of a function call: its arguments come bit by bit, its name at once."""
    added = {**function}
    for name, value in piece.items():
        if name == "arguments" and isinstance(value, str):
            added[name] = (function.get(name) or "") + value
        elif value is not None and not function.get(name):
            added[name] = value
    return added


def _add_lists(known: Mapping[str, Any], piece: Mapping[str, Any]) -> Json:
    added = {**known}
    for name, value in piece.items():
        added[name] = [*(known.get(name) or []), *value] if isinstance(value, list) else value
    return added
