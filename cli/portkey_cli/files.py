"""Text and JSON that the command line names: a file, stdin, or an argument itself."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from portkey_cli.failures import UsageError

STDIN = "-"


def read_text(path: str) -> str:
    """Read a file, or stdin for `-`, as UTF-8; a byte order mark is dropped.

    Raises:
        UsageError: where it can't be read, or is no UTF-8.
    """
    try:
        data = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UsageError(f"{named(path)} is no UTF-8 text (byte {error.start}). Convert it first.") from None


def read_object(path: str) -> dict[str, Any]:
    """Read a JSON object from a file, or from stdin for `-`.

    Raises:
        UsageError: where there is none.
    """
    value = parse_json(read_text(path), named(path))
    if not isinstance(value, dict):
        raise UsageError(f'{named(path)} must hold a JSON object, such as {{"name": "Alice"}}.')
    return value


def parse_json(text: str, where: str) -> Any:
    """Parse JSON as strictly as the service does.

    Args:
        text: the JSON.
        where: what to call it in an error.

    Raises:
        UsageError: where it is none, with line and column.
    """
    try:
        value = json.loads(text, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise UsageError(f"{where} is no JSON: {error.msg} ({place}).") from None
    except RecursionError:
        raise UsageError(f"{where} is nested too deep.") from None
    except UnicodeEncodeError:
        raise UsageError(f"{where} holds half a surrogate pair, which is no text.") from None
    except ValueError as error:
        raise UsageError(f"{where} is no JSON: {error}.") from None
    return value


def assignments(option: str, given: list[str] | None) -> dict[str, str]:
    """Split `NAME=VALUE` arguments.

    Args:
        option: the option they came with, for errors.
        given: what came with it.

    Raises:
        UsageError: where one has no name or no `=`, or a name comes twice.
    """
    found: dict[str, str] = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"{option} {text!r} is no assignment. Write {option} NAME=VALUE.")
        if name in found:
            raise UsageError(f"{option} gives {name!r} twice. Give it once.")
        found[name] = value
    return found


def json_assignments(option: str, given: list[str] | None) -> dict[str, Any]:
    """Split `NAME=JSON` arguments, and parse the JSON.

    Raises:
        UsageError: where one is no assignment or no JSON; text has to stand in quotes.
    """
    return {name: _json_value(option, name, text) for name, text in assignments(option, given).items()}


def named(path: str) -> str:
    """Say what a path is called in a message."""
    return "stdin" if path == STDIN else path


def _json_value(option: str, name: str, text: str) -> Any:
    try:
        return parse_json(text, f"{option} {name}")
    except UsageError as error:
        raise UsageError(f"{error} Text stands in double quotes: {option} {name}='\"text\"'.") from None


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON value")
