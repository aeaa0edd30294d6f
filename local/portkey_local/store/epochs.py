"""Epochs: each import begins one, since it may bring other texts under the ids of versions that were there before."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from portkey_local.ids import new_id

from .schema import epochs

_CURRENT = select(epochs.c.id)


def current(connection: Connection) -> str:
    """Return the epoch of what a transaction reads; empty before the first import."""
    return connection.scalar(_CURRENT) or ""


def begin(connection: Connection) -> None:
    """Begin another epoch."""
    connection.execute(delete(epochs))
    connection.execute(insert(epochs), {"id": new_id()})
