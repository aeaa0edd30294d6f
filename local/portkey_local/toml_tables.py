"""Tables of settings: read by the types of their fields, and what is wrong with one in words for a person."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta, structs

T = TypeVar("T")
_LONGEST_SHOWN = 80
_PATH = re.compile(r"`\$(.*)`\Z")
_STEP = re.compile(r"[^.\[\]]+")


class ConfigError(ValueError):
    """The configuration is wrong; the message names the key, what is wrong with it and what to do."""


# Reading a table's annotations took a tenth of a server's start.
_fields = cache(structs.fields)


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of settings; one that is made in Python is checked as one that is read.

    Raises:
        ConfigError: A setting is not what it should be; the message names it.
    """

    def __post_init__(self) -> None:
        for each in _fields(type(self)):
            structs.force_setattr(self, each.name, convert(getattr(self, each.name), each.type, each.name))


def convert(given: object, kind: type[T], location: str = "") -> T:
    """Read a setting, or a whole table of them.

    Args:
        given: What a file holds.
        kind: What it has to be.
        location: Its path in the configuration, such as `upstreams.openai`.

    Raises:
        ConfigError: It is something else; the message names the setting, what it is and what may stand there.
    """
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise _explained(error, given, kind, location) from error


def _explained(error: msgspec.ValidationError, given: Any, kind: Any, location: str) -> ConfigError:
    """Say what is wrong in words for a person.

    Of msgspec's own message only the path is taken: it names neither what is known instead of a misspelt name, nor
    the words of a choice, nor the value that it found.
    """
    path = _PATH.search(str(error))
    for step in _STEP.findall(path[1] if path else ""):
        is_entry = step.isdigit()
        location = f"{location}[{step}]" if is_entry else f"{location}.{step}".lstrip(".")
        given = given[int(step) if is_entry else step]
        kind = get_args(_plain(kind))[0] if is_entry else {each.name: each.type for each in structs.fields(kind)}[step]
    if isinstance(error.__cause__, ConfigError):  # a table's own check
        return ConfigError(f"{location}.{error.__cause__}".lstrip("."))
    plain = _plain(kind)
    if isinstance(plain, type) and issubclass(plain, Table):
        return ConfigError(f"{location}{_problem_of_names(given, plain, location)}".lstrip("."))
    if get_origin(plain) is dict and isinstance(given, Mapping):
        key = next(key for key, value in given.items() if not isinstance(key, str) or not isinstance(value, str))
        return ConfigError(f"{location}.{key} is no text. Write one.")
    if get_origin(plain) is dict:
        return ConfigError(f"{location} is no table. Write {_words(kind)}.")
    if get_origin(plain) is Collection:
        return ConfigError(f"{location} is no list. Write {_words(kind)}.")
    return ConfigError(f"{location} is {_shown(given)}. Write {_words(kind)}.")


def _problem_of_names(given: Any, table: type[Table], location: str) -> str:
    """Say which of a table's names is not known, or is missing."""
    if not isinstance(given, Mapping):
        return f" is no table. Write [{location}]."
    known = {each.name: each.required for each in structs.fields(table)}
    for key in given:
        if key not in known:
            return f".{key} is not known. Known: {', '.join(known) or 'none'}."
    missing = next(name for name, required in known.items() if required and name not in given)
    return f".{missing} is missing. Add it."


def _plain(kind: Any) -> Any:
    """Return a type without its annotations."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _words(kind: Any) -> str:
    """Return the description of what is allowed, from the type's `Meta` or, of a union, from that of a member."""
    described = [each for part in (kind, *get_args(kind)) for each in get_args(part) if isinstance(each, Meta)]
    return (described[0].description if described else None) or "a text"


def _shown(value: object) -> str:
    """Write a value for a message, in a length that can be read."""
    try:
        text = repr(value)
    except ValueError:  # of ints with thousands of digits
        text = "a number of very many digits"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
