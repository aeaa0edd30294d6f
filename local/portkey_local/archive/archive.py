"""Archives: everything that a database holds as lines of JSON, the same bytes from any kind of database."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any, BinaryIO

from attrs import frozen
from sqlalchemy import Connection

from portkey_local.store import Store, contents
from portkey_local.store.contents import OPERATION, PROMPTS, Kind

from .checks import ArchiveError, Checks
from .lines import FORMAT, VERSION, encoded, lines_of

__all__ = ["ArchiveError", "Imported", "export", "load"]

_BATCH_ROWS, _BATCH_BYTES = 500, 4 * 1024 * 1024


@frozen
class Imported:
    """What an import did."""

    counts: Mapping[str, int]
    """How many of each kind were put in."""
    left_out: Mapping[str, int]
    """How many of each kind the archive has besides."""


def export(store: Store, write: Callable[[bytes], object], *, everything: bool = False) -> dict[str, int]:
    """Write an archive of one moment, line by line, and return how many of each kind it has.

    Args:
        store: What is read.
        write: Takes the bytes.
        everything: Whether API keys (their digests) and recorded runs come too.

    Raises:
        ApiError: The database failed.
    """
    return store.read_long(_write, write, _kinds(everything))


def load(store: Store, source: BinaryIO, *, replace: bool = False, everything: bool = False) -> Imported:
    """Put an archive into a database: all of it, or nothing where anything is wrong with it.

    Args:
        store: What is written; it must be empty but for what always exists.
        source: The archive's bytes.
        replace: Whether what the database holds is removed first.
        everything: Whether API keys and recorded runs come too; otherwise the database keeps its own.

    Raises:
        ArchiveError: The archive is malformed, and the message names the line; or the database is not empty.
        ApiError: The database failed.
    """
    kinds = _kinds(everything)
    if not replace:
        store.read_now(_check_empty, kinds)
    with tempfile.TemporaryFile(prefix="portkey-import-") as checked:
        checks = Checks()
        for line in lines_of(source):
            checks.take(line)
            if line.number > 1 and checks.kind in kinds:
                checked.write(encoded([checks.kind.name, line.value]))
        checks.finish()
        if everything and not checks.has_operation:
            raise ArchiveError(
                "The archive was made without API keys and recorded runs, and --all would remove those that are there. "
                "Nothing was changed; import without --all, or export with it."
            )
        checked.seek(0)
        store.write_long(_put, kinds, _batches(checked, checks), replace)
    names = [kind.name for kind in kinds]
    return Imported(
        {name: checks.counts.get(name, 0) for name in names},
        {name: count for name, count in checks.counts.items() if name not in names and count},
    )


def _kinds(everything: bool) -> tuple[Kind, ...]:
    return PROMPTS + OPERATION if everything else PROMPTS


def _write(connection: Connection, write: Callable[[bytes], object], kinds: Sequence[Kind]) -> dict[str, int]:
    counts = contents.counts(connection, kinds)
    write(encoded({"format": FORMAT, "version": VERSION, "counts": counts}))
    for kind in kinds:
        for row in contents.rows(connection, kind):
            write(encoded({"kind": kind.name, **row}))
    return counts


def _put(
    connection: Connection,
    kinds: Sequence[Kind],
    batches: Iterator[tuple[Kind, Sequence[Mapping[str, Any]]]],
    replace: bool,
) -> None:
    if not replace:
        _check_empty(connection, kinds)
    contents.replace(connection, kinds, batches)


def _check_empty(connection: Connection, kinds: Sequence[Kind]) -> None:
    held = contents.held(connection, kinds)
    if held:
        raise ArchiveError(
            f"The database is not empty: it holds rows of the kind {', '.join(held)}. Nothing was changed; import into "
            "an empty one, or remove what is there with --replace."
        )


def _batches(checked: IO[bytes], checks: Checks) -> Iterator[tuple[Kind, Sequence[Mapping[str, Any]]]]:
    """Read checked rows back, completed: rows of one kind at a time, at most 500, and about 4 MB."""
    kinds = {kind.name: kind for kind in PROMPTS + OPERATION}
    batch: list[dict[str, Any]] = []
    last, size = "", 0
    for line in checked:
        name, row = json.loads(line)
        if batch and (name != last or len(batch) == _BATCH_ROWS or size > _BATCH_BYTES):
            yield kinds[last], batch
            batch, size = [], 0
        batch.append(checks.completed(kinds[name], row))
        last, size = name, size + len(line)
    if batch:
        yield kinds[last], batch
