"""What a client was told, worked out once: the headers, time-outs and limits that each of its calls starts from."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portkey_ai import _http, _json
from portkey_ai._options import (
    COMPLETION_READ_TIMEOUT,
    DEFAULT_TIMEOUT,
    Headers,
    api_key_from,
    base_url_from,
    count,
    headers_from,
    option_headers,
)
from portkey_ai._secrets import is_secret, secrets_in
from portkey_ai._version import __version__

if TYPE_CHECKING:
    from portkey_openapi.types import Request

USER_AGENT = f"portkey-prompts/{__version__} python/{platform.python_version()}"


class Settings:
    """A client's options, ready for use."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.base_url = base_url_from(options.get("base_url"))
        frozen = getattr(options.get("prompts"), "frozen", False)
        self.api_key = api_key_from(options.get("api_key"), self.base_url, needed=not frozen)
        self.timeout: float | _http.Timeout | None = options.get("timeout", DEFAULT_TIMEOUT)
        self.max_retries = count("max_retries", options.get("max_retries", 2))
        self._headers = self._base_headers(options)
        self._secrets = secrets_in({**options, "api_key": self.api_key})
        self._timings = _timings(self.timeout, run=False)
        self._run_timings = _timings(self.timeout, run=True)

    def account(self) -> str:
        """Tell this service and account from others, without naming the key."""
        keys = "\n".join(sorted(value for name, value in self._headers.items() if is_secret(name)))
        return f"{self.base_url} {hashlib.sha256(keys.encode()).hexdigest()}"

    def _base_headers(self, options: Mapping[str, Any]) -> Headers:
        client = options.get("http_client")
        return {
            **({} if client is None else dict(client.headers)),
            "accept": "application/json",
            "accept-encoding": "gzip, deflate",
            "user-agent": USER_AGENT,
            **option_headers({**options, "api_key": self.api_key}),
            **headers_from("default_headers", options.get("default_headers")),
        }

    def build(self, request: Request, options: Mapping[str, Any], *, run: bool, stream: bool) -> _http.Request:
        """Build what goes out for one call: the operation's request, the client's options, and this call's on top.

        Args:
            request: the operation's method, path, query and body.
            options: what this call was told.
            run: whether a model runs, which may take longer.
            stream: whether an event stream is asked for.
        """
        headers = {**self._headers, **request.headers}
        if stream:
            headers["accept"] = "text/event-stream"
        content = None
        if request.body is not None:
            headers["content-type"] = "application/json"
            content = _json.encode({**request.body, **(options.get("extra_body") or {})})
        if options:
            headers.update(option_headers(options))
            extra = options.get("extra_headers") or {}
            headers.update(headers_from("extra_headers", extra))
            for name in [name.lower() for name, value in extra.items() if value is None]:
                headers.pop(name, None)
        return _http.build_request(
            request.method, self._url(request, options), headers, content, self._time(options, run)
        )

    def secrets(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Collect the texts that must not stand in the error of a call that was told these options."""
        return (*secrets_in(options), *self._secrets) if options else self._secrets

    def retries(self, options: Mapping[str, Any]) -> int:
        """Say how many times a call that was told these options may be repeated."""
        return count("max_retries", options["max_retries"]) if "max_retries" in options else self.max_retries

    def _url(self, request: Request, options: Mapping[str, Any]) -> str:
        extra = options.get("extra_query")
        params = {**request.params, **extra} if extra else request.params
        url = self.base_url + request.path
        return f"{url}?{_http.query_string(params)}" if params else url

    def _time(self, options: Mapping[str, Any], run: bool) -> _http.Timings:
        if "timeout" in options:
            return _timings(options["timeout"], run=run)
        return self._run_timings if run else self._timings


def _timings(timeout: float | _http.Timeout | None, *, run: bool) -> _http.Timings:
    """Spell a time-out out; where nobody asked for one, a run may take longer between two reads."""
    return _http.timings(timeout, COMPLETION_READ_TIMEOUT if run and timeout is DEFAULT_TIMEOUT else None)
