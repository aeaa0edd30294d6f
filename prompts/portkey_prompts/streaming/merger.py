"""Merges the chunks of a streamed completion to the completion that an answer without a stream would be."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from portkey_prompts.streaming.chunks import Json, choices_of, finish_of, index_of, is_json, joined, usage_of

_WHOLE = frozenset(
    {"role", "id", "type", "name", "object", "model", "status", "format", "language", "tool_call_id", "item_id"}
)
"""Fields whose value comes in one piece. Some providers repeat it, or send it empty, in further chunks."""
_GROWING_PARTS = frozenset({"text", "output_text", "thinking", "reasoning"})
"""Types of content parts that come in pieces."""


_DEEPEST = 64
"""Levels down to which a value is merged. Providers send up to seven; Python allows 1,000 nested calls."""
_JOINED = _DEEPEST + 8  # from the choice on, which is further up


class ChunkMerger:
    """Merge chunks as they come: content, tool calls, log probabilities, usage, and unknown fields.

    It takes time in proportion to what comes: texts are kept in pieces, and joined when they are asked for.
    """

    def __init__(self) -> None:
        self._whole: Json = {}
        self._choices: dict[Any, Json] = {}

    def add(self, chunk: Mapping[str, Any]) -> None:
        """Add the next chunk, which is left as it is."""
        for name, value in chunk.items():
            if name != "choices" and (value or value is False or name not in self._whole):
                self._whole[name] = value
        if not self._whole.get("usage") and (usage := usage_of(chunk)):
            self._whole["usage"] = usage
        for position, piece in enumerate(choices_of(chunk)):
            index = index_of(piece, position)
            _add_choice(self._choices.setdefault(index, {"index": index}), piece)

    def completion(self) -> Json:
        """Return the completion as far as it came, with what a whole answer has and a stream may leave out."""
        whole, choices = dict(self._whole), self._choices
        if isinstance(whole.get("object"), str):
            whole["object"] = whole["object"].removesuffix(".chunk")
        order = sorted(choices, key=None if all(isinstance(index, int) for index in choices) else str)
        whole["choices"] = [_completed(_joined(choices[index])) for index in order]
        return whole


def _completed(choice: Json) -> Json:
    if "message" not in choice:
        return choice
    message = {"role": "assistant", "content": None, **choice["message"]}
    return {**choice, "message": {**message, "role": message["role"] or "assistant"}}


_MOST_LOOKED_AT = 10_000


class _Text:
    """A text in pieces."""

    __slots__ = ("pieces",)

    def __init__(self, first: str) -> None:
        self.pieces = [first]

    @property
    def may_be_json(self) -> bool:
        """Whether it may be a whole object."""
        # Called for each piece, so it looks at the last one alone, and gives up on very many.
        return len(self.pieces) < _MOST_LOOKED_AT and self.pieces[-1].rstrip().endswith("}")

    def whole(self, *, is_base64: bool = False) -> str:
        """Put the pieces together."""
        if len(self.pieces) == 1:
            return joined(self.pieces[0])
        # Pieces of base64 may each end in padding, after which decoders stop.
        if is_base64 and any(piece.endswith("=") for piece in self.pieces[:-1]):
            with suppress(ValueError):
                raw = b"".join(base64.b64decode(piece, validate=True) for piece in self.pieces)
                return base64.b64encode(raw).decode()
        return joined("".join(self.pieces))


def _add_choice(choice: Json, piece: Mapping[str, Any]) -> None:
    for name, value in piece.items():
        if name in ("delta", "message"):
            if name == "delta" or not isinstance(piece.get("delta"), dict | str):
                _add_message(choice.setdefault("message", {}), value)
        elif name == "text":
            choice["text"] = _grown(choice.get("text"), value or "")
        elif name == "logprobs":
            choice[name] = _grown(choice.get(name), value)
        elif name == "finish_reason":
            choice[name] = finish_of(piece) or choice.get(name)
        elif name != "index" and (value not in (None, "") or name not in choice):
            choice[name] = None if value == "" else value


def _add_message(message: Json, delta: object) -> None:
    if isinstance(delta, str):
        delta = {"content": delta}
    for name, value in delta.items() if isinstance(delta, dict) else ():
        if name == "tool_calls":
            _add_tool_calls(message, value)
        elif name == "content" and (isinstance(value, list | dict) or isinstance(message.get(name), list)):
            _add_content(message, [value] if isinstance(value, dict) else value)
        else:
            _add_fields(message, {name: value})


def _add_content(message: Json, value: object) -> None:
    """Add to a content that is, or becomes, a list of parts."""
    parts = message.get("content")
    if not isinstance(parts, list):
        parts = [{"type": "text", "text": parts}] if isinstance(parts, _Text) and parts.whole() else []
        message["content"] = parts
    _add_parts(parts, [{"type": "text", "text": value}] if isinstance(value, str) and value else value)


def _add_parts(parts: list[Any], pieces: object) -> None:
    for piece in pieces if isinstance(pieces, list) else ():
        if not (parts and _goes_on(parts[-1], piece)):
            parts.append(_begun(piece))
            continue
        for name, value in piece.items():
            if isinstance(value, list):
                _add_parts(parts[-1][name], value)
            elif name not in ("type", "index"):
                parts[-1][name].pieces.append(value)


def _goes_on(part: object, piece: object) -> bool:
    """Say whether a piece of content continues the part before it: text or reasoning, with no further fields."""
    if not isinstance(part, dict) or not isinstance(piece, dict) or part.keys() != piece.keys():
        return False
    if any(part.get(name) != piece.get(name) for name in ("type", "index")) or part.get("type") not in _GROWING_PARTS:
        return False
    names = piece.keys() - {"type", "index"}
    if len(names) != 1:
        return False
    (name,) = names
    return type(part[name]) is (_Text if isinstance(piece[name], str) else list) and isinstance(piece[name], str | list)


def _add_fields(known: Json, piece: Mapping[str, Any], depth: int = 0) -> None:
    for name, value in piece.items():
        if name not in _WHOLE:
            known[name] = _grown(known.get(name), value, depth)
        elif not known.get(name) and (value is not None or name not in known):
            known[name] = value


def _grown(known: Any, value: Any, depth: int = 0) -> Any:
    """Return a value with its next piece added."""
    if known is None or depth > _DEEPEST:
        return _begun(value, depth)
    if isinstance(known, _Text) and isinstance(value, str):
        known.pieces.append(value)
    elif isinstance(known, list) and isinstance(value, list):
        known.extend(_begun(item, depth + 1) for item in value)
    elif isinstance(known, dict) and isinstance(value, Mapping):
        _add_fields(known, value, depth + 1)
    elif value is not None and value != "":
        return _begun(value, depth)
    return known


def _begun(value: Any, depth: int = 0) -> Any:
    """Copy a value so that it can grow; what lies too deep stays as it is."""
    if depth > _DEEPEST:
        return value
    if isinstance(value, str):
        return _Text(value)
    if isinstance(value, Mapping):
        begun: Json = {}
        _add_fields(begun, value, depth + 1)
        return begun
    return [_begun(item, depth + 1) for item in value] if isinstance(value, list) else value


def _joined(value: Any, name: str = "", depth: int = 0) -> Any:
    """Copy a value with its texts put together."""
    if isinstance(value, _Text):
        return value.whole(is_base64=name == "data")
    if depth > _JOINED:
        return value
    if isinstance(value, dict):
        return {name: _joined(item, name, depth + 1) for name, item in value.items()}
    return [_joined(item, depth=depth + 1) for item in value] if isinstance(value, list) else value


# Tool calls

_NOWHERE = -1
"""The index of a piece that names none."""


def _add_tool_calls(message: Json, pieces: object) -> None:
    listed = [pieces] if isinstance(pieces, dict) else pieces if isinstance(pieces, list) else []
    given = [piece for piece in listed if isinstance(piece, dict)]
    if not given:
        return
    calls: list[Json] = message.get("tool_calls") or []
    message["tool_calls"] = calls
    together = calls[-len(given) :]
    for position, piece in enumerate(given):
        # Pieces without index and id belong to the calls at the same positions of the last delta.
        before = together[position] if len(together) == len(given) else None
        call = _call_of(calls, piece, before)
        if call is None:
            call = {}
            calls.append(call)
        for name, value in piece.items():
            if isinstance(value, Mapping):
                if not isinstance(call.get(name), dict):
                    call[name] = {}
                _add_function(call[name], value)
            elif value is not None and not call.get(name):
                call[name] = value


def _add_function(function: Json, piece: Mapping[str, Any]) -> None:
    """Add to a call's function. Arguments that are whole JSON don't grow: a repetition is dropped, `{}` is replaced."""
    name, known = piece.get("name"), function.get("name")
    if known and name and name != known and isinstance(name, str) and isinstance(known, str):
        function["name"] = known + name
    begun, arguments = function.get("arguments"), piece.get("arguments")
    if isinstance(begun, _Text) and _begins_anew(arguments) and begun.may_be_json:
        whole = begun.whole()
        if whole.strip() == "{}":
            begun.pieces.clear()
        elif whole == arguments and is_json(whole):
            piece = {**piece, "arguments": None}
    _add_fields(function, piece)


def _call_of(calls: list[Json], piece: Json, before: Json | None) -> Json | None:
    """Find the call that a piece continues, by its id, index or position, in this order; None for a new one."""
    # Some providers send index 0 for all calls, some neither index nor id, and some repeat the name in each piece.
    index, name = index_of(piece, _NOWHERE), piece.get("id")
    found: Json | None
    if name:
        same = (call for call in calls if call.get("id") == name and index in (_NOWHERE, index_of(call, index)))
        found = next(same, None)
        if found is None and index != _NOWHERE:
            found = _last(calls, index)
            return None if found is None or found.get("id") else found
        return None if found is None or (index == _NOWHERE and _is_another(found, piece)) else found
    found = before if index == _NOWHERE else _last(calls, index)
    return None if found is None or _is_another(found, piece) else found


def _last(calls: list[Json], index: object) -> Json | None:
    return next((call for call in reversed(calls) if index_of(call, _NOWHERE) == index), None)


def _is_another(call: Json, piece: Json) -> bool:
    """Say whether a piece begins another call: it names another function, or begins new arguments."""
    known, function = call.get("function"), piece.get("function")
    if not isinstance(known, dict) or not isinstance(function, dict):
        return False
    if not known.get("name") or not function.get("name"):
        return False
    begun, arguments = known.get("arguments"), function.get("arguments")
    has_begun = isinstance(begun, _Text) and any(map(str.strip, begun.pieces))
    if known["name"] != function["name"]:
        # A name may come in pieces until arguments do; the call has an id then, and its further pieces have none.
        return has_begun or not call.get("id")
    if not (isinstance(begun, _Text) and has_begun and _begins_anew(arguments) and begun.may_be_json):
        return False
    is_repeated = bool(piece.get("id")) and arguments == begun.whole()
    return not is_repeated and is_json(begun.whole())


def _begins_anew(arguments: object) -> bool:
    return isinstance(arguments, str) and arguments.lstrip().startswith("{")
