"""Lock files on the disk: read whole, written whole or not at all, by one program at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import LockError, command

try:
    import fcntl
except ImportError:  # Windows: files are written whole there too; who writes last, wins
    fcntl = None  # type: ignore[assignment]


def read(path: Path) -> bytes:
    """Read a lock file.

    Raises:
        LockError: it is not there, or can't be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        remedy = f"Run: {command('REFERENCE…', path=path).replace(chr(39), '')}"
        raise LockError("there is no such file.", remedy=remedy, path=path) from None
    except OSError as error:
        remedy = "Name a file that can be read."
        raise LockError(f"it can't be read: {error.strerror}.", remedy=remedy, path=path) from None


def write(path: Path, text: str) -> None:
    """Put a text in the place of a file, so that every reader sees the old one or the new one, whole.

    Raises:
        LockError: the folder does not exist, or can't be written to.
    """
    target = path.resolve()  # a link stays a link
    try:
        _replace(target, text.encode())
    except OSError as error:
        problem = f"it can't be written: {error.strerror}."
        raise LockError(problem, remedy="Name a file in a folder that can be written to.", path=path) from None


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Keep other programs from changing the lock files in a folder meanwhile; it is the folder that is locked.

    A file system that has no locks is no reason not to write.
    """
    try:
        folder = os.open(path.resolve().parent, os.O_RDONLY)
    except OSError:  # the write that follows says what is wrong
        yield
        return
    try:
        if fcntl is not None:
            with suppress(OSError):
                fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _replace(target: Path, data: bytes) -> None:
    temporary = target.with_name(f".{target.name}.{os.urandom(6).hex()}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)  # less what the process keeps to itself
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
