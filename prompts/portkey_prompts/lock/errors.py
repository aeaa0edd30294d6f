"""What is wrong with a lock file, where, and the command that mends it."""

from __future__ import annotations

from pathlib import Path

from portkey_prompts.errors import PortkeyError, command

DEFAULT_NAME = "prompts.lock"
"""What a lock file is called where nothing else is said."""


class LockError(PortkeyError):
    """A lock file can't be used, or a prompt can't be locked.

    Attributes:
        problem: what is wrong, in one sentence.
        remedy: what mends it, as a rule a command.
        path: the lock file, or None where there is none yet.
        reference: the entry in question as the app writes it, such as `pp-greeting@production`, or None.
    """

    def __init__(
        self, problem: str, *, remedy: str = "", path: str | Path | None = None, reference: str | None = None
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.path = path
        self.reference = reference

    def __str__(self) -> str:
        where = ": ".join(str(part) for part in (self.path, self.reference) if part is not None)
        problem = f"{where}: {self.problem}" if where else self.problem
        return f"{problem} {self.remedy}" if self.remedy else problem


class LockFileError(LockError):
    """A lock file can't be read or written."""


class NoLockFileError(LockFileError):
    """There is no lock file at the path."""


def lock_command(*arguments: str, path: str | Path | None = None) -> str:
    """Say a `portkey-prompts lock` command as it is typed into a shell.

    Args:
        arguments: what follows `lock`.
        path: the lock file; the default one need not be named.
    """
    is_named = path is not None and str(path) != DEFAULT_NAME
    return command("lock", *arguments, *(["--file", str(path)] if is_named else []))
