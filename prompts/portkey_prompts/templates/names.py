"""How a name is looked up: through the objects around a tag, innermost first, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from .scanner import Origin, Positioned
from .values import ARRAY_INDEX, TagPosition, check_json, is_list, is_object, utf16_length, utf16_unit

if TYPE_CHECKING:
    from .run import Run


class Frame(Protocol):
    """What names are looked up in: an object, or a list by its positions."""

    def __contains__(self, name: object, /) -> bool:
        """Tell whether there is a value of this name."""
        ...

    def __getitem__(self, name: str, /) -> Any:
        """Answer the value."""
        ...


Frames: TypeAlias = tuple[Frame, ...]
"""What names are looked up in, innermost first."""

ABSENT: Final = object()
"""What a look-up finds where there is nothing; null is something."""


class ListFrame:
    """A list that a section stands on: `{{0}}`, `{{1}}`, … are its items, `{{length}}` is how many it has."""

    __slots__ = ("_items",)

    def __init__(self, items: Sequence[Any]) -> None:
        self._items = items

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self[name] is not ABSENT

    def __getitem__(self, name: str) -> Any:
        return _member(self._items, name)


class Name:
    """Look up a name without dots."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def find(self, run: Run, frames: Frames, item: Any) -> Any:
        """Answer the value, or `ABSENT`."""
        return run.find(self.text, frames)


class DottedName(Positioned):
    """Look up the first part of a name, then walk down through objects, lists and texts."""

    __slots__ = ("first", "rest", "text")

    def __init__(self, text: str, offset: int, origin: Origin) -> None:
        self.text, self.offset, self.origin = text, offset, origin
        self.first, *rest = text.split(".")
        self.rest = tuple(rest)

    def find(self, run: Run, frames: Frames, item: Any) -> Any:
        """Answer the value, or `ABSENT`; where a part is missing, the name is looked up again further out."""
        for frame in frames:
            if self.first not in frame:
                continue
            run.note(self.first, frame)
            value = frame[self.first]
            for part in self.rest:
                if isinstance(value, str) and not str.isascii(value):
                    run.charge(len(value) // 100, self)  # finding one character encodes the whole text
                value = _member(value, part)
                if value is ABSENT:
                    break
            else:
                return value
            run.charge(len(self.rest), self)  # the limits count one walk a tag: charge this one, which failed
            if frame is run.root:  # only defaults are left, and they are for names that were not given
                break
        return ABSENT


class ItemName:
    """Answer the item itself: `{{.}}`."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def find(self, run: Run, frames: Frames, item: Any) -> Any:
        """Answer the item; outside of sections that is all variables of the call."""
        run.note_item(item)
        return item


AnyName: TypeAlias = Name | DottedName | ItemName


def is_path(text: str) -> bool:
    """Tell whether a name has parts; with a dot in front it is one name."""
    return text.find(".") > 0


def first_part(text: str) -> str:
    """Give the part of a name that is looked up first."""
    return text.partition(".")[0] if is_path(text) else text


def name_of(text: str, offset: int, origin: Origin) -> AnyName:
    """Make the look-up for the name in a tag that opens at an offset."""
    if text == ".":
        return ItemName(text)
    return DottedName(text, offset, origin) if is_path(text) else Name(text)


def frame_of(value: Any, tag: TagPosition) -> Frame | None:
    """Answer what names are looked up in where a section stands on a value; texts and numbers have none.

    Raises:
        TemplateError: the value is not JSON.
    """
    check_json(value, tag)
    if is_list(value):
        return ListFrame(value)
    return value if is_object(value) else None


def _member(value: Any, name: str) -> Any:
    """Answer a member of an object, an item or the length of a list, a character or the length of a text."""
    if is_object(value):
        return value.get(name, ABSENT)
    is_text = isinstance(value, str)
    if not (is_text or is_list(value)):
        return ABSENT
    if name == "length":
        return utf16_length(value) if is_text else len(value)
    if not ARRAY_INDEX.fullmatch(name):
        return ABSENT
    if is_text:
        return utf16_unit(value, int(name)) or ABSENT
    return value[int(name)] if int(name) < len(value) else ABSENT
