"""A lock file as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from . import storage
from .damage import decoded
from .entries import LockedPrompt
from .errors import LockError
from .format import document, entries_of, read_entry
from .texts import to_text


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
        """Read what is whole of a lock file, and what is wrong with its other entries, by reference.

        Raises:
            LockError: the file as a whole can't be read.
        """
        path = Path(path)
        whole: dict[str, LockedPrompt] = {}
        broken: dict[str, LockError] = {}
        for reference, entry in entries_of(decoded(storage.read(path), path), path).items():
            try:
                whole[reference] = read_entry(reference, entry, path)
            except LockError as error:
                broken[reference] = error
        return cls(whole), broken

    @classmethod
    def edit(cls, path: str | Path, *, put: Iterable[LockedPrompt] = (), drop: Iterable[str] = ()) -> Self:
        """Change entries of a lock file and keep the others, those too that another program has just written.

        Args:
            path: the file; where there is none, it is made.
            put: what is locked now.
            drop: references that are locked no longer.

        Raises:
            LockError: another entry of the file is broken, or it can't be written.
        """
        path, put, gone = Path(path), list(put), set(drop)
        with storage.exclusively(path):
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
            reference: the prompt exactly as the app writes it: `pp-x` and `pp-x@production` are two.
        """
        return self.prompts.get(reference)

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
            storage.write(path, text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LockFile) and other.prompts == self.prompts

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"LockFile({list(self.prompts)})"


def _all_of(errors: list[LockError]) -> LockError:
    """Make one error of several: the first, and where else."""
    first = errors[0]
    if len(errors) > 1:
        first.problem += f" So it is with {len(errors) - 1} more: {', '.join(str(e.reference) for e in errors[1:])}."
    return first
