"""One page of a list, filtered by parts of its items' names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import Column, ColumnElement, Connection, Row, Select, bindparam, func, select

from portkey_local.names import folded


@frozen
class Page:
    """One page of rows, and how many there are on all pages."""

    rows: Sequence[Row[Any]]
    total: int


@frozen
class Paged:
    """A list's two prepared statements: one page of it, and its length."""

    page: Select[Any]
    count: Select[Any]

    @classmethod
    def of(cls, statement: Select[Any], *order: ColumnElement[Any] | Column[Any]) -> Paged:
        """Prepare the list of a statement's rows in an order that leaves no two rows equal."""
        page = statement.order_by(*order).limit(bindparam("limit")).offset(bindparam("offset"))
        return cls(page, select(func.count()).select_from(statement.subquery()))

    def read(self, connection: Connection, page: int, size: int, **values: object) -> Page:
        """Read one page.

        Args:
            connection: An open transaction.
            page: Which page, from 0.
            size: How many rows a page holds at most.
            values: The statement's other parameters.
        """
        rows = connection.execute(self.page, {**values, "limit": size, "offset": page * size}).all()
        return Page(rows, connection.execute(self.count, values).scalar_one())


def matching(column: Column[str]) -> ColumnElement[bool]:
    """Return the condition that a folded name contains the parameter `pattern`."""
    return column.like(bindparam("pattern"), escape="\\")


def pattern(search: str | None) -> str:
    """Turn a search text into a pattern in which its own % and _ stand for themselves."""
    literal = folded(search or "")
    for special in ("\\", "%", "_"):
        literal = literal.replace(special, "\\" + special)
    return f"%{literal}%"
