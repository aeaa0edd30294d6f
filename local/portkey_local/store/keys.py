"""API keys in the database: made, found, rotated, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update

from portkey_local.api_keys import ApiKey, public_part
from portkey_local.clock import now, stamp
from portkey_local.errors import BadRequestError, ConflictError, some_of, unknown
from portkey_prompts.errors import quoted

from .schema import api_keys

_EVERY = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
_IN_FORCE = api_keys.c.revoked_at.is_(None) & or_(
    api_keys.c.expires_at.is_(None), api_keys.c.expires_at > bindparam("moment")
)
_ANY_IN_FORCE = select(api_keys.c.id).where(_IN_FORCE).limit(1)
_BY_ID = select(api_keys).where(api_keys.c.id == bindparam("key"))
_BY_NAME = (
    select(api_keys, _IN_FORCE.label("in_force"))
    .where(api_keys.c.name == bindparam("name"))
    .order_by(api_keys.c.created_at, api_keys.c.id)
)
_REVOKE = update(api_keys).where(api_keys.c.id == bindparam("key")).values(revoked_at=bindparam("moment"))
_REPLACE = (
    update(api_keys)
    .where(api_keys.c.id == bindparam("key"))
    .values(expires_at=bindparam("expiry"), replaced_by=bindparam("successor"))
)


def every(connection: Connection) -> Sequence[Row[Any]]:
    """Read all keys, revoked ones too, the oldest first."""
    return connection.execute(_EVERY).all()


def any_in_force(connection: Connection) -> bool:
    """Say whether there is a key that was not revoked and has not expired."""
    return connection.execute(_ANY_IN_FORCE, {"moment": now()}).first() is not None


def create(
    connection: Connection,
    key: ApiKey,
    scopes: Sequence[str],
    name: str | None = None,
    expires_at: str | None = None,
) -> Row[Any]:
    """Keep a new key and return its row.

    Args:
        connection: A writing transaction.
        key: The key; of its secret only the digest is kept.
        scopes: What it may do.
        name: What people call it.
        expires_at: The time stamp from which on it is not valid; None for never.
    """
    row = {
        "id": key.id,
        "name": name,
        "digest": key.digest,
        "scopes": list(scopes),
        "created_at": now(),
        "revoked_at": None,
        "expires_at": expires_at,
        "replaced_by": None,
    }
    connection.execute(insert(api_keys), row)
    return connection.execute(_BY_ID, {"key": key.id}).one()


def revoke(connection: Connection, reference: str) -> Row[Any]:
    """Revoke a key and return its row; one that is revoked already stays as it is.

    Args:
        connection: A writing transaction.
        reference: The key's id, its name where no other valid key has it, or the key itself.

    Raises:
        NotFoundError: There is no such key; the known ones are named.
        BadRequestError: Several keys have the name; their ids are named.
    """
    row = _find(connection, reference)
    if row.revoked_at is None:
        connection.execute(_REVOKE, {"key": row.id, "moment": now()})
    return connection.execute(_BY_ID, {"key": row.id}).one()


def rotate(
    connection: Connection, reference: str, successor: ApiKey, grace: timedelta, expires_at: str | None = None
) -> tuple[Row[Any], Row[Any]]:
    """Make a key that replaces another one, with its scopes and name, and let that one expire.

    Args:
        connection: A writing transaction.
        reference: The key, as `revoke` takes it.
        successor: The key to keep.
        grace: How long the old one stays valid, unless it expires before.
        expires_at: The time stamp at which the new one ends; None where it lasts as long as the old one was made to.

    Returns:
        The row of the new one, and that of the old one.

    Raises:
        NotFoundError: There is no such key.
        BadRequestError: Several keys have the name.
        ConflictError: It is not valid any more, or has a successor already.
    """
    old = _find(connection, reference)
    moment = datetime.now(UTC)
    if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= stamp(moment)):
        ended = "was revoked" if old.revoked_at is not None else f"expired at {old.expires_at}"
        raise ConflictError(f"The API key {old.id} {ended}, and can't be rotated. Make a new one.")
    if old.replaced_by is not None:
        raise ConflictError(
            f"The API key {old.id} was rotated already: rotate {old.replaced_by}, which took its place."
        )
    if expires_at is None and old.expires_at is not None:
        expires_at = stamp(moment + (datetime.fromisoformat(old.expires_at) - datetime.fromisoformat(old.created_at)))
    made = create(connection, successor, old.scopes, old.name, expires_at)
    ends = stamp(moment + grace)
    expiry = ends if old.expires_at is None else min(ends, old.expires_at)
    connection.execute(_REPLACE, {"key": old.id, "expiry": expiry, "successor": made.id})
    return made, connection.execute(_BY_ID, {"key": old.id}).one()


def clear(connection: Connection) -> None:
    """Remove all keys, so that it is as if none had ever been made."""
    connection.execute(delete(api_keys))


def _find(connection: Connection, reference: str) -> Row[Any]:
    asked = public_part(reference)  # a database may log what it is asked
    row = connection.execute(_BY_ID, {"key": asked}).first()
    if row is not None:
        return row
    named = connection.execute(_BY_NAME, {"name": asked, "moment": now()}).all()
    # Rotated keys bear one name, of which one is in force after the grace.
    named = [each for each in named if each.in_force] or named
    if len(named) > 1:
        ids = some_of(each.id for each in named)
        raise BadRequestError(f"Several API keys have the name {quoted(asked)}. Say which by its id: {ids}.")
    if named:
        return named[0]
    known = [each.id if each.name is None else f"{each.id} ({each.name})" for each in every(connection)]
    raise unknown("API key", asked, known)
