"""Whose request it is, by the API key that came with it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from attrs import frozen
from sqlalchemy import Row
from starlette.datastructures import Headers

from portkey_local.api_keys import SCOPES, ApiKey
from portkey_local.clock import now
from portkey_local.errors import ApiError, ForbiddenError, UnauthorizedError
from portkey_local.read_through import ReadThroughCache
from portkey_local.store import Store
from portkey_local.store import keys as stored
from portkey_openapi.contract import API_KEY_HEADER

_EVERY_KEY = "every key"
_NOBODYS_DIGEST = "0" * 64
_HOW = f"Send it as the header {API_KEY_HEADER}, or as Authorization: Bearer."
_MAKE = "portkey-prompts keys create makes one."


class KeysUnreadableError(ApiError):
    """The keys can't be read, so no request is accepted."""

    status, code = 503, "AB04"

    def __init__(self) -> None:
        super().__init__("The API keys can't be read from the database. Call again.", headers={"retry-after": "1"})


@frozen
class Caller:
    """Whoever sent a request."""

    key_id: str | None
    """The public id of the key; None where no keys are in use."""
    scopes: frozenset[str]
    name: str | None = None
    """What people call the key."""

    @property
    def author(self) -> str | None:
        """What is kept of who made a change: the key's name, else its id; None where no keys are in use."""
        return self.name or self.key_id

    def check_may(self, scope: str | None, why: str = "") -> None:
        """Check that the key has a scope.

        Args:
            scope: The scope; None for all of them.
            why: Why it is needed, where that is not for the operation itself; for the message.

        Raises:
            ForbiddenError: The key does not have it; the message names the scope.
        """
        if self.scopes.issuperset(SCOPES if scope is None else (scope,)):
            return
        needed = f"every scope ({', '.join(SCOPES)})" if scope is None else f"the scope {scope}"
        had = ", ".join(each for each in SCOPES if each in self.scopes)
        wanted = " ".join(SCOPES) if scope is None else scope
        raise ForbiddenError(
            f"This takes an API key with {needed}{why and f', since {why}'}; the key {self.key_id} has {had}.",
            headers={"www-authenticate": f'Bearer error="insufficient_scope", scope="{wanted}"'},  # RFC 6750
        )


ANYBODY = Caller(None, frozenset(SCOPES))
NOBODY = Caller(None, frozenset())
"""Who is not known."""


class Keyring:
    """Find who sent a request by its API key.

    Where the keys can't be read, no request is accepted, not even with a key that was read before.

    Args:
        store: Where keys are kept.
        required: Whether a key is needed even where none was ever made.
    """

    # All keys are read at once: it has to be known whether there are any, and an invented id costs no read of its own.
    # One that was read before may have been revoked since, and without its database the server can answer nothing else.
    def __init__(self, store: Store, *, required: bool) -> None:
        self._store = store
        self._required = required
        self._keys: ReadThroughCache[Mapping[str, Row[Any]]] = ReadThroughCache(store, 1)
        # Callers by the key they sent, as of `_known`: each is parsed and digested once for each read of the keys.
        self._known: Mapping[str, Row[Any]] = {}
        self._callers: dict[str, Caller] = {}

    async def caller(self, headers: Headers) -> Caller:
        """Return who sent a request.

        Where no key was ever made and none is required, it is anybody, whatever the headers say. A key that was revoked
        still is one that was made: after the last one was revoked, or has expired, no request is accepted.

        Raises:
            UnauthorizedError: The key is missing, malformed, unknown, revoked or has expired.
            KeysUnreadableError: The database does not say which keys there are.
        """
        return self._caller(headers, await self._keys.get(_EVERY_KEY, self._read))

    def at_hand(self, headers: Headers) -> Caller | None:
        """Return who sent a request, if the keys are in memory; None if they must be read.

        Raises:
            UnauthorizedError: The key is missing, malformed, unknown, revoked or has expired.
        """
        known = self._keys.at_hand(_EVERY_KEY, self._read)
        return None if known is None else self._caller(headers, known)

    def _caller(self, headers: Headers, known: Mapping[str, Row[Any]]) -> Caller:
        if not known and not self._required:
            return ANYBODY
        sent = _sent(headers)
        if sent is None:
            raise UnauthorizedError(f"An API key is needed. {_HOW} {_MAKE}")
        if known is not self._known:
            self._known, self._callers = known, {}
        caller = self._callers.get(sent)
        if caller is None:
            caller, expires = _checked(ApiKey.parse(sent), known)
            if not expires:
                self._callers[sent] = caller
        return caller

    async def _read(self, key: str) -> tuple[Mapping[str, Row[Any]], int]:
        try:
            rows = await self._store.read(stored.every)
        except ApiError as error:
            raise KeysUnreadableError from error
        return {row.id: row for row in rows}, 1


def _sent(headers: Headers) -> str | None:
    """Return the key that came with a request; empty where several did, None where none did.

    `Authorization` may hold a provider's key, so it counts only where there is no header of our own.
    """
    own = [value for value in headers.getlist(API_KEY_HEADER) if value]
    if own:
        return own[0] if len(own) == 1 else ""
    borne = [value.partition(" ") for value in headers.getlist("authorization")]
    tokens = [token.strip() for scheme, _, token in borne if scheme.lower() == "bearer"]
    if tokens:
        return tokens[0] if len(tokens) == 1 else ""
    return None


def _checked(key: ApiKey | None, known: Mapping[str, Row[Any]]) -> tuple[Caller, bool]:
    """Return whose key it is, and whether it is one that expires."""
    row = None if key is None else known.get(key.id)
    # An unknown id takes as long as a wrong secret, so that the time does not tell which ids exist.
    same = key is not None and hmac.compare_digest(key.digest, _NOBODYS_DIGEST if row is None else row.digest)
    if key is None or row is None or not same:
        raise UnauthorizedError(f"The API key is not valid here. {_HOW} {_MAKE}")
    if row.revoked_at is not None:
        raise UnauthorizedError(f"The API key {key.id} was revoked. Use another one: {_MAKE}")
    if row.expires_at is not None and row.expires_at <= now():
        raise UnauthorizedError(f"The API key {key.id} expired at {row.expires_at}. Use another one: {_MAKE}")
    return Caller(key.id, frozenset(row.scopes), row.name), row.expires_at is not None
