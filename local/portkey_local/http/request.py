"""A request as the server hands it on: its head, and what its state says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.datastructures import Headers
from starlette.types import Scope

DEADLINE = "deadline"
"""When its answer has to begin, by the loop's clock; taken out where it may take its time."""
REFUSAL = "refusal"
"""The error that it is to be answered with: at once, or when more of it is waited for."""
BODY = "body"
"""The whole body, where it was there when the answer was begun and is small; `receive` brings it all the same."""
HEAD = "head"
"""Its `Head`, where that is remembered."""
HEADERS = "headers"
"""Its `RequestHeaders`."""
STATUS = "status"
"""What it was answered with, once the head of the answer is on its way."""
SIZE = "size"
"""Bytes of the answer's body so far."""
_LENGTH_ENDS = b"ength: "
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"[1-9][0-9]{0,8}")


class RequestHeaders(Headers):
    """Answer for headers by name, in lower case, from a dictionary; starlette's own goes through all of them each time.

    Only what is asked for is decoded: most requests bring a dozen headers, of which four are looked at.

    Args:
        scope: The request's scope.
    """

    def __init__(self, scope: Scope) -> None:
        self._list = scope["headers"]
        self._first: dict[bytes, bytes] = dict(reversed(self._list))

    def get(self, key: str, default: Any = None) -> Any:
        """Return the first value of a header."""
        found = self._first.get(key.encode("latin-1"))
        return default if found is None else found.decode("latin-1")

    def getlist(self, key: str) -> list[str]:
        """Return all values of a header."""
        name = key.encode("latin-1")
        if name not in self._first:
            return []
        if len(self._first) == len(self._list):  # no header comes twice
            return [self._first[name].decode("latin-1")]
        return [value.decode("latin-1") for each, value in self._list if each == name]

    def __getitem__(self, key: str) -> str:
        return self._first[key.encode("latin-1")].decode("latin-1")

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.encode("latin-1") in self._first

    def with_length(self, digits: bytes) -> RequestHeaders:
        """Return the same headers, with another `content-length`."""
        return RequestHeaders(
            {"headers": [(name, digits if name == b"content-length" else value) for name, value in self._list]}
        )


class Head:
    """What was read in a head: a client sends the same one again and again, but for the length of what follows.

    Attributes:
        scope: The request's scope, without what is the connection's own.
        headers: Its headers.
        length: What its `content-length` says; empty where there is none.
        admitted: What the application found out of the first request with it that it let in; None before.
    """

    __slots__ = ("admitted", "headers", "length", "scope")

    def __init__(self, scope: Mapping[str, Any], headers: RequestHeaders, length: bytes) -> None:
        self.scope = {name: scope[name] for name in scope if name not in ("client", "server", "state")}
        self.headers = headers
        self.length = length
        self.admitted: Any = None


class Framed(NamedTuple):
    """What looks like one request, whole or a head ahead of its body, taken apart without understanding it."""

    key: bytes
    """Its head, without the digits of its length."""
    length: bytes
    """These digits; empty where there are none."""
    body: bytes
    missing: int
    """Bytes of the body that are still to come: none, or all."""

    def head(self, scope: Mapping[str, Any], headers: RequestHeaders) -> Head | None:
        """Return what is to be remembered of it, now that it was parsed; None where that is nothing.

        Args:
            scope: Its scope.
            headers: Its headers.
        """
        before = self.key[: self.key.find(_LENGTH_ENDS) + len(_LENGTH_ENDS)]
        # The digits that were cut out have to be those by which the parser knew where the body ends.
        is_sure = not self.length or before.rpartition(b"\n")[2].lower() == b"content-length: "
        return Head(scope, headers, self.length) if is_sure and "expect" not in headers else None


def framed(data: bytes, longest: int) -> Framed | None:
    """Take apart what looks like one request, or its head alone; answer None where it does not.

    Args:
        data: What came over a connection.
        longest: Bytes that its head may have.
    """
    end = data.find(_END, 0, longest) + len(_END)
    if end < len(_END):
        return None
    begin = data.find(_LENGTH_ENDS, 0, end) + len(_LENGTH_ENDS)
    if begin < len(_LENGTH_ENDS):
        return Framed(data, b"", b"", 0) if end == len(data) else None
    stop = data.find(b"\r", begin)
    length, missing = data[begin:stop], 0
    if length != b"%d" % (len(data) - end):
        if end < len(data) or not _LENGTH.fullmatch(length):
            return None
        missing = int(length)
    return Framed(data[:begin] + data[stop:end], length, data[end:], missing)
