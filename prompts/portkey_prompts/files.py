"""Files: read where they are regular ones, written atomically."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

try:
    import fcntl
except ImportError:  # Windows: there is no lock, so the last of several writers wins
    fcntl = None  # type: ignore[assignment]

_CONFLICT: Final = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?:\s|$)", re.MULTILINE)


def read_regular(path: Path, *, own: bool = False) -> bytes:
    """Read a regular file.

    Args:
        path: the file.
        own: whether only this user may have written it: a link, and a file of another owner or that others may write
            to, is refused then.

    Raises:
        OSError: it can't be read, is something else, such as a pipe, from which a read could wait for ever, or not own.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NONBLOCK", 0)  # opening a pipe waits for its writer unless told not to
    flags |= getattr(os, "O_NOFOLLOW", 0) if own else 0
    with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        if own and hasattr(os, "geteuid") and (status.st_uid != os.geteuid() or status.st_mode & 0o022):
            raise OSError(errno.EPERM, "another user may have written it", str(path))
        return file.read()


@contextmanager
def exclusively(folder: Path) -> Iterator[None]:
    """Hold an advisory lock on a folder: other programs that ask for it wait before they change its files."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # the write that follows reports it
        yield
        return
    try:
        if fcntl is not None:
            with suppress(OSError):  # a file system that has no locks is no reason not to write
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def conflict_in(text: str) -> int:
    """Find the line, from 1, of the first marker that a merge left in a text; 0 where there is none."""
    found = _CONFLICT.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def expanded(path: str | Path) -> Path:
    """Return a path with the home folder for `~` at its beginning, and for `~name` where a user is called so."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises where there is no such user


@contextmanager
def replacing(path: Path, *, mode: int | None = None, follow: bool = True, durable: bool = True) -> Iterator[BinaryIO]:
    """Yield a temporary file to write to, and rename it to `path` when all is written and on the disk.

    A reader sees the old file or the new one, whole. Where anything goes wrong, the old one stays and
    nothing else is left in the folder. A pipe or a device, such as `/dev/stdout`, is written to
    directly.

    Args:
        path: the file; its folder has to be there.
        mode: the permissions of the new file. By default those of the old one, else those that the process gives.
        follow: whether a link stays one, and what it leads to is replaced; else the link is.
        durable: whether to wait until it is on the disk, so that it outlives a loss of power.

    Raises:
        OSError: it can't be written.
    """
    if follow and path.exists() and not path.is_file():
        with _about(path, path), open(path, "wb") as stream:  # noqa: PTH123
            yield stream
        return
    target = Path(os.path.realpath(path)) if follow else path
    temporary = target.with_name(f".{os.urandom(8).hex()}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with _about(path, temporary):
        handle = os.open(temporary, flags, 0o666 if mode is None else mode)
        try:
            with open(handle, "wb") as file:  # noqa: PTH123
                yield file
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            if mode is None and target.exists():
                temporary.chmod(target.stat().st_mode & 0o777)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


@contextmanager
def _about(path: Path, temporary: Path) -> Iterator[None]:
    """Make errors name the file that was to be written: that of a full disk names none, others the temporary one."""
    try:
        yield
    except OSError as error:
        if error.filename is None or str(error.filename) == str(temporary):
            error.filename, error.filename2 = str(path), None
        raise


def write_whole(path: Path, data: bytes, *, mode: int | None = None, follow: bool = True, durable: bool = True) -> None:
    """Write a file, whole or not at all, as `replacing` does.

    Raises:
        OSError: it can't be written.
    """
    with replacing(path, mode=mode, follow=follow, durable=durable) as file:
        file.write(data)
