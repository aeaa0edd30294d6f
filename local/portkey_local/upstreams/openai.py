"""An upstream that speaks OpenAI's API: a provider, vLLM, Ollama, or the Portkey gateway."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import ssl
import sys
import time
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import msgspec
from attrs import field, frozen

from portkey_local.errors import BadRequestError, UpstreamError
from portkey_local.json import LARGE_ANSWER, read_stepwise
from portkey_local.tracing import TRACE_HEADERS
from portkey_local.worker import answers
from portkey_openapi.contract import TRACE_ID_HEADER
from portkey_openapi.http.transports import AsyncTransport
from portkey_openapi.options import HEADERS
from portkey_prompts.errors import quoted
from portkey_prompts.redaction import redact, secrets_in
from portkey_prompts.streaming.chunks import FinishReasons
from portkey_prompts.streaming.failures import failure_in, shown
from portkey_prompts.streaming.reader import ChunkReader, StreamError

from .base import Run
from .failures import advise, silence, transport_failure, upstream_error

_TRACE_ID_HEADER = TRACE_ID_HEADER.encode()
_USER_AGENT = "portkey-local"  # without a version: what runs where is nobody's business
_PATHS = {"chat": "/chat/completions", "completion": "/completions"}
_PASSED_ON = ("retry-after", "retry-after-ms")
_NUMBER_OR_DATE = re.compile(r"[ -~]+")
_NO_STATUS = 600
"""The first number that is no HTTP status, and can't be answered with."""
_LARGEST = 16 * 1024 * 1024
"""Bytes of a whole answer."""
_LARGEST_REFUSAL = 1024 * 1024
"""Bytes of an answer with an error status."""
_LONGEST_EVENT = 4 * 1024 * 1024
"""Characters of one event of a stream."""
_STEP = 256 * 1024
"""Bytes that are unpacked at once."""
_PART = 8 * 1024
"""Bytes of a stream that are read as events at once."""
_KEPT = 20
"""Connections that are kept for the next runs."""
_LAST_BYTES = 0.05
"""Seconds in which the end of an answer has to follow its `[DONE]`, if its connection is to be used again."""
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_SHORTEST_SECRET = 4
"""Characters; hiding a shorter one would tear words apart, and guards nothing."""
_GATEWAY = b"x-portkey-"
_NEVER_MISSED = frozenset(
    {
        *(HEADERS[option][0].encode() for option in ("api_key", "custom_host", "request_timeout", "virtual_key")),
        *(_TRACE_ID_HEADER, b"x-portkey-package-version", b"x-portkey-runtime", b"x-portkey-runtime-version"),
    }
)
"""Headers of the gateway that the log never calls dropped: this server acts on them, or SDKs describe themselves."""
_OURS = (_TRACE_ID_HEADER, b"traceparent", b"tracestate")
"""Headers that this server sends itself, whatever is forwarded."""
_MOST_LOGGED = 50
"""Names of dropped headers that are logged at the most, since callers choose them."""
_UNSENDABLE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
logger = logging.getLogger("portkey_local")


@frozen(kw_only=True)
class OpenAISettings:
    """Where the upstream is, and how to speak to it."""

    table: str = ""
    """The table of the configuration that can say what to forward, such as `portkey-local.toml: upstreams.openai`."""
    base_url: str
    """Each run adds its path to this one's; a query stays at the end."""
    api_key: str | None = field(default=None, repr=False)
    model: str | None = None
    """The model where neither the call nor the prompt names one."""
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Of the headers' values those that came from the environment."""
    forward: tuple[str, ...] = ()
    """Headers of a call that are passed on, names in small letters; they win over `headers` and `api_key`."""
    timeout: float = 600.0
    """Seconds in which something of an answer has to come."""
    ca_file: Path | None = None
    """Certificates to trust instead of the public authorities'."""
    proxy: str | None = field(default=None, repr=False)
    """The proxy on the way; those of the environment are not used."""


