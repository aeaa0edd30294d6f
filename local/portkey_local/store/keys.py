"""API keys: what is kept of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from portkey_local.clock import now
from portkey_local.doors.keys import ApiKey, public_part
from portkey_local.errors import BadRequestError, quoted, unknown

from .schema import api_keys

_EVERY = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
_IN_FORCE = select(api_keys.c.id).where(api_keys.c.revoked_at.is_(None)).limit(1)
_BY_ID = select(api_keys).where(api_keys.c.id == bindparam("key"))
_BY_NAME = select(api_keys).where(api_keys.c.name == bindparam("name")).order_by(api_keys.c.created_at, api_keys.c.id)
_REVOKE = update(api_keys).where(api_keys.c.id == bindparam("key")).values(revoked_at=bindparam("moment"))


def every(connection: Connection) -> Sequence[Row[Any]]:
    """Read all keys, the oldest first, those that were revoked among them."""
    return connection.execute(_EVERY).all()


def any_in_force(connection: Connection) -> bool:
    """Say whether there is a key that was not revoked."""
    return connection.execute(_IN_FORCE).first() is not None


def create(connection: Connection, key: ApiKey, scopes: Sequence[str], name: str | None = None) -> Row[Any]:
    """Keep a new key and return its row.

    Args:
        connection: A writing transaction.
        key: The key; of its secret only the digest is kept.
        scopes: What it may do.
        name: What people call it.
    """
    row = {
        "id": key.id,
        "name": name,
        "digest": key.digest,
        "scopes": list(scopes),
        "created_at": now(),
        "revoked_at": None,
    }
    connection.execute(insert(api_keys), row)
    return connection.execute(_BY_ID, {"key": key.id}).one()


def revoke(connection: Connection, reference: str) -> Row[Any]:
    """Revoke a key and return its row; one that is revoked already stays as it is.

    Args:
        connection: A writing transaction.
        reference: The key's id, its name where no other key has it, or the key itself.

    Raises:
        NotFoundError: There is no such key; the known ones are named.
        BadRequestError: Several keys have the name; their ids are named.
    """
    row = _find(connection, reference)
    if row.revoked_at is None:
        connection.execute(_REVOKE, {"key": row.id, "moment": now()})
    return connection.execute(_BY_ID, {"key": row.id}).one()


def clear(connection: Connection) -> None:
    """Remove all keys, so that it is as if none had ever been made."""
    connection.execute(delete(api_keys))


def _find(connection: Connection, reference: str) -> Row[Any]:
    asked = public_part(reference)  # a database may log what it is asked
    row = connection.execute(_BY_ID, {"key": asked}).first()
    if row is not None:
        return row
    named = connection.execute(_BY_NAME, {"name": asked}).all()
    if len(named) > 1:
        ids = ", ".join(each.id for each in named)
        raise BadRequestError(f"Several API keys have the name {quoted(asked)}. Say which by its id: {ids}.")
    if named:
        return named[0]
    known = [each.id if each.name is None else f"{each.id} ({each.name})" for each in every(connection)]
    raise unknown("API key", asked, known)
