"""What the command line names: text, JSON and archives in a file, on stdin, or in an argument itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from portkey_cli.failures import NoFileError, UsageError
from portkey_prompts.files import replacing
from portkey_prompts.strict_json import JSONError, read_json

STDIN = STDOUT = "-"


def read_text(path: str) -> str:
    """Read a file, or stdin for `-`, as UTF-8; a byte order mark is dropped.

    Raises:
        NoFileError: where it can't be read.
        UsageError: where it is no UTF-8.
    """
    try:
        data = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
    except OSError as error:
        written = path.lstrip().startswith(("{", "["))
        remedy = ". This looks like JSON itself: put it into a file, or pipe it in and write -" if written else ""
        raise NoFileError(f"{named(path)}: {error.strerror}{remedy}") from None
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
        return read_json(text)
    except JSONError as error:
        raise UsageError(f"{where} {error}.") from None


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


def gather_variables(file: str | None, texts: list[str] | None, values: list[str] | None) -> dict[str, Any]:
    """Gather variables; what stands on the command line wins over the file.

    Args:
        file: a file with a JSON object, or `-` for stdin.
        texts: `NAME=TEXT`, as given with `--var`.
        values: `NAME=JSON`, as given with `--var-json`.

    Raises:
        UsageError: where one can't be read, or a name is given twice.
    """
    plain, rich = assignments("--var", texts), json_assignments("--var-json", values)
    twice = sorted(plain.keys() & rich.keys())
    if twice:
        raise UsageError(f"--var and --var-json both give {twice[0]!r}. Give it once.")
    return {**(read_object(file) if file else {}), **plain, **rich}


@contextmanager
def open_input(path: str) -> Iterator[BinaryIO]:
    """Yield what an archive is read from: stdin for `-`, or a file.

    Args:
        path: the file.

    Raises:
        NoFileError: where it can't be read.
    """
    if path == STDIN:
        yield sys.stdin.buffer
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115
    except OSError as error:
        raise NoFileError(f"{named(path)}: {error.strerror}") from None
    with file:
        yield file


@contextmanager
def open_output(path: str) -> Iterator[BinaryIO]:
    """Yield what an archive is written to: stdout for `-`, or a file that is there when it is whole.

    Args:
        path: the file.

    Raises:
        NoFileError: where it can't be written.
    """
    if path == STDOUT:
        yield sys.stdout.buffer
        return
    is_written = False
    try:
        with replacing(Path(path), mode=0o600) as file:
            is_written = True
            yield file
    except OSError as error:
        if is_written:
            raise
        raise NoFileError(f"{named(path)}: {error.strerror}") from None


def named(path: str) -> str:
    """Say what a path is called in a message."""
    return "stdin" if path == STDIN else path or repr(path)


def _json_value(option: str, name: str, text: str) -> Any:
    try:
        return parse_json(text, f"{option} {name}")
    except UsageError as error:
        raise UsageError(f"{error} Text stands in double quotes: {option} {name}='\"text\"'.") from None