class OpenAIUpstream:
    """Send runs to the upstream, and return its answers and streams as they come.

    Args:
        settings: Where the upstream is, and how to speak to it.
    """

    def __init__(self, settings: OpenAISettings) -> None:
        self._settings = settings
        self._secrets = _secrets_in(settings)
        self._urls = {kind: _url(settings.base_url, path) for kind, path in _PATHS.items()}
        self._address = settings.base_url.partition("?")[0]
        url = httpx.URL(settings.base_url)
        self.span_attributes: Mapping[str, Any] = {
            "gen_ai.provider.name": "openai",
            "server.address": url.host,
            "server.port": url.port or (443 if url.scheme == "https" else 80),
            **({} if settings.model is None else {"gen_ai.request.model": settings.model}),
        }
        self._forwarded = frozenset(name.encode() for name in settings.forward)
        self._logged: set[bytes] = set()
        # Reading certificates takes 50 ms and more, so it is done before anybody is answered.
        self._trusted: ssl.SSLContext | bool = False
        if settings.ca_file is not None:
            self._trusted = ssl.create_default_context(cafile=settings.ca_file)
        elif settings.base_url.lower().startswith("https:"):
            self._trusted = _public_authorities()
        self._client: httpx.AsyncClient | None = None

    async def complete(self, run: Run) -> dict[str, Any]:
        """Answer whole."""
        async with self._answer(run, stream=False) as response:
            content = await self._read(response, _LARGEST)
            if len(content) < LARGE_ANSWER:
                return self._understood(content, msgspec.json.decode)
            return await answers.do(self._understood, content, read_stepwise)

    async def stream(self, run: Run) -> AsyncGenerator[dict[str, Any], None]:
        """Answer chunk by chunk, as the upstream sends them."""
        async with self._answer(run, stream=True) as response:
            reader = ChunkReader(self._redact, _LONGEST_EVENT, read_stepwise)
            reasons, since, held = FinishReasons(), time.monotonic(), 0
            pieces = _pieces(response)
            async for piece in _parts(pieces):
                has_come = False
                held += len(piece)
                chunks: Iterable[tuple[str, Any]] = ()
                failure = None
                if held < LARGE_ANSWER:
                    chunks = reader.feed(piece)
                else:
                    chunks, failure = await _fed_apart(reader, piece)
                for _, chunk in chunks:
                    has_come, held = True, 0
                    reasons.add(chunk)
                    yield chunk
                if failure is not None:
                    raise failure
                if reader.done:
                    await _drain(pieces)
                    break
                if has_come:
                    since = time.monotonic()
                elif time.monotonic() - since > self._settings.timeout:
                    raise silence(self._address, self._settings.timeout)
            for _, chunk in reader.end():
                reasons.add(chunk)
                yield chunk
            if not (reader.begun and (reader.done or reasons.complete)):
                raise _cut(reader)

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    @asynccontextmanager
    async def _answer(self, run: Run, *, stream: bool) -> AsyncIterator[httpx.Response]:
        """Send a run, and yield the response, whose status is one of success.

        Raises:
            UpstreamError: The upstream refused, or broke off while the answer was read; no key stands in the error.
        """
        body = {**run.body, "stream": stream}
        if not stream:
            body.pop("stream_options", None)
        if self._settings.model is not None:
            body.setdefault("model", self._settings.model)
        headers = [*self._passed_on(run.headers), (_TRACE_ID_HEADER, run.trace_id.encode())]
        headers += [(name.encode(), value.encode()) for name, value in TRACE_HEADERS.get().items()]
        try:
            response = await self._send(
                self._opened().build_request("POST", self._urls[run.kind], json=body, headers=headers)
            )
            try:
                if not response.is_success:
                    raise _refusal(self._text(await self._read(response, _LARGEST_REFUSAL)), response)
                yield response
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            raise self._redacted(self._failure(error)) from error
        except httpx.InvalidURL as error:  # httpx looks where a redirection leads, though nobody follows it
            raise _no_answer("a redirection to what is no URL", str(error)) from error
        except StreamError as error:
            raise self._redacted(_stream_error(error)) from error
        except UpstreamError as error:
            raise self._redacted(error) from None

    async def _read(self, response: httpx.Response, most: int) -> bytes:
        """Read an answer to its end; white space alone counts as silence, which ends at the timeout.

        Raises:
            UpstreamError: It is larger than an answer may be, or nothing of it came in time.
        """
        pieces, size, since = [], 0, time.monotonic()
        async for piece in _pieces(response):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise UpstreamError(502, f"The answer is larger than {most:,} bytes.", kind="answer_too_large")
            if not piece.isspace():
                since = time.monotonic()
            elif time.monotonic() - since > self._settings.timeout:
                raise silence(self._address, self._settings.timeout)
        return b"".join(pieces)

    def _understood(self, content: bytes, decode: Callable[[str], Any]) -> dict[str, Any]:
        """Decode a whole answer.

        Raises:
            UpstreamError: It reports a failure, or is no completion.
        """
        text = self._text(content)
        answer = _decoded(text, decode)
        failure = failure_in(answer)
        if failure is not None:
            raise upstream_error(failure)
        if not isinstance(answer, dict) or not isinstance(answer.get("choices"), list):
            raise _no_answer("a JSON body without choices", text)
        return answer

    def _text(self, content: bytes) -> str:
        """Return an answer's text, its keys taken out."""
        return self._redact(content.decode(json.detect_encoding(content), "replace"))

    def _redact(self, text: str) -> str:
        return redact(text, self._secrets)

    def _redacted(self, error: UpstreamError) -> UpstreamError:
        """Take keys out of an error's texts; in the answer, escapes may have hidden them."""
        error.error = {
            name: self._redact(value) if isinstance(value, str) else value for name, value in error.error.items()
        }
        error.headers = {name: self._redact(value) for name, value in error.headers.items()}
        error.args = (error.error["message"],)
        return error

    def _failure(self, error: httpx.HTTPError) -> UpstreamError:
        return transport_failure(error, self._address, self._settings.timeout, self._settings.proxy)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return the response once its head has come; interim responses do not extend the timeout.

        A connection that was kept may be closed by the upstream just when it is used again. Then nothing of an answer
        has come, and the run is sent once more.

        Raises:
            UpstreamError: It did not come in time.
        """
        tries = _Tries()
        request.extensions["trace"] = tries.note
        try:
            async with asyncio.timeout(self._settings.timeout):
                while True:
                    try:
                        return await self._opened().send(request, stream=True)
                    except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                        if not tries.may_go_on():
                            raise
        except TimeoutError as error:
            raise silence(self._address, self._settings.timeout) from error

    def _passed_on(self, headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return the headers of a call that are passed on; log, once for each, which of the gateway's are not.

        Raises:
            BadRequestError: One of them holds what can't be sent on.
        """
        passed_on = []
        for name, value in headers:
            if name in self._forwarded:
                if name not in _OURS:
                    passed_on.append((name, _sendable(name, value)))
            elif name.startswith(_GATEWAY) and name not in _NEVER_MISSED and name not in self._logged:
                self._log_dropped(name)
        return passed_on

    def _log_dropped(self, name: bytes) -> None:
        if len(self._logged) < _MOST_LOGGED:
            self._logged.add(name)
            table = self._settings.table
            remedy = f" To pass it on, name it in {table}.forward." if table else ""
            logger.warning(
                "A call has the header %s, which goes to no upstream.%s", quoted(name.decode("latin-1")), remedy
            )

    def _opened(self) -> httpx.AsyncClient:
        """Return the client, made at the first run: it belongs to the loop that runs."""
        if self._client is None:
            settings = self._settings
            headers = {"user-agent": _USER_AGENT, "accept-encoding": "gzip, deflate", **_lowered(settings.headers)}
            if settings.api_key is not None:
                headers["authorization"] = f"Bearer {settings.api_key}"
            timeout = httpx.Timeout(settings.timeout, connect=min(10.0, settings.timeout / 3), pool=None)
            transport = AsyncTransport(
                connections=sys.maxsize,  # there are no more than runs
                idle=_KEPT,
                proxy=settings.proxy,
                verify=self._trusted,
                trust_env=False,
            )
            self._client = httpx.AsyncClient(
                headers=headers,
                timeout=timeout,
                transport=transport,
                trust_env=False,
            )
        return self._client


