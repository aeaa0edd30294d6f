# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Small clients over httpx that send what the operations' modules build, for use without anything on top."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from .contract import API_KEY_HEADER, BASE_URL
from .errors import UnexpectedBody, UnexpectedStatus, shown
from .events import Chunks
from .pages import Page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from types import ModuleType, TracebackType
    from typing import Self

    from .requests import Request

__all__ = ("AsyncClient", "Client", "Response")


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
    ) -> None:
        """Set up a client.

        Args:
            base_url: where the service is, up to and with its `/v1`.
            api_key: the service's key, sent with every call.
            headers: further headers for every call.
            timeout: seconds to wait for a connection, and between two reads; None waits for ever.
        """
        self.base_url = base_url.rstrip("/")
        self._headers = {**({API_KEY_HEADER: api_key} if api_key else {}), **(headers or {})}
        self._connect(timeout)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r})"

    def _connect(self, timeout: float | httpx.Timeout | None) -> None:
        raise NotImplementedError

    def _arguments(self, request: Request) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "method": request.method,
            "url": self.base_url + request.path,
            "params": request.params,
            "headers": {**self._headers, **request.headers},
        }
        if request.body is not None:
            arguments["content"] = _encoded(request.body)
            arguments["headers"]["content-type"] = "application/json"
        return arguments


class Client(_Settings):
    """Sends operations of the contract.

    Example:
        >>> from portkey_openapi import Client
        >>> from portkey_openapi.api.prompts import render_prompt
        >>> with Client(api_key="...") as client:
        ...     client.call(render_prompt, "pp-greeting", body={"variables": {"name": "Ada"}})
    """

    def _connect(self, timeout: float | httpx.Timeout | None) -> None:
        self._http = httpx.Client(timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, request: Request) -> Response:
        """Send a request and return its answer, whatever its status.

        Raises:
            UnexpectedBody: where a success is no JSON.
            httpx.HTTPError: where no answer came.
        """
        return _read(self._http.request(**self._arguments(request)))

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
        with self._http.stream(**self._arguments(operation.request(*args, **options))) as response:
            if not _streams(response):
                response.read()
                _refuse(operation, _read(response))
            yield _chunks(operation, response.iter_bytes())


class AsyncClient(_Settings):
    """Sends operations of the contract, for asyncio. The methods are those of Client."""

    def _connect(self, timeout: float | httpx.Timeout | None) -> None:
        self._http = httpx.AsyncClient(timeout=timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, request: Request) -> Response:
        """Send a request and return its answer, whatever its status; see Client.send."""
        return _read(await self._http.request(**self._arguments(request)))

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
        async with self._http.stream(**self._arguments(operation.request(*args, **options))) as response:
            if not _streams(response):
                await response.aread()
                _refuse(operation, _read(response))
            yield _achunks(operation, response.aiter_bytes())


def _encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, default=dict, separators=(",", ":"), allow_nan=False).encode()


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
    answer = operation.parse(response.status_code, response.body)
    raise UnexpectedStatus(response.status_code, response.body, answer and answer.with_meta(response))


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
