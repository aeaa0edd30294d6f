# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Small clients over httpx that send what the operations' modules build, for use without anything on top."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, closing, contextmanager
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from .contract import API_KEY_HEADER, API_VERSION, BASE_URL
from .errors import UnexpectedBody, UnexpectedStatus, shown
from .events import Chunks
from .http.bodies import MOST_BYTES, async_limited, async_read_whole, async_send, limited, read_whole, send
from .http.failures import failure_of
from .http.loops import async_sleep, sleep
from .http.outgoing import outgoing, timings
from .http.pools import AsyncPool, Pool
from .options import check_count, check_headers
from .pages import Page
from .raw import note
from .requests import Request, check_base_url
from .resources import AsyncResources, Resources
from .retries import Outcome, wait_before_retry

if TYPE_CHECKING:
    import httpx

__all__ = ("AsyncClient", "Client", "Response")

_NO_OPTIONS: dict[str, Any] = {}


class Response:
    """An answer as it came.

    Attributes:
        status_code: the HTTP status, an int whatever it is.
        headers: the headers, names in lower case.
        body: the decoded JSON; None for an empty body, the text of a failure that is no JSON.
    """

    __slots__ = ("body", "headers", "status_code")

    def __init__(self, status_code: int, headers: dict[str, str], body: Any) -> None:
        self.status_code = status_code
        self.headers = headers
        self.body = body

    def __repr__(self) -> str:
        return f"Response({self.status_code}, {shown(self.body)})"


class _Settings:
    """What both clients hold: where to send, and which headers go with every call."""

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        api_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | httpx.Timeout | None = 60.0,
        max_retries: int = 2,
        max_response_bytes: int = MOST_BYTES,
    ) -> None:
        """Set up a client.

        Args:
            base_url: where the service is, up to and with its `/v1`.
            api_key: the service's key, sent with every call.
            headers: further headers for every call.
            timeout: seconds to wait for a connection, and between two reads; None waits for ever.
            max_retries: how many times a method of a resource may repeat its call.
            max_response_bytes: how many bytes an answer may have, decompressed; a stream with all its events.

        Raises:
            OptionError: where the base URL or a header can't be used, naming it.
        """
        self.base_url = check_base_url(base_url)
        self._headers = {
            "accept": "application/json",
            "accept-encoding": "gzip, deflate",
            "user-agent": f"portkey-openapi/{API_VERSION}",
            **({API_KEY_HEADER: api_key} if api_key else {}),
            **check_headers("headers", headers),
        }
        self._timeout = timeout
        self._max_retries = max_retries
        self._most_bytes = check_count("max_response_bytes", max_response_bytes)
        self._connect()

    def _connect(self) -> None:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r})"

    def _outgoing(self, request: Request, options: Mapping[str, Any] = _NO_OPTIONS) -> httpx.Request:
        """Build the HTTP request of an operation, with the client's options and this call's on top."""
        timing = timings(options.get("timeout", self._timeout))
        return outgoing(self.base_url, self._headers, request, options, timing, escaped=True)

    def _wait(
        self, answer: httpx.Response | Exception, options: Mapping[str, Any], retries: int, repeatable: bool
    ) -> float | None:
        """Return the seconds to wait before a call is repeated; None where it is not repeated."""
        outcome: Outcome
        headers: Mapping[str, str] = _NO_OPTIONS
        if isinstance(answer, Exception):
            outcome = failure_of(answer)
        elif answer.is_success:
            return None
        else:
            outcome, headers = answer.status_code, answer.headers
        most = check_count("max_retries", options.get("max_retries", self._max_retries))
        return wait_before_retry(outcome, headers, retries=retries, max_retries=most, repeatable=repeatable)


class _Calls:
    """Sends what resources build; see `calls.Caller`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def call(
        self,
        request: Request,
        parse: Callable[[int, Any], Any],
        options: Mapping[str, Any],
        *,
        repeatable: bool = False,
    ) -> Any:
        client, retries = self._client, 0
        built = client._outgoing(request, options)
        while True:
            answer: httpx.Response | Exception
            try:
                answer = send(client._pool.client(), built, client._most_bytes)
            except Exception as error:
                answer = error
            wait = client._wait(answer, options, retries, repeatable)
            if wait is None:
                break
            retries += 1
            sleep(wait)
        if isinstance(answer, Exception):
            raise answer
        note(answer)
        return _record(parse, _read(answer))


class _AsyncCalls:
    """Sends what resources build; see `calls.AsyncCaller`."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def call(
        self,
        request: Request,
        parse: Callable[[int, Any], Any],
        options: Mapping[str, Any],
        *,
        repeatable: bool = False,
    ) -> Any:
        client, retries = self._client, 0
        built = client._outgoing(request, options)
        while True:
            answer: httpx.Response | Exception
            try:
                http = await client._pool.client()
                answer = await async_send(http, built, client._most_bytes)
            except Exception as error:
                answer = error
            wait = client._wait(answer, options, retries, repeatable)
            if wait is None:
                break
            retries += 1
            await async_sleep(wait)
        if isinstance(answer, Exception):
            raise answer
        note(answer)
        return _record(parse, _read(answer))