@cache
def _public_authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class _Tries:
    """Whether the last try used a connection that had been kept, and failed before anything of an answer came."""

    def __init__(self) -> None:
        self._left = _KEPT + 1
        self._is_new = self._has_begun = False

    async def note(self, name: str, info: Mapping[str, Any]) -> None:
        """Take an event of httpcore's `trace` extension."""
        if name == "connection.connect_tcp.started":
            self._is_new = True
        elif name == "http11.receive_response_headers.complete":
            self._has_begun = True

    def may_go_on(self) -> bool:
        """Say whether to try again: as often as connections are kept, since the others may be closed too."""
        is_new, self._is_new = self._is_new, False
        self._left -= 1
        return not is_new and not self._has_begun and self._left > 0


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _secrets_in(settings: OpenAISettings) -> tuple[str, ...]:
    """Collect what must not come out, the longest first."""
    found = secrets_in({"api_key": settings.api_key, "default_headers": settings.headers})
    named = (secret for secret in settings.secrets if len(secret) >= _SHORTEST_SECRET)
    return tuple(sorted({*found, *named}, key=len, reverse=True))


def _pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """Iterate an answer's bytes, unpacked where they are packed.

    Raises:
        UpstreamError: They are packed in another way than was asked for.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return aiter(response.stream)  # type: ignore[arg-type]
    if encoding not in ("gzip", "x-gzip", "deflate"):
        message = f"It answered in the encoding {quoted(encoding)}, which it was not asked for."
        raise UpstreamError(502, message, kind="bad_gateway")
    return _unpacked(response)


async def _parts(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Yield the pieces in smaller parts: one may hold thousands of events, and others are answered in between."""
    async for piece in pieces:
        for start in range(0, len(piece), _PART):
            if start:
                await asyncio.sleep(0)
            yield piece[start : start + _PART]


