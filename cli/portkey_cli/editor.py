"""Editing a text in the user's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portkey_ai.errors import PortkeyError
from portkey_cli.failures import UsageError
from portkey_cli.files import read_text
from portkey_cli.output import note


@dataclass(frozen=True)
class Edited:
    """A text as the editor left it."""

    text: str
    changed: bool


@contextmanager
def edited(text: str, suffix: str) -> Iterator[Edited]:
    """Open a text in the editor, and give the result; where the block fails, the file is kept.

    The line break that editors put at the end of a file is not part of the text, unless it was there before.

    Args:
        text: what to begin with.
        suffix: the file's ending, such as `.json`, by which editors choose how they show it.

    Raises:
        UsageError: where there is no editor.
        PortkeyError: where the editor failed.
    """
    command = _command()
    path = _written(text, suffix)
    try:
        _open(command, path)
        after = _without_break(read_text(str(path)), text)
        yield Edited(after, after != text)
    except BaseException:
        _keep_if_changed(path, text)
        raise
    path.unlink(missing_ok=True)


def _keep_if_changed(path: Path, text: str) -> None:
    """Say where the file is that the user changed; remove one that is as it was."""
    left = path.read_bytes() if path.exists() else b""
    if left.strip() and left != _with_break(text).encode():
        note(f"Your text is kept in {path}")
    else:
        path.unlink(missing_ok=True)


def _command() -> list[str]:
    """Choose the editor: `VISUAL`, `EDITOR`, or, where there is a terminal, one that every system has."""
    chosen = os.environ.get("VISUAL", "").strip() or os.environ.get("EDITOR", "").strip()
    if chosen:
        return _words(chosen)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("There is no terminal to edit in. Give the template with --file, or set EDITOR.")
    return ["notepad"] if os.name == "nt" else ["vi"]


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command, posix=os.name != "nt")
    except ValueError as error:
        raise UsageError(f"VISUAL or EDITOR is {command!r}, which is no command: {error}.") from None


def _written(text: str, suffix: str) -> Path:
    """Write a file that nobody else can read."""
    handle, name = tempfile.mkstemp(suffix=suffix, prefix="prompt-")
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(_with_break(text))
    return Path(name)


def _open(command: list[str], path: Path) -> None:
    try:
        code = subprocess.run([*command, str(path)], check=False).returncode
    except OSError as error:
        raise PortkeyError(f"The editor {command[0]!r} can't be started: {error.strerror}. Set EDITOR.") from None
    if code:
        raise PortkeyError(f"The editor {command[0]!r} ended with {code}, so nothing was changed.")


def _with_break(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _without_break(text: str, before: str) -> str:
    return text if before.endswith("\n") else text.removesuffix("\n")
