"""From the text of a lock file to its JSON; where that fails, what happened to the file and what mends it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NoReturn

from .errors import LockError, command

_CONFLICT = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?:\s|$)", re.MULTILINE)
_REFERENCE = re.compile(r'^    ("(?:[^"\\]|\\.)+"): \{', re.MULTILINE)
_SHOWN = 20


def decoded(data: bytes, path: Path) -> dict[str, Any]:
    """Decode a lock file.

    Raises:
        LockError: it is no whole JSON object, naming the line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LockError(f"byte {error.start} is not UTF-8.", remedy=_anew("", path), path=path) from None
    conflict = _CONFLICT.search(text)
    if conflict:
        problem = f"line {_line(text, conflict.start())} is a merge conflict marker ({conflict[0].strip()})."
        raise LockError(problem, remedy=_anew(text, path), path=path)
    value = _parsed(text, path)
    if not isinstance(value, dict):
        raise LockError("it is JSON, but no lock file.", remedy=_anew(text, path), path=path)
    return value


def _parsed(text: str, path: Path) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once_each, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        problem = _broken_off(text, error) or f"line {error.lineno}, column {error.colno} is not JSON: {error.msg}."
    except RecursionError:
        problem = "it is nested too deep."
    except ValueError as error:
        problem = f"it is not usable: {error}."
    raise LockError(problem, remedy=_anew(text, path), path=path)


def _broken_off(text: str, error: json.JSONDecodeError) -> str:
    """Say that the file ends in the middle, where it does."""
    if not text.strip():
        return "it is empty."
    unended = error.msg.startswith("Unterminated string") and "\n" not in text[error.pos :].rstrip()
    if unended or error.pos >= len(text.rstrip()):
        return f"it ends in the middle, on line {_line(text, len(text.rstrip()))}: it was cut off."
    return ""


def _anew(text: str, path: Path) -> str:
    """Say how to get a whole file: the old one, or a new one with the references that can still be read."""
    known = list(dict.fromkeys(json.loads(found) for found in _REFERENCE.findall(text) if _readable(found)))
    words = [*known[:_SHOWN], "…"] if len(known) > _SHOWN else known or ["REFERENCE…"]
    typed = command(*words, path=path).replace("'REFERENCE…'", "REFERENCE…").replace("'…'", "…")
    return f"Put back the last good one, or delete it and run: {typed}"


def _readable(literal: str) -> bool:
    try:
        return isinstance(json.loads(literal), str)
    except ValueError:
        return False


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} stands in it twice")
    return members


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
