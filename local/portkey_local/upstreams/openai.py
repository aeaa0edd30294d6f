"""An upstream that speaks OpenAI's API: a provider, vLLM, Ollama, or the Portkey gateway."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from attrs import field, frozen

from portkey_ai._secrets import HIDDEN, secrets_in, without
from portkey_local.errors import UpstreamError, quoted
from portkey_local.runs.events import DONE
from portkey_local.version import USER_AGENT
from portkey_openapi.events import Decoder

from .base import Run
from .failures import advise, transport_failure

_PATHS = {"chat": "/chat/completions", "completion": "/completions"}
_PASSED_ON = ("retry-after", "retry-after-ms")
_LONGEST_EXCERPT = 200
_SHORTEST_SECRET = 4
"""Characters; hiding a shorter one would tear words apart, and guards nothing."""
_SECRETS = "portkey_local.secrets"
"""The extension of a response that holds what must not come out of it: some servers repeat the key in their errors."""


@frozen(kw_only=True)
class OpenAISettings:
    """Where the upstream is, and how to speak to it."""

    base_url: str
    api_key: str | None = field(default=None, repr=False)
    model: str | None = None
    """The model where neither the call nor the prompt names one."""
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Of the headers' values those that came from the environment."""
    timeout: float = 600.0
    """Seconds between two reads."""
    ca_file: Path | None = None
    """Certificates to trust in the place of the public authorities'."""
    proxy: str | None = field(default=None, repr=False)
    """The proxy on the way; those of the environment are not used."""


class OpenAIUpstream:
    """Pass runs on, and their answers and streams back as they come.

    Args:
        settings: Where the upstream is, and how to speak to it.
    """

    def __init__(self, settings: OpenAISettings) -> None:
        self._settings = settings
        self._secrets = _secrets_in(settings)
        self._client: httpx.AsyncClient | None = None

    async def complete(self, run: Run) -> dict[str, Any]:
        """Answer whole."""
        async with self._answer(run, stream=False) as response:
            await response.aread()
            _check_status(response)
            answer = _json(response)
            if not isinstance(answer, dict) or not isinstance(answer.get("choices"), list):
                raise _error_in(answer) or _no_answer("a JSON body without choices", response)
        return answer

    async def stream(self, run: Run) -> AsyncGenerator[dict[str, Any], None]:
        """Answer chunk by chunk, as the upstream sends them."""
        async with self._answer(run, stream=True) as response:
            await _check_stream(response)
            finished = False
            decoder = Decoder()
            async for piece in response.aiter_bytes():
                for event in decoder.feed(piece):
                    if event.data == DONE:
                        return
                    chunk = _chunk(without(event.data, self._secrets))
                    finished = finished or _finishes(chunk)
                    yield chunk
        if not finished:
            raise UpstreamError(502, "The stream ended before the answer did.", kind="stream_cut")

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    @asynccontextmanager
    async def _answer(self, run: Run, *, stream: bool) -> AsyncIterator[httpx.Response]:
        body = {**run.body, "stream": stream}
        if not stream:
            body.pop("stream_options", None)
        if self._settings.model is not None:
            body.setdefault("model", self._settings.model)
        headers = {"x-portkey-trace-id": run.trace_id}
        try:
            async with self._opened().stream("POST", _PATHS[run.kind], json=body, headers=headers) as response:
                response.extensions[_SECRETS] = self._secrets
                yield response
        except httpx.HTTPError as error:
            raise _hushed(self._failure(error), self._secrets) from error
        except UpstreamError as error:
            _hushed(error, self._secrets)
            raise

    def _failure(self, error: httpx.HTTPError) -> UpstreamError:
        return transport_failure(error, self._settings.base_url, self._settings.timeout)

    def _opened(self) -> httpx.AsyncClient:
        """Return the client, made at the first run: it belongs to the loop that runs."""
        if self._client is None:
            settings = self._settings
            headers = {"user-agent": USER_AGENT, **settings.headers}
            if settings.api_key is not None:
                headers["authorization"] = f"Bearer {settings.api_key}"
            timeout = httpx.Timeout(settings.timeout, connect=min(10.0, settings.timeout), pool=None)
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
            self._client = httpx.AsyncClient(
                base_url=settings.base_url,
                headers=headers,
                timeout=timeout,
                limits=limits,
                proxy=settings.proxy,
                verify=ssl.create_default_context(cafile=settings.ca_file) if settings.ca_file else True,
                trust_env=False,
            )
        return self._client


