"""API keys of a server of one's own, kept in its database; a server that runs takes notice within a second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from portkey_cli.database import opened
from portkey_cli.extras import load
from portkey_cli.failures import UsageError

LONGEST_NAME = 200


def create(url: str, scopes: Sequence[str], name: str | None) -> tuple[str, dict[str, Any]]:
    """Make a key.

    Args:
        url: the database's URL; a file that is not there is made.
        scopes: what it is for, each text one or more scopes with commas between.
        name: what people call it.

    Returns:
        The key, which nobody can read again, and what is known of it.

    Raises:
        UsageError: where a scope is missing or not known, or the name can't be one.
        PortkeyError: where the database can't be used.
    """
    keys = load("portkey_local.doors.keys", "local")
    try:
        wanted = keys.read_scopes(list(scopes))
    except ValueError as error:
        raise UsageError(f"{error} For example: --scope read,run") from None
    named = None if name is None else _checked_name(name.strip(), keys)
    key = keys.ApiKey.new()
    with opened(url, create=True) as store:
        stored = load("portkey_local.store.keys", "local")
        return key.text, _facts(store.write_now(stored.create, key, wanted, named))


def every(url: str) -> list[dict[str, Any]]:
    """Read what is known of all keys, the oldest first.

    Raises:
        PortkeyError: where the database is not there or can't be used.
    """
    with opened(url) as store:
        stored = load("portkey_local.store.keys", "local")
        return [_facts(row) for row in store.read_now(stored.every)]


def revoke(url: str, reference: str) -> dict[str, Any]:
    """Revoke a key, and return what is known of it.

    Args:
        url: the database's URL.
        reference: the key's id, its name where no other key has it, or the key itself.

    Raises:
        PortkeyError: where there is no such key, naming those that there are, or the database can't be used.
    """
    with opened(url) as store:
        stored = load("portkey_local.store.keys", "local")
        return _facts(store.write_now(stored.revoke, reference))


def _checked_name(name: str, keys: ModuleType) -> str:
    if not 0 < len(name) <= LONGEST_NAME:
        raise UsageError(f"--name must have 1 to {LONGEST_NAME} characters.")
    if keys.public_part(name) != name:
        raise UsageError("--name must not be a key itself: names are kept and shown.")
    return name


def _facts(row: Any) -> dict[str, Any]:
    fields: Mapping[str, Any] = row._mapping
    return {name: value for name, value in fields.items() if name != "digest"}
