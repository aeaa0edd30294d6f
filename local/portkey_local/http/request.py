"""A request between the connection and the application: its headers, and the keys of its state."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from starlette.datastructures import Headers
from starlette.types import Scope

DEADLINE = "deadline"
"""When the answer has to begin, by the loop's clock in seconds; taken out for runs, which have no such limit."""
REFUSAL = "refusal"
"""The error that the request is to be answered with: at once, or when more of its body is awaited."""
BODY = "body"
"""The whole body, where it is small and came with the head; `receive` brings it all the same."""
HEAD = "head"
"""The request's `Head`, where that is remembered."""
HEADERS = "headers"
"""The request's `RequestHeaders`."""
STATUS = "status"
"""The status of the answer, once its head is sent."""
SIZE = "size"
"""Bytes of the answer's body so far."""
_LENGTH_ENDS = b"ength: "
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"[1-9][0-9]{0,8}")
AnswerOf = Callable[[bytes, Callable[[int], None]], bytes | None]
"""Makes the whole answer out of a body, or None where it can't right away; what it is given refuses so many bytes."""


class RequestHeaders(Headers):
    """Look headers up by their lower-case names in a dictionary; starlette's own goes through all of them each time.

    Only values that are asked for are decoded: most requests bring a dozen headers, of which four are looked at.

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
    """A parsed head, remembered since clients send the same one again and again, but for its `content-length`.

    Attributes:
        scope: The request's scope, without what is the connection's own.
        headers: Its headers.
        length: What its `content-length` says; empty where there is none.
        admitted: What the application found that requests with this head call (`app.Admitted`); None before it let
            one in.
        at_once: Makes the whole answer out of a body (`at_once.AtOnce`); None where the application makes none so.
    """

    __slots__ = ("admitted", "at_once", "headers", "length", "scope")

    def __init__(self, scope: Mapping[str, Any], headers: RequestHeaders, length: bytes) -> None:
        self.scope = {name: scope[name] for name in scope if name not in ("client", "server", "state")}
        self.headers = headers
        self.length = length
        self.admitted: Any = None
        self.at_once: AnswerOf | None = None


class Framed(NamedTuple):
    """What looks like one request, or like a head whose body is still to come, divided without parsing it."""

    key: bytes
    """Its head, without the digits of its length where a body follows: a head for none is never one for a body."""
    length: bytes
    """These digits; empty where none were left out."""
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
    """Divide what looks like one request, or like its head alone; return None where it does not.

    Args:
        data: What came over a connection.
        longest: Bytes that its head may have.
    """
    end = data.find(_END, 0, longest) + len(_END)
    if end < len(_END):
        return None
    begin = data.find(_LENGTH_ENDS, 0, end) + len(_LENGTH_ENDS)
    stop = data.find(b"\r", begin)
    length, missing = data[begin:stop], 0
    # Who sends no body need not say what it is. So what is found out about such a head holds for no other length.
    if begin < len(_LENGTH_ENDS) or length == b"0":
        return Framed(data, b"", b"", 0) if end == len(data) else None
    if length != b"%d" % (len(data) - end):
        if end < len(data) or not _LENGTH.fullmatch(length):
            return None
        missing = int(length)
    return Framed(data[:begin] + data[stop:end], length, data[end:], missing)
