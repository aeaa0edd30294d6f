"""All that a database holds, kind by kind: read in one order on every database, and put in as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import Factory, field, frozen
from sqlalchemy import Column, Connection, Table, bindparam, delete, exists, func, insert, select, update

from . import epochs, schema
from .extra import flat

_AT_A_TIME = 100


@frozen
class Kind:
    """Rows of a table as an archive has them.

    Args:
        name: What each is called in an archive.
        table: Where they are kept.
        order: The columns that they are sorted by, together unique.
        derived: Columns that follow from the others.
        added: Columns that archives of the first release have not, and which are null in what they hold.
    """

    name: str
    table: Table
    order: tuple[str, ...] = ("id",)
    derived: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    columns: tuple[Column[Any], ...] = field(
        init=False,
        default=Factory(
            lambda kind: tuple(each for each in kind.table.columns if each.name not in (*kind.derived, "extra")),
            takes_self=True,
        ),
    )
    """The columns that an archive has, in its order; after them comes what has none."""

    @property
    def has_extra(self) -> bool:
        """Whether the table keeps fields that have no column."""
        return "extra" in self.table.columns


PROMPTS = (
    Kind("collection", schema.collections, derived=("folded_name",)),
    Kind("label", schema.labels, derived=("folded_name",)),
    Kind("partial", schema.partials, derived=("latest_number",), added=("published_by",)),
    Kind(
        "partial_version", schema.partial_versions, ("partial_id", "number"), ("variable_components",), ("created_by",)
    ),
    Kind("prompt", schema.prompts, derived=("folded_name", "latest_number"), added=("published_by",)),
    Kind("prompt_version", schema.prompt_versions, ("prompt_id", "number"), ("variable_components",), ("created_by",)),
    Kind("version_label", schema.version_labels, ("prompt_id", "label_id"), added=("given_by",)),
)
"""What is authored; each kind refers to those before it only, or to its own."""
OPERATION = (
    Kind("api_key", schema.api_keys, added=("expires_at", "replaced_by")),
    Kind("run", schema.runs, ("started_at", "id")),
)
"""What comes of operating a server."""
_BEYOND_UNIVERSALS = {
    "collection": schema.collections.c.is_default.is_(False),
    "label": schema.labels.c.is_universal.is_(False),
}
_SET_PARENT = (
    update(schema.collections)
    .where(schema.collections.c.id == bindparam("collection"))
    .values(parent_collection_id=bindparam("parent"))
)


def counts(connection: Connection, kinds: Sequence[Kind]) -> dict[str, int]:
    """Count the rows of each kind."""
    return {kind.name: connection.scalar(select(func.count()).select_from(kind.table)) or 0 for kind in kinds}


def rows(connection: Connection, kind: Kind) -> Iterator[dict[str, Any]]:
    """Read all rows of a kind, 100 of which are in memory at once."""
    columns = (*kind.columns, kind.table.c.extra) if kind.has_extra else kind.columns
    statement = select(*columns).order_by(*(kind.table.c[name] for name in kind.order))
    for row in connection.execute(statement, execution_options={"yield_per": _AT_A_TIME}):
        yield flat(row)


def held(connection: Connection, kinds: Sequence[Kind]) -> list[str]:
    """Name the kinds of which there are rows, but for those that always exist."""
    found = []
    for kind in kinds:
        statement = select(kind.table.c[kind.order[0]])
        beyond = _BEYOND_UNIVERSALS.get(kind.name)
        if connection.scalar(select(exists(statement if beyond is None else statement.where(beyond)))):
            found.append(kind.name)
    return found


def replace(
    connection: Connection, kinds: Sequence[Kind], batches: Iterable[tuple[Kind, Sequence[Mapping[str, Any]]]]
) -> None:
    """Replace all rows of these kinds.

    Args:
        connection: A writing transaction.
        kinds: The kinds of which everything is removed.
        batches: The rows to put in, whole, in the order of the kinds.
    """
    removed = {kind.table for kind in kinds}
    for table in reversed(schema.metadata.sorted_tables):
        if table in removed:
            connection.execute(delete(table))
    parents: list[dict[str, str]] = []
    for kind, batch in batches:
        if kind.table is schema.collections:
            # One may lie in another that comes later.
            parents += [{"collection": row["id"], "parent": row["parent_collection_id"]} for row in batch]
            batch = [{**row, "parent_collection_id": None} for row in batch]
        connection.execute(insert(kind.table), batch)
    inside = [each for each in parents if each["parent"] is not None]
    if inside:
        connection.execute(_SET_PARENT, inside)
    epochs.begin(connection)
