"""One page of a list, filtered by parts of its items' names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    Table,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from portkey_local.errors import TooLargeError
from portkey_local.ids import folded

_MOST_TEXT = 16 * 1024 * 1024
_AT_ONCE = 20


@frozen
class Page:
    """One page of rows, and how many there are on all pages."""

    rows: Sequence[Row[Any]]
    total: int


@frozen
class Paged:
    """A list's two prepared statements, the newest first: one page of it, and its length."""

    page: Select[Any]
    count: Select[Any]

    @classmethod
    def of(
        cls, statement: Select[Any], table: Table, *conditions: ColumnElement[bool], searching: bool = False
    ) -> Paged:
        """Prepare the list of a statement's rows.

        Args:
            statement: Selects one row for each of the table.
            table: What the list is of, with `created_at` and `id`.
            conditions: What holds of the table's rows that are listed.
            searching: Whether no index can find the rows of which the conditions hold.
        """
        newest = (table.c.created_at.desc(), table.c.id.desc())
        # A search is sorted by an expression, which has no index: else the database would walk the index of ages, and
        # look each row up by itself.
        order = ((table.c.created_at.concat(literal_column("''"))).desc(), newest[1]) if searching else newest
        # The rows before the page are skipped in the index: whole rows and joins are read for the page alone.
        chosen = select(table.c.id).where(*conditions).order_by(*order)
        here = chosen.limit(bindparam("limit")).offset(bindparam("offset")).subquery("here")
        page = statement.join(here, here.c.id == table.c.id).order_by(*newest)
        return cls(page, select(func.count()).select_from(table).where(*conditions))

    def read(self, connection: Connection, page: int, size: int, **values: object) -> Page:
        """Read one page.

        Args:
            connection: An open transaction.
            page: Which page, from 0.
            size: How many rows a page holds at most.
            values: The statement's other parameters.
        """
        rows = rows_of(connection, self.page, {**values, "limit": size, "offset": page * size}, most=size)
        return Page(rows, connection.execute(self.count, values).scalar_one())


def rows_of(
    connection: Connection, statement: Select[Any], values: Mapping[str, object], *, most: int | None = None
) -> list[Row[Any]]:
    """Read the rows of a list, a few at a time, so that their texts never fill the memory.

    Args:
        connection: An open transaction.
        statement: What to read.
        values: The statement's parameters.
        most: How many rows there are at most, where that is known.

    Raises:
        TooLargeError: They have too much text for one answer.
    """
    rows, size = [], 0
    # PostgreSQL reads a few at a time by a cursor, which takes four more round trips.
    in_steps = {"yield_per": _AT_ONCE} if most is None or most > _AT_ONCE else {}
    with connection.execute(statement, values, execution_options=in_steps) as result:
        for row in result:
            rows.append(row)
            size += sum(len(value) for value in row if isinstance(value, str))
            if size > _MOST_TEXT:
                raise TooLargeError(
                    f"The list has more than {_MOST_TEXT:,} characters in all. Ask for fewer, or one at a time."
                )
    return rows


class _Position(FunctionElement[int]):
    """Where in a text another one begins, from 1, or 0; unlike LIKE, SQLite's own does not stop at U+0000."""

    type = Integer()
    inherit_cache = True


@compiles(_Position)
def _instr(element: _Position, compiler: SQLCompiler, **options: Any) -> str:
    function = "strpos" if compiler.dialect.name == "postgresql" else "instr"
    return f"{function}({compiler.process(element.clauses, **options)})"


def matching(column: Column[str]) -> ColumnElement[bool]:
    """Return the condition that a folded name contains the parameter `part`."""
    return _Position(column, bindparam("part", type_=column.type)) > 0


def part_of(search: str | None) -> str:
    """Turn a search text into the part of a folded name that is looked for."""
    return folded(search or "")
