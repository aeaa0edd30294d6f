"""What prompts and partials have in common: a slug, and versions that are numbered, one of which is published."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete, exists, or_, select, update

from portkey_local.clock import now
from portkey_local.errors import ConflictError, NotFoundError, unknown
from portkey_local.ids import new_slug
from portkey_prompts.errors import quoted

from . import schema


class Numbered:
    """The statements that prompts and partials share, each on its own table.

    Args:
        kind: What each is called, in messages and in slugs of names without letters.
        table: Where they are kept.
    """

    def __init__(self, kind: str, table: Table) -> None:
        self._kind = kind
        columns = table.columns
        is_it = columns.id == bindparam("it")
        self._find = select(table).where(or_(columns.slug == bindparam("name"), columns.id == bindparam("name")))
        self._slugs = select(columns.slug).order_by(columns.created_at.desc(), columns.id.desc()).limit(11)
        self._taken = select(exists().where(columns.slug == bindparam("slug")))
        self._delete = delete(table).where(is_it)
        moved: dict[str, Any] = {"last_updated_at": bindparam("moment")}
        self._publish = (
            update(table)
            .where(is_it)
            .values(published_number=bindparam("number"), published_by=bindparam("author"), **moved)
        )
        self._touch = update(table).where(is_it).values(**moved)
        self._next = (
            update(table)
            .where(is_it)
            .values(latest_number=columns.latest_number + 1, **moved)
            .returning(columns.latest_number)
        )

    def find(self, connection: Connection, name: str) -> Row[Any]:
        """Find one by its UUID or slug, without its versions.

        Raises:
            NotFoundError: There is none; the newest ones are named.
        """
        row = connection.execute(self._find, {"name": name}).first()
        if row is None:
            raise unknown(self._kind, name, connection.scalars(self._slugs))
        return row

    def slug_for(self, connection: Connection, name: str, wanted: str | None) -> str:
        """Return the slug that is wanted, or make a free one from a name.

        Raises:
            ConflictError: The wanted one is taken.
        """
        if wanted is not None:
            if connection.scalar(self._taken, {"slug": wanted}):
                raise ConflictError(
                    f"There is a {self._kind} {quoted(wanted)} already. Delete it first, or choose another slug."
                )
            return wanted
        while True:
            slug = new_slug(name, fallback=self._kind)
            if not connection.scalar(self._taken, {"slug": slug}):
                return slug

    def next_number(self, connection: Connection, it: str, moment: str) -> int:
        """Count a further version, and return its number."""
        # On PostgreSQL the update locks the row: numbers come one after another.
        number: int = connection.execute(self._next, {"it": it, "moment": moment}).scalar_one()
        return number

    def publish(self, connection: Connection, name: str, number: int, author: str | None = None) -> None:
        """Make one version the one that is meant without `@`.

        Args:
            connection: A writing transaction.
            name: Its UUID or slug.
            number: The version's number.
            author: Who publishes it.

        Raises:
            NotFoundError: There is no such thing, or it has no such version.
        """
        row = self.find(connection, name)
        if number > row.latest_number:
            raise self.no_version(row, number)
        connection.execute(self._publish, {"it": row.id, "number": number, "author": author, "moment": now()})

    def touch(self, connection: Connection, it: str) -> None:
        """Say that it changed now."""
        connection.execute(self._touch, {"it": it, "moment": now()})

    def remove(self, connection: Connection, name: str) -> None:
        """Remove one with all of its versions."""
        connection.execute(self._delete, {"it": self.find(connection, name).id})

    def no_version(self, row: Row[Any], number: int) -> NotFoundError:
        """Build the 404 for a version that does not exist."""
        return NotFoundError(f"{quoted(row.slug)} has no version {number}. Its newest one is {row.latest_number}.")


PROMPTS = Numbered("prompt", schema.prompts)
PARTIALS = Numbered("partial", schema.partials)
