"""Where a result came from: a service that answered it, or this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from portkey_openapi.contract import TRACE_ID_HEADER

if TYPE_CHECKING:
    from portkey_openapi.http import Response


class Provenance:
    """Where a result came from: the answer's status, headers (lower-cased names) and trace id."""

    __slots__ = ("headers", "status_code")

    source = "server"
    age = 0.0
    version: int | None = None
    partials: Mapping[str, int] = {}

    def __init__(self, response: Response) -> None:
        self.status_code: int = response.status_code
        self.headers: Mapping[str, str] = response.headers

    @property
    def trace_id(self) -> str | None:
        """Names the request in the service's logs; looked up when it is asked for, which few do."""
        return self.headers.get(TRACE_ID_HEADER)


class LocalProvenance:
    """Where a result came from that was rendered in this process: the prompt's source, and its age in seconds."""

    __slots__ = ("age", "partials", "source", "version")

    headers: Mapping[str, str] = {}
    status_code: int | None = None
    trace_id: str | None = None

    def __init__(self, source: str, age: float, version: int | None, partials: Mapping[str, int]) -> None:
        self.source = source
        self.age = age
        self.version = version
        self.partials = partials
