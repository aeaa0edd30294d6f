"""A lock file as a whole: read, with errors that name the command that mends it, and written atomically."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from portkey_prompts.files import conflict_in, exclusively, read_regular, write_whole
from portkey_prompts.references import number_in
from portkey_prompts.strict_json import JSONError, read_json

from .entries import LockedPrompt
from .errors import LockError, LockFileError, NoLockFileError, lock_command
from .format import document, entries_of, read_entry, to_text

_REFERENCE = re.compile(r'^    ("(?:[^"\\]|\\.)+"): \{', re.MULTILINE)
_SHOWN = 20


class LockFile:
    """The prompts that an app uses, each locked to one exact version. It is never changed.

    Attributes:
        prompts: reference as the app writes it to what is locked, sorted.

    Example:
        >>> LockFile.read("prompts.lock").find("pp-greeting@production")
        LockedPrompt('pp-greeting@production', version=12, sha256='5d1c0b7e2f40'…)
    """

    __slots__ = ("prompts",)

    def __init__(self, prompts: Mapping[str, LockedPrompt]) -> None:
        self.prompts: Mapping[str, LockedPrompt] = {reference: prompts[reference] for reference in sorted(prompts)}

    @classmethod
    def of(cls, prompts: Iterable[LockedPrompt]) -> Self:
        """Make a lock file of prompts; of two with the same reference the later one counts."""
        return cls({locked.reference: locked for locked in prompts})

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read a lock file, and check that it is whole.

        Args:
            path: the file, such as `prompts.lock`.

        Raises:
            LockError: it is missing, cut off, has merge conflict markers, is of another format or API version, an
                entry was changed, or a partial is missing; the error says which, and the command that mends it.
        """
        lock, broken = cls.salvage(path)
        if broken:
            raise _all_of(list(broken.values()))
        return lock

    @classmethod
    def salvage(cls, path: str | Path) -> tuple[Self, dict[str, LockError]]:
        """Read the valid entries of a lock file, and the errors of the others, by reference.

        Raises:
            LockError: the file as a whole can't be read.
        """
        path = Path(path)
        whole: dict[str, LockedPrompt] = {}
        broken: dict[str, LockError] = {}
        for reference, entry in entries_of(_decoded(_read(path), path), path).items():
            try:
                whole[reference] = read_entry(reference, entry, path)
            except LockError as error:
                broken[reference] = error
        return cls(whole), broken

    @classmethod
    def edit(cls, path: str | Path, *, put: Iterable[LockedPrompt] = (), drop: Iterable[str] = ()) -> Self:
        """Change entries of a lock file and keep the others, also those that another program writes at the same time.

        Args:
            path: the file; where there is none, it is made.
            put: what is locked now.
            drop: references that are locked no longer.

        Raises:
            LockError: another entry of the file is broken, or it can't be written.
        """
        path, put, gone = Path(path), list(put), set(drop)
        with exclusively(path.resolve().parent):
            old, broken = cls.salvage(path) if path.exists() else (cls({}), {})
            replaced = gone | {locked.reference for locked in put}
            others = [error for reference, error in broken.items() if reference not in replaced]
            if others:
                raise _all_of(others)
            kept = [locked for reference, locked in old.prompts.items() if reference not in gone]
            new = cls.of([*kept, *put])
            new.write(path)
        return new

    def find(self, reference: str) -> LockedPrompt | None:
        """Return what a reference is locked to, or None where it is not locked.

        Args:
            reference: the prompt exactly as the app writes it: `pp-x` and `pp-x@production` are two. A number,
                `pp-x@12`, is found where any of them is locked to that version: it never changes.
        """
        slug, _, number = reference.partition("@")
        found = self.prompts.get(reference)
        if found is not None or number_in(number) is None:
            return found
        same = (each for each in self.prompts.values() if each.slug == slug and str(each.version) == number)
        return next(same, None)

    def text(self) -> str:
        """Write the file's text: sorted, indented, the same for the same prompts wherever it is written."""
        return to_text(document(self.prompts))

    def write(self, path: str | Path) -> None:
        """Write the file, whole or not at all; one that holds the same already is left alone.

        Raises:
            LockError: it can't be written, or is nested deeper than JSON is read.
        """
        path = Path(path)
        try:
            text = self.text()
        except RecursionError:
            raise LockError("a prompt in it is nested too deep.", path=path) from None
        if not path.is_file() or path.read_bytes() != text.encode():
            _write(path, text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LockFile) and other.prompts == self.prompts

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"LockFile({list(self.prompts)})"


