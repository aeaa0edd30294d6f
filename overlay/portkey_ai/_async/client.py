"""The client: one object that an app makes once and uses everywhere."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import Any, Self, Unpack

from portkey_ai._contract import check_requested
from portkey_ai._hints import (
    AsyncGenerations,
    AsyncHTTPClient,
    AsyncOpenAI,
    AsyncPrompts,
    AsyncRenderer,
    ClientOptions,
    Timeout,
)
from portkey_ai._official import AsyncClosing, OfficialNames
from portkey_ai._options import client_options
from portkey_openapi.requests import shown_url
from portkey_openapi.resources import AsyncResources
from portkey_prompts.installed import warn_of_conflict


class AsyncPortkey(OfficialNames, AsyncClosing, AsyncResources):
    """A client of the prompt service: hosted, or run on one's own machine.

    Make one and share it, between threads and tasks alike. It opens its connections at the first call, and closes them
    with `async with`, `aclose()`, or at the end of the event loop.

    Examples:
        >>> from portkey_ai import AsyncPortkey
        >>> portkey = AsyncPortkey(api_key="…")
        >>> rendered = await portkey.prompts.render(prompt_id="pp-greeting", variables={"name": "Alice"})
    """

    def __init__(
        self,
        *,
        http_client: AsyncHTTPClient | None = None,
        api_version: str | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Make a client.

        Args:
            http_client: an `httpx.AsyncClient` to send with; yours to close.
            api_version: the API version that the app was written for, such as `1.0.0`; by default
                `PORTKEY_API_VERSION`, else any.
            **options: `api_key` (by default `PORTKEY_API_KEY`; a server on this machine may need none), `base_url` (by
                default `PORTKEY_BASE_URL`, else the hosted service), `virtual_key` or `provider` to run prompts with,
                `config`, `trace_id`, `metadata`, `timeout` in seconds, `max_retries`, `max_response_bytes`,
                `default_headers`, `prompts` (a PromptSource has prompts rendered in this process), `telemetry` (whether
                OpenTelemetry is told of renders and runs), and what else ClientOptions describes.

        Raises:
            PortkeyError: where the API key is missing, or an option can't be used.
            APIVersionError: where this package speaks another API version.
        """
        check_requested(api_version)
        warn_of_conflict()
        self._connect({"http_client": http_client, **client_options(type(self), options)})

    def _connect(self, options: dict[str, Any], parent: AsyncPortkey | None = None) -> None:
        """Set the client up; what calls need, such as httpx, is imported here, with the first client."""
        from portkey_ai._async.transport import AsyncTransport
        from portkey_ai._log import configure_from_environment
        from portkey_ai._settings import Settings
        from portkey_openapi.http.pools import AsyncPool

        configure_from_environment()
        self._options = options
        settings = Settings(options)
        shares = parent is not None and settings.base_url == parent.base_url
        self._owns_pool = not shares
        pool = parent._transport.pool if parent and shares else AsyncPool(settings.base_url, options.get("http_client"))
        self._transport: AsyncTransport = AsyncTransport(settings, pool)
        self._caller = self._transport
        source = options.get("prompts")
        self._owns_renderer = not (
            parent is not None
            and source is parent._options.get("prompts")
            and settings.account() == parent._transport.settings.account()
        )
        self._renderer: AsyncRenderer | None = None if parent is None or self._owns_renderer else parent._renderer
        if self._owns_renderer and source is not None:
            from portkey_ai._async.renderer import AsyncRenderer

            self._renderer = AsyncRenderer(source, self._transport)

    @cached_property
    def prompts(self) -> AsyncPrompts:
        """Prompts, their versions and partials; rendering and running them."""
        if self._transport.settings.telemetry is not None:
            from portkey_ai._async.traced import AsyncTracedPrompts

            return AsyncTracedPrompts(self._transport, self._renderer)
        from portkey_ai._async.prompts import AsyncPrompts

        return AsyncPrompts(self._transport, self._renderer)

    @cached_property
    def generations(self) -> AsyncGenerations:
        """The older way of running prompts."""
        from portkey_ai._async.generations import AsyncGenerations

        return AsyncGenerations(self.prompts.completions)

    @property
    def api_key(self) -> str | None:
        """The service's key; None where none was needed."""
        return self._transport.settings.api_key

    @property
    def base_url(self) -> str:
        """Where the service is, without a slash at the end."""
        return self._transport.settings.base_url

    @property
    def timeout(self) -> float | Timeout | None:
        """Seconds to connect, to write, and between two reads, or an `httpx.Timeout`; None waits for ever."""
        return self._transport.settings.timeout

    @property
    def max_retries(self) -> int:
        """How many times a call may be repeated."""
        return self._transport.settings.max_retries

    @property
    def max_response_bytes(self) -> int:
        """How many bytes an answer may have, decompressed."""
        return self._transport.settings.max_response_bytes

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """Make a client that differs from this one in some options, and shares its connections.

        Args:
            **options: what differs, as for making a client. Closing the new client leaves the connections open.

        Examples:
            >>> patient = portkey.with_options(timeout=300, max_retries=5)
        """
        twin = object.__new__(type(self))
        twin._connect({**self._options, **client_options(self.with_options, options)}, parent=self)
        return twin

    copy = with_options

    def openai(self, **options: Any) -> AsyncOpenAI:
        """Make an OpenAI client of the same gateway, for everything but prompts. It has connections of its own.

        Args:
            **options: of OpenAI's client; base URL, headers, retries and time-out are by default this client's.

        Raises:
            PortkeyError: where the package openai is not installed.

        Examples:
            >>> rendered = await portkey.prompts.render(prompt_id="pp-greeting", variables={"name": "Alice"})
            >>> completion = await portkey.openai().chat.completions.create(**rendered.data)
        """
        from portkey_ai._official import openai_client

        client: AsyncOpenAI = openai_client(self, options)
        return client

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections, unless they are another client's or an `http_client`'s."""
        if self._owns_renderer and self._renderer is not None:
            await self._renderer.aclose()
        if self._owns_pool:
            await self._transport.pool.aclose()

    def __repr__(self) -> str:
        key = "set" if self.api_key else "none"
        return (
            f"{type(self).__name__}(base_url={shown_url(self.base_url)!r}, api_key={key}, "
            f"timeout={self.timeout!r}, max_retries={self.max_retries})"
        )
