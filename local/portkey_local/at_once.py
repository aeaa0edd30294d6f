"""Answers from memory, made by one plain function from a request's body to the bytes of its answer.

Most requests are renders and reads that wait for nothing, under a head that came before. A coroutine, a scope and an
exchange take as long as a render itself, so there are none. Whatever is not the usual goes the long way from the
beginning, by `Application`: errors, what has to be read first, traces, pages' requests, and all where requests are
logged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from attrs import frozen
from starlette.datastructures import Headers

from portkey_openapi.contract import API_VERSION_HEADER, TRACE_ID_HEADER
from portkey_prompts.telemetry import VERSION_HEADER

from .access.entrance import trace_id_of
from .access.keyring import Keyring
from .http.calls import Reader
from .http.contract import Operation
from .http.exchange import LARGE
from .http.health import Readiness
from .operations.registry import AnswerAtHand, QuickHandler
from .parts import Parts

_UNUSUAL = ("origin", "traceparent")
"""Headers with which a request goes the long way."""
_FINE, _SAME = 200, 304
_FIRST = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\ncontent-type: application/json\r\n"
_FIRST_OF_SAME = b"HTTP/1.1 304 Not Modified\r\n"
_SIGNATURE = f"{TRACE_ID_HEADER}: %b\r\n{API_VERSION_HEADER}: %b\r\n".encode()
_ETAG, _VERSION = b"etag: %b\r\n", f"{VERSION_HEADER}: %b\r\n".encode()


@frozen(kw_only=True)
class AtOnce:
    """Answer the requests of one head that was let in: all are the same but for their bodies."""

    operation: Operation
    handler: QuickHandler
    path: Mapping[str, str]
    """The parameters in their path."""
    headers: Headers
    parts: Parts
    keyring: Keyring
    reader: Reader
    readiness: Readiness

    def __call__(self, raw: bytes, check_room: Callable[[int], None]) -> bytes | None:
        """Return the whole answer to a request with this body, its head included; None where it goes the long way.

        What is returned is counted as answered, and what goes the long way is counted there.

        Args:
            raw: The body.
            check_room: Refuses so many bytes where too many are under way.
        """
        began = time.perf_counter()
        try:
            caller = self.keyring.at_hand(self.headers)
            if caller is None or self.readiness.stopping:
                return None
            caller.check_may(self.operation.scope)
            answer = self.handler(self.parts, self.path, self.reader.body(self.operation, raw), len(raw))
            if answer is not None and len(answer.body) >= LARGE:
                check_room(len(answer.body))
        except Exception:  # the long way meets the same, and tells of it
            return None
        if answer is None or len(answer.body) > self.parts.limits.answer:
            return None
        status, body = _FINE, answer.body
        signature = _SIGNATURE % (trace_id_of(self.headers).encode(), self.parts.contract.version.encode())
        if isinstance(answer, AnswerAtHand):
            self.parts.prompts.count_hit()
            head = _FIRST % len(body) + signature + _VERSION % answer.version
        else:
            self.parts.entities.hits += 1
            said = _ETAG % answer.tag.encode() + signature
            if answer.is_known(self.headers):
                head, status, body = _FIRST_OF_SAME + said, _SAME, b""
            else:
                head = _FIRST % len(body) + said
        self.parts.metrics.request(self.operation.id, status, time.perf_counter() - began)
        return b"%b\r\n%b" % (head, body)


def is_usual(headers: Headers, query: bytes) -> bool:
    """Tell whether requests may be answered so, as far as their head says.

    Args:
        headers: Their headers.
        query: What their target asks for.
    """
    return not query and not any(name in headers for name in _UNUSUAL)