async def _unpacked(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """Unpack in steps: a few kilobytes may become gigabytes, and the reader must be able to stop at its limit.

    Raises:
        UpstreamError: They can't be unpacked.
    """
    unpack = zlib.decompressobj(_GZIP_OR_ZLIB)
    is_first = True
    try:
        async for piece in response.stream:  # type: ignore[union-attr]
            while piece:
                if unpack.eof:
                    unpack = zlib.decompressobj(_GZIP_OR_ZLIB)
                try:
                    unpacked = unpack.decompress(piece, _STEP)
                except zlib.error:
                    if not is_first or response.headers["content-encoding"].strip().lower() != "deflate":
                        raise
                    unpack = zlib.decompressobj(-zlib.MAX_WBITS)  # some servers leave the frame of deflate out
                    unpacked = unpack.decompress(piece, _STEP)
                is_first = False
                piece = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
                if unpacked:
                    yield unpacked
                    await asyncio.sleep(0)
    except zlib.error as error:
        raise UpstreamError(502, f"The answer can't be unpacked: {error}.", kind="bad_gateway") from error


async def _drain(pieces: AsyncIterator[bytes]) -> None:
    """Read the end of an answer after its `[DONE]`, for at most 50 ms; failures are ignored."""
    # A connection is only used again where its answer was read to the end.
    with suppress(TimeoutError, httpx.HTTPError, UpstreamError):
        async with asyncio.timeout(_LAST_BYTES):
            async for _ in pieces:
                pass


def _url(base_url: str, path: str) -> httpx.URL:
    """Append a run's path to a base URL's, before its query."""
    base, mark, query = base_url.partition("?")
    return httpx.URL(f"{base.rstrip('/')}{path}{mark}{query}")


def _sendable(name: bytes, value: bytes) -> bytes:
    if _UNSENDABLE.search(value):
        raise BadRequestError(
            f"The header {quoted(name.decode('latin-1'))} can't be passed on: take control characters off."
        )
    return value


def _refusal(text: str, response: httpx.Response) -> UpstreamError:
    """Make the error of a refusal, with its status and message; a redirection becomes a 502."""
    if response.status_code < 400:
        return _no_answer(f"a redirection (status {response.status_code})", text)
    try:
        failure = failure_in(json.loads(text), is_error=True)
    except (ValueError, RecursionError):
        failure = None
    if failure is None:
        error = UpstreamError(response.status_code, f"It answered status {response.status_code}: {_excerpt(text)}")
    else:
        error = upstream_error(failure)
    error.status = response.status_code if response.status_code < _NO_STATUS else 502
    headers = {name: response.headers.get(name, "") for name in _PASSED_ON}
    error.headers = {name: value for name, value in headers.items() if _NUMBER_OR_DATE.fullmatch(value)}
    advise(error)
    return error


async def _fed_apart(reader: ChunkReader, piece: bytes) -> tuple[list[tuple[str, Any]], StreamError | None]:
    """Feed a reader that holds a large event, on a thread; return the chunks, and the error that ended them, if any."""
    chunks: list[tuple[str, Any]] = []

    def feed() -> StreamError | None:
        try:
            chunks.extend(reader.feed(piece))
        except StreamError as error:
            return error
        return None

    return chunks, await answers.do(feed)


def _decoded(text: str, decode: Callable[[str], Any]) -> Any:
    with suppress(msgspec.DecodeError, UnicodeError, RecursionError):
        return decode(text)
    try:
        return json.loads(text)
    except RecursionError as error:
        raise _no_answer("JSON that is nested too deeply", text) from error
    except ValueError as error:
        raise _no_answer("a body that is not JSON", text) from error


def _no_answer(what: str, text: str) -> UpstreamError:
    message = f"It answered {what}, so base_url in portkey-local.toml may be wrong: {_excerpt(text)}"
    return UpstreamError(502, message, kind="bad_gateway")


def _excerpt(text: str) -> str:
    """Shorten a text whose keys were taken out."""
    # Taken out before: of a key that is cut, the half that is left is not found.
    return shown(" ".join(text.split())) or "an empty body"


def _cut(reader: ChunkReader) -> UpstreamError:
    """Make the error of a stream that ended before its answer did, with what came instead."""
    instead = reader.unexpected()
    if instead and not reader.begun:
        return _no_answer("a stream without choices", instead)
    shown_instead = f" It brought: {_excerpt(instead)}" if instead else ""
    return UpstreamError(502, f"The stream ended before the answer did.{shown_instead}", kind="stream_cut")


def _stream_error(error: StreamError) -> UpstreamError:
    if error.failure is not None:
        return upstream_error(error.failure)
    if error.kind == "no_stream":
        return _no_answer("no event stream where one was asked for", error.text)
    if error.kind == "no_chunk":
        return UpstreamError(502, f"An event of the stream is no chunk: {quoted(error.text)}.")
    return UpstreamError(502, str(error), kind="answer_too_large")
