"""Archives on the command line: where they are written to, and read from."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from portkey_cli.failures import UsageError
from portkey_cli.files import STDIN

STDOUT = "-"


@contextmanager
def written(path: str) -> Iterator[BinaryIO]:
    """Lend what an archive is written to: stdout for `-`, or a file that is there when it is whole.

    Args:
        path: the file.

    Raises:
        UsageError: where it can't be written.
    """
    if path == STDOUT:
        yield sys.stdout.buffer
        return
    place = Path(path)
    try:
        if place.exists() and not place.is_file():  # a pipe or a device takes bytes, and no other file in its place
            with place.open("wb") as direct:
                yield direct
            return
        number, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    try:
        with open(number, "wb") as file:  # noqa: PTH123
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink()
        raise


@contextmanager
def read(path: str) -> Iterator[BinaryIO]:
    """Lend what an archive is read from: stdin for `-`, or a file.

    Args:
        path: the file.

    Raises:
        UsageError: where it can't be read.
    """
    if path == STDIN:
        yield sys.stdin.buffer
        return
    try:
        file = Path(path).open("rb")  # noqa: SIM115
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    with file:
        yield file


def summed(counts: Mapping[str, int]) -> str:
    """Say how many there are of each kind, those of which there are none left out."""
    said = [f"{count} {kind.replace('_', ' ')}{'' if count == 1 else 's'}" for kind, count in counts.items() if count]
    return ", ".join(said) or "nothing"