def _secrets_in(settings: OpenAISettings) -> tuple[str, ...]:
    """Collect what must not come out, the longest first."""
    found = secrets_in({"api_key": settings.api_key, "default_headers": settings.headers})
    named = (secret for secret in settings.secrets if len(secret) >= _SHORTEST_SECRET)
    return tuple(sorted({*found, *named}, key=len, reverse=True))


async def _check_stream(response: httpx.Response) -> None:
    is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
    if response.is_success and is_stream:
        return
    await response.aread()
    _check_status(response)
    raise _error_in(_json(response)) or _no_answer("a whole answer where a stream was asked for", response)


def _check_status(response: httpx.Response) -> None:
    """Raise what the upstream answered, where that is no success.

    Raises:
        UpstreamError: With the upstream's status and words; a redirection becomes a 502.
    """
    if response.is_success:
        return
    if response.status_code < 400:
        raise _no_answer(f"a redirection (status {response.status_code})", response)
    headers = {name: response.headers[name] for name in _PASSED_ON if name in response.headers}
    try:
        error = _error_in(json.loads(_content(response)))
    except (ValueError, RecursionError):
        error = None
    if error is None:
        message = f"It answered status {response.status_code}: {_excerpt(response)}"
        error = UpstreamError(response.status_code, message)
    error.status, error.headers = response.status_code, headers
    advise(error)
    raise error


def _error_in(body: object) -> UpstreamError | None:
    """Return the error that a body tells of, in any of the shapes that servers of this API use."""
    found = body.get("error", body) if isinstance(body, dict) else None
    if isinstance(found, str):
        found = {"message": found}
    if not isinstance(found, dict) or not isinstance(found.get("message"), str):
        return None
    code, param = found.get("code"), found.get("param")
    status = code if isinstance(code, int) and 400 <= code < 600 else 502
    return UpstreamError(
        status,
        found["message"],
        kind=str(found.get("type") or "upstream_error"),
        code=code if isinstance(code, str | int) else None,
        param=param if isinstance(param, str) else None,
    )


def _chunk(data: str) -> dict[str, Any]:
    try:
        chunk = json.loads(data)
    except (ValueError, RecursionError):
        chunk = None
    if isinstance(chunk, dict) and isinstance(chunk.get("choices"), list):
        return chunk
    raise _error_in(chunk) or UpstreamError(502, f"An event of the stream is no chunk: {quoted(data)}.")


def _finishes(chunk: dict[str, Any]) -> bool:
    return any(isinstance(choice, dict) and choice.get("finish_reason") for choice in chunk["choices"])


def _json(response: httpx.Response) -> Any:
    try:
        return json.loads(_content(response))
    except (ValueError, RecursionError) as error:
        raise _no_answer("a body that is not JSON", response) from error


def _no_answer(what: str, response: httpx.Response) -> UpstreamError:
    message = f"It answered {what}, so base_url in portkey-local.toml may be wrong: {_excerpt(response)}"
    return UpstreamError(502, message, kind="bad_gateway")


def _excerpt(response: httpx.Response) -> str:
    # Before it is cut: half a key is no longer found.
    text = " ".join(without(response.text, response.extensions[_SECRETS]).split())
    return text if len(text) <= _LONGEST_EXCERPT else text[:_LONGEST_EXCERPT] + "…"


def _content(response: httpx.Response) -> bytes:
    content = response.content
    for secret in response.extensions[_SECRETS]:
        content = content.replace(secret.encode(), HIDDEN.encode())
    return content


def _hushed(error: UpstreamError, secrets: tuple[str, ...]) -> UpstreamError:
    """Take secrets out of what an error says, where they were written in another way than they are."""
    error.error = {
        name: without(value, secrets) if isinstance(value, str) else value for name, value in error.error.items()
    }
    error.headers = {name: without(value, secrets) for name, value in error.headers.items()}
    error.args = (error.error["message"],)
    return error
