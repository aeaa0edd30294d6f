"""The cheapest read that shows that the database answers."""

from __future__ import annotations

from sqlalchemy import Connection, select

from .schema import prompts

_FIRST = select(prompts.c.id).limit(1)


def probe(connection: Connection) -> None:
    """Read something from a table that has to be there."""
    connection.execute(_FIRST).first()
