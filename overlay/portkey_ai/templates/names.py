"""How a name is looked up: through the objects around a tag, innermost first, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .values import is_object

if TYPE_CHECKING:
    from .run import Run

Frames: TypeAlias = tuple[Mapping[str, Any], ...]
"""The objects that names are looked up in, innermost first."""

ABSENT: Final = object()
"""What a look-up finds where there is nothing; null is something."""


class Name:
    """Look up a name without dots."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def find(self, run: Run, frames: Frames, item: Any) -> Any:
        """Answer the value, or `ABSENT`."""
        return run.find(self.text, frames)


class DottedName:
    """Look up the first part of a name, then walk down through objects."""

    __slots__ = ("first", "rest", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.first, *rest = text.split(".")
        self.rest = tuple(rest)

    def find(self, run: Run, frames: Frames, item: Any) -> Any:
        """Answer the value, or `ABSENT`; a broken chain is not looked for further out."""
        value = run.find(self.first, frames)
        for part in self.rest:
            if value is ABSENT or not is_object(value) or part not in value:
                return ABSENT
            value = value[part]
        return value


class ItemName:
    """Answer the item itself: `{{.}}`."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def find(self, run: Run, frames: Frames, item: Any) -> Any:
        """Answer the item; at the top of a template that is all that the call gave."""
        run.note_item(item)
        return item


AnyName: TypeAlias = Name | DottedName | ItemName


def name_of(text: str) -> AnyName:
    """Make the look-up for the name in a tag."""
    if text == ".":
        return ItemName(text)
    return DottedName(text) if "." in text else Name(text)
