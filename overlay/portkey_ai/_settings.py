"""A client's options, read once: the headers, time-outs and limits that each of its calls starts from."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portkey_ai._options import COMPLETION_READ_TIMEOUT, DEFAULT_TIMEOUT, api_key_from, base_url_from
from portkey_ai._version import __version__
from portkey_ai.errors import PortkeyError
from portkey_openapi import http
from portkey_openapi.contract import TRACE_ID_HEADER
from portkey_openapi.errors import OptionError
from portkey_openapi.http.bodies import MOST_BYTES
from portkey_openapi.http.outgoing import Timings, outgoing, timings
from portkey_openapi.options import HEADERS, call_headers, check_count, check_headers, option_headers
from portkey_prompts.redaction import secrets_in
from portkey_prompts.telemetry import telemetry_of

if TYPE_CHECKING:
    from portkey_openapi.types import Request

_NO_OPTIONS: Mapping[str, Any] = {}
_NEUTRAL_OPTIONS = frozenset({"extra_body", "max_retries", "timeout"})
"""Options of a call that are sent neither as a header nor in the query."""
_NEUTRAL = frozenset(
    {
        *("accept", "accept-encoding", "connection", "user-agent"),
        *("x-portkey-cache-force-refresh", "x-portkey-cache-namespace", "x-portkey-debug", "x-portkey-metadata"),
        *("x-portkey-request-timeout", TRACE_ID_HEADER),
    }
)
"""Headers that do not decide which prompt is answered."""

USER_AGENT = f"portkey-prompts/{__version__} python/{platform.python_version()}"


class Settings:
    """A client's options, ready for use."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Work a client's options out.

        Raises:
            PortkeyError: where one can't be used, naming it.
        """
        try:
            self._read(options)
        except OptionError as error:
            raise PortkeyError(str(error)) from None

    def _read(self, options: Mapping[str, Any]) -> None:
        self.base_url = base_url_from(options.get("base_url"))
        frozen = getattr(options.get("prompts"), "frozen", False)
        self.api_key = api_key_from(options.get("api_key"), self.base_url, needed=not frozen)
        self.timeout: float | http.Timeout | None = options.get("timeout", DEFAULT_TIMEOUT)
        self.max_retries = check_count("max_retries", options.get("max_retries", 2))
        most = options.get("max_response_bytes", MOST_BYTES)
        self.max_response_bytes = check_count("max_response_bytes", most)
        self.telemetry = telemetry_of(options.get("telemetry"), "portkey_ai")
        self.gateway_headers = {
            **option_headers({**options, "api_key": self.api_key}),
            **check_headers("default_headers", options.get("default_headers")),
        }
        client = options.get("http_client")
        self._headers = self._base_headers(client)
        auth = getattr(client, "auth", None)
        self._auth = None if auth is None else repr(getattr(auth, "__dict__", auth))
        self._secrets = secrets_in({**options, "api_key": self.api_key})
        self._timings = _timings(self.timeout, run=False)
        self._run_timings = _timings(self.timeout, run=True)

    def account(self, options: Mapping[str, Any] = _NO_OPTIONS) -> str:
        """Name, as the URL and a hash, what a call is answered for: two that may be answered otherwise differ in it.

        Args:
            options: the call's options; none for a call with the client's alone.
        """
        headers: dict[str, str | None] = {**self._headers, **(call_headers(options) if options else {})}
        query = options.get("extra_query")
        sent = [[name, value] for name, value in sorted(headers.items()) if value is not None and name not in _NEUTRAL]
        text = json.dumps([sent, str(query) if query else None, self._auth])
        return f"{self.base_url} {hashlib.sha256(text.encode()).hexdigest()}"

    def decides(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Pick those options of a call that may have it answered otherwise than the client's other calls.

        Raises:
            PortkeyError: where an option can't be used, naming it.
        """
        given = {
            name: value
            for name, value in options.items()
            if name not in _NEUTRAL_OPTIONS and HEADERS.get(name, (name,))[0] not in _NEUTRAL and value is not None
        }
        try:
            return given if given and self.account(given) != self.account() else {}
        except OptionError as error:
            raise PortkeyError(str(error)) from None

    def _base_headers(self, client: Any) -> dict[str, str]:
        return {
            **dict(getattr(client, "headers", {})),  # what is no client is refused by the pool
            "accept": "application/json",
            "accept-encoding": "gzip, deflate",
            "user-agent": USER_AGENT,
            **self.gateway_headers,
        }

    def build(self, request: Request, options: Mapping[str, Any], *, run: bool, stream: bool) -> http.Request:
        """Build what goes out for one call: the operation's request, the client's options, and this call's on top.

        Args:
            request: the operation's method, path, query and body.
            options: the call's options.
            run: whether a model runs, which may take longer.
            stream: whether an event stream is asked for.

        Raises:
            PortkeyError: where an option can't be used, naming it.
            TypeError, ValueError: where the body is no JSON.
        """
        headers = {**self._headers, "accept": "text/event-stream"} if stream else self._headers
        try:
            return outgoing(self.base_url, headers, request, options, self._time(options, run))
        except OptionError as error:
            raise PortkeyError(str(error)) from None

    def secrets(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Collect the texts that must not stand in the error of a call with these options."""
        return (*secrets_in(options), *self._secrets) if options else self._secrets

    def retries(self, options: Mapping[str, Any]) -> int:
        """Say how many times a call with these options may be repeated."""
        count: int = options.get("max_retries", self.max_retries)
        return count

    def _time(self, options: Mapping[str, Any], run: bool) -> Timings:
        if "timeout" in options:
            return _timings(options["timeout"], run=run)
        return self._run_timings if run else self._timings


def _timings(timeout: float | http.Timeout | None, *, run: bool) -> Timings:
    """Return a time-out's seconds for each step; by default a run may take longer between two reads."""
    return timings(timeout, COMPLETION_READ_TIMEOUT if run and timeout is DEFAULT_TIMEOUT else None)
