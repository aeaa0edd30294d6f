"""Chat prompts: an array of messages, and the templates inside of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from portkey_prompts.strict_json import JSONError, read_json

from .errors import TemplateError
from .parser import parse

if TYPE_CHECKING:
    from .run import Run

Message: TypeAlias = dict[str, Any]

MESSAGE_DEPTH: Final = 100
"""Levels of arrays and objects in a chat prompt."""


def _writer(**layout: Any) -> Callable[[Any], str]:
    return lambda value: json.dumps(value, allow_nan=False, **layout)


STYLES: Final[dict[str, Callable[[Any], str]]] = {
    "spaced": _writer(ensure_ascii=False),
    "compact": _writer(ensure_ascii=False, separators=(",", ":")),
    "indent 2": _writer(ensure_ascii=False, indent=2),
    "indent 4": _writer(ensure_ascii=False, indent=4),
    "indent tab": _writer(ensure_ascii=False, indent="\t"),
    "spaced ascii": _writer(),
    "compact ascii": _writer(separators=(",", ":")),
    "indent 2 ascii": _writer(indent=2),
    "indent 4 ascii": _writer(indent=4),
    "indent tab ascii": _writer(indent="\t"),
}
"""The ways in which programs write JSON, by the names that lock files and prompts' files have for them."""


class TemplateSlot:
    """A template somewhere inside of a message, and where that is."""

    __slots__ = ("block", "location")

    def __init__(self, text: str, location: str) -> None:
        self.location = location
        try:
            self.block = parse(text)
        except TemplateError as error:
            error.location = location
            raise

    def render(self, run: Run) -> str:
        """Render the template; its errors say where it stands."""
        try:
            return run.text(self.block)
        except TemplateError as error:
            error.location = self.location
            raise


def compile_strings(value: Any, location: str, depth: int = 0) -> Any:
    """Copy a parsed JSON value, a `TemplateSlot` for every string that has a tag; keys are left alone.

    Args:
        value: the messages.
        location: the path to the value, for errors; empty for the messages themselves.

    Raises:
        TemplateSyntaxError: a string is a malformed template.
        TemplateError: the value is nested deeper than `MESSAGE_DEPTH` levels.
    """
    if depth > MESSAGE_DEPTH:
        raise TemplateError(f"messages are nested deeper than {MESSAGE_DEPTH} levels")
    if isinstance(value, str):
        return TemplateSlot(value, location) if "{{" in value else value
    if isinstance(value, dict):
        return {key: compile_strings(member, f"{location}.{key}", depth + 1) for key, member in value.items()}
    if isinstance(value, list):
        return [compile_strings(item, f"{location}[{index}]", depth + 1) for index, item in enumerate(value)]
    return value


def fill(value: Any, run: Run) -> Any:
    """Copy messages whose strings are compiled, with every slot rendered."""
    if isinstance(value, TemplateSlot):
        return value.render(run)
    if isinstance(value, dict):  # mostly of texts, which take no call
        return {key: member if type(member) is str else fill(member, run) for key, member in value.items()}
    if isinstance(value, list):
        return [fill(item, run) for item in value]
    return value


def slots_in(value: Any) -> Iterator[TemplateSlot]:
    """Iterate over the slots of compiled messages, in the order of the text."""
    if isinstance(value, TemplateSlot):
        yield value
    elif isinstance(value, (dict, list)):
        for member in value.values() if isinstance(value, dict) else value:
            yield from slots_in(member)


def is_chat(value: Any) -> bool:
    """Tell whether a parsed JSON value is an array of messages, with one at least."""
    return isinstance(value, list) and bool(value) and all(_is_message(item) for item in value)


def messages_in(text: str) -> list[Message] | None:
    """Read a template as a chat prompt's messages; None where it is text, or no JSON before it is rendered."""
    try:
        value = parse_json(text)
    except TemplateError:
        return None
    return value if is_chat(value) else None


def style_of(messages: list[Any], text: str) -> str | None:
    """Find the style that writes messages as exactly this text; None where none does."""
    try:
        return next((style for style, write in STYLES.items() if write(messages) == text), None)
    except (ValueError, RecursionError):  # a number that JSON lacks
        return None


def parse_json(text: str) -> Any:
    """Parse a JSON text as the hosted engine does.

    Raises:
        TemplateError: it is no JSON, with the line and the column where that shows; or nested too deep.
    """
    try:
        return read_json(text, as_javascript=True)  # what is rendered here is what the hosted engine renders
    except JSONError as error:
        at = error.syntax
        if at is None:
            raise TemplateError(f"not usable JSON: the text {error}") from None
        problem = f"not valid JSON: {at.msg}, near {text[max(0, at.pos - 20) : at.pos + 20]!r}"
        raise TemplateError(problem, line=at.lineno, column=at.colno) from None


def parse_messages(text: str) -> list[Message]:
    """Parse a JSON text that is an array of messages, which may be empty.

    Raises:
        TemplateError: it is no JSON, or no array of objects that have a `role`.
    """
    if not text.strip():
        raise TemplateError("expected a JSON array of messages, and it is empty")
    value = parse_json(text)
    if not isinstance(value, list):
        raise TemplateError(f"expected a JSON array of messages, not {_kind(value)}")
    for index, message in enumerate(value):
        if not _is_message(message):
            found = "one without" if isinstance(message, dict) else _kind(message)
            raise TemplateError(f"messages[{index}]: expected an object with a `role` that is text, not {found}")
    return value


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("role"), str)


def _kind(value: Any) -> str:
    kinds: dict[type, str] = {dict: "an object", list: "an array", str: "text", bool: "a boolean"}
    return "null" if value is None else kinds.get(type(value), "a number")