def _all_of(errors: list[LockError]) -> LockError:
    """Make one error of several: the first, with the references of the others."""
    first = errors[0]
    if len(errors) > 1:
        first.problem += f" So it is with {len(errors) - 1} more: {', '.join(str(e.reference) for e in errors[1:])}."
    return first


def _read(path: Path) -> bytes:
    """Read a lock file.

    Raises:
        LockError: it is not there, or can't be read.
    """
    try:
        return read_regular(path)
    except FileNotFoundError:
        remedy = f"Run: {lock_command('REFERENCE…', path=path)}"
        raise NoLockFileError("there is no such file.", remedy=remedy, path=path) from None
    except OSError as error:
        remedy = "Name a file that can be read."
        raise LockFileError(f"it can't be read: {error.strerror}.", remedy=remedy, path=path) from None


def _write(path: Path, text: str) -> None:
    """Write a file, or say why it can't be written.

    Raises:
        LockError: the folder does not exist, or can't be written to.
    """
    try:
        write_whole(path, text.encode())
    except OSError as error:
        problem = f"it can't be written: {error.strerror}."
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = "Make room there." if is_full else "Name a file in a folder that can be written to."
        raise LockFileError(problem, remedy=remedy, path=path) from None


def _decoded(data: bytes, path: Path) -> dict[str, Any]:
    """Decode a lock file.

    Raises:
        LockError: it is no whole JSON object, naming the line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LockError(f"byte {error.start} is not UTF-8.", remedy=_anew("", path), path=path) from None
    if line := conflict_in(text):
        marker = text.split("\n")[line - 1][:7]
        problem = f"line {line} is a merge conflict marker ({marker})."
        raise LockError(problem, remedy=_anew(text, path), path=path)
    value = _parsed(text, path)
    if not isinstance(value, dict):
        raise LockError("it is JSON, but no lock file.", remedy=_anew(text, path), path=path)
    return value


def _parsed(text: str, path: Path) -> Any:
    try:
        return read_json(text, half_pairs=True)  # the service may hold half a surrogate pair; the file escapes it
    except JSONError as error:
        problem, at = f"it {error}.", error.syntax
        if at is not None:
            problem = _broken_off(text, at) or f"line {at.lineno}, column {at.colno} is not JSON: {at.msg}."
    raise LockError(problem, remedy=_anew(text, path), path=path)


def _broken_off(text: str, error: json.JSONDecodeError) -> str:
    """Say that the file is empty or cut off; "" where it is neither."""
    if not text.strip():
        return "it is empty."
    unended = error.msg.startswith("Unterminated string") and "\n" not in text[error.pos :].rstrip()
    if unended or error.pos >= len(text.rstrip()):
        return f"it ends in the middle, on line {_line(text, len(text.rstrip()))}: it was cut off."
    return ""


def _anew(text: str, path: Path) -> str:
    """Say how to get a valid file: the old one, or a new one with the references that can still be read."""
    known = list(dict.fromkeys(json.loads(found) for found in _REFERENCE.findall(text) if _readable(found)))
    words = [*known[:_SHOWN], "…"] if len(known) > _SHOWN else known or ["REFERENCE…"]
    typed = lock_command(*words, path=path)
    return f"Put back the last good one, or delete it and run: {typed}"


def _readable(literal: str) -> bool:
    try:
        return isinstance(json.loads(literal), str)
    except ValueError:
        return False


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