class Client(_Settings, Resources):
    """Sends operations of the contract: as methods of its resources, and each by itself.

    A method of a resource raises UnexpectedStatus for what is no success; `call` returns a described failure.

    Example:
        >>> from portkey_openapi import Client
        >>> from portkey_openapi.api.prompts import render_prompt
        >>> with Client(api_key="...") as client:
        ...     client.labels.create(name="canary")
        ...     client.call(render_prompt, "pp-greeting", body={"variables": {"name": "Ada"}})
    """

    def _connect(self) -> None:
        self._pool = Pool(self.base_url, None)
        self._caller = _Calls(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def send(self, request: Request) -> Response:
        """Send a request and return its answer, whatever its status.

        Raises:
            UnexpectedBody: where a success is no JSON.
            AnswerTooLong: where the answer is longer than the client takes.
            httpx.HTTPError: where no answer came.
        """
        return _read(send(self._pool.client(), self._outgoing(request), self._most_bytes))

    def call(self, operation: ModuleType, /, *args: Any, **options: Any) -> Any:
        """Send one operation and return what `operation.parse` makes of its answer.

        Raises:
            UnexpectedStatus: where the contract does not describe the answer.
            UnexpectedBody: where a success is of another kind than the contract says.
            httpx.HTTPError: where no answer came.
        """
        record = _parsed(operation, self.send(operation.request(*args, **options)))
        if isinstance(record, Page) and _turns(operation):
            first = options.get("current_page") or 0
            record._next = lambda further: self.call(operation, *args, **{**options, "current_page": first + further})
        return record

    @contextmanager
    def stream(self, operation: ModuleType, /, *args: Any, **options: Any) -> Iterator[Iterator[Any]]:
        """Open an operation's event stream; `with client.stream(...) as chunks:` iterates typed chunks.

        Raises:
            UnexpectedStatus: where the answer is no success.
            UnexpectedBody: where it is no event stream, or an event is no JSON object.
            ErrorEvent: where an event reports a failure.
            IncompleteStream: where the stream ends before `[DONE]`.
        """
        built = self._outgoing(operation.request(*args, **options))
        with closing(send(self._pool.client(), built, self._most_bytes, stream=True)) as response:
            if not _streams(response):
                read_whole(response, self._most_bytes)
                _refuse(operation, _read(response))
            yield _chunks(operation, limited(response, self._most_bytes))


class AsyncClient(_Settings, AsyncResources):
    """Sends operations of the contract, for asyncio. The methods are those of Client."""

    def _connect(self) -> None:
        self._pool = AsyncPool(self.base_url, None)
        self._caller = _AsyncCalls(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def send(self, request: Request) -> Response:
        """Send a request and return its answer, whatever its status; see Client.send."""
        http = await self._pool.client()
        return _read(await async_send(http, self._outgoing(request), self._most_bytes))

    async def call(self, operation: ModuleType, /, *args: Any, **options: Any) -> Any:
        """Send one operation and return what `operation.parse` makes of its answer; see Client.call."""
        record = _parsed(operation, await self.send(operation.request(*args, **options)))
        if isinstance(record, Page) and _turns(operation):
            first = options.get("current_page") or 0
            record._anext = lambda further: self.call(operation, *args, **{**options, "current_page": first + further})
        return record

    @asynccontextmanager
    async def stream(self, operation: ModuleType, /, *args: Any, **options: Any) -> AsyncIterator[AsyncIterator[Any]]:
        """Open an operation's event stream; see Client.stream."""
        http = await self._pool.client()
        built = self._outgoing(operation.request(*args, **options))
        async with aclosing(await async_send(http, built, self._most_bytes, stream=True)) as response:
            if not _streams(response):
                await async_read_whole(response, self._most_bytes)
                _refuse(operation, _read(response))
            yield _achunks(operation, async_limited(response, self._most_bytes))


def _streams(response: httpx.Response) -> bool:
    kind = response.headers.get("content-type", "")
    return response.is_success and kind.startswith("text/event-stream")


def _read(response: httpx.Response) -> Response:
    headers = {name.lower(): value for name, value in response.headers.items()}
    try:
        body = json.loads(response.content) if response.content.strip() else None
    except (ValueError, RecursionError):
        body = response.text
        if response.is_success:
            raise UnexpectedBody(f"status {response.status_code} came with no JSON: {shown(body)}", body) from None
    return Response(response.status_code, headers, body)


def _record(parse: Callable[[int, Any], Any], response: Response) -> Any:
    record = parse(response.status_code, response.body)
    known = None if record is None else record.with_meta(response)
    if not 200 <= response.status_code < 300:
        raise UnexpectedStatus(response.status_code, response.body, known)
    return known


def _parsed(operation: ModuleType, response: Response) -> Any:
    record = operation.parse(response.status_code, response.body)
    if record is None:
        raise UnexpectedStatus(response.status_code, response.body)
    return record.with_meta(response)


def _turns(operation: ModuleType) -> bool:
    """Whether an operation's answer is one of several pages that it can be asked for."""
    return "current_page" in (operation.request.__kwdefaults__ or {})


def _refuse(operation: ModuleType, response: Response) -> None:
    if 200 <= response.status_code < 300:
        raise UnexpectedBody(
            f"{operation.OPERATION_ID} answered no event stream: {shown(response.body)}", response.body
        )
    _record(operation.parse, response)


def _chunks(operation: ModuleType, reads: Iterator[bytes]) -> Iterator[Any]:
    chunks = Chunks()
    for read in reads:
        for chunk in chunks.feed(read):
            yield operation.parse_event(chunk)
        if chunks.done:
            return
    chunks.close()


async def _achunks(operation: ModuleType, reads: AsyncIterator[bytes]) -> AsyncIterator[Any]:
    chunks = Chunks()
    async for read in reads:
        for chunk in chunks.feed(read):
            yield operation.parse_event(chunk)
        if chunks.done:
            return
    chunks.close()
