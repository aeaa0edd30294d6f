"""The client: one object that an app makes once and uses everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from portkey_ai._contract import check_requested
from portkey_ai._options import DEFAULT_TIMEOUT
from portkey_ai._rivals import warn_of_rival
from portkey_ai._secrets import shown_url

if TYPE_CHECKING:
    from typing import Unpack

    from portkey_ai._async.collections import AsyncCollections
    from portkey_ai._async.generations import AsyncGenerations
    from portkey_ai._async.labels import AsyncLabels
    from portkey_ai._async.ladder import AsyncLadder
    from portkey_ai._async.prompts import AsyncPrompts
    from portkey_ai._async.transport import AsyncTransport
    from portkey_ai._http import AsyncHTTPClient, Timeout
    from portkey_ai._options import ClientOptions
    from portkey_ai.source.settings import PromptSource


class AsyncPortkey:
    """A client of the prompt service: hosted, or run on one's own machine.

    Make one and share it, between threads and tasks alike. It opens its connections at the first call, and closes them
    with `async with`, `aclose()`, or at the end of the event loop.

    Example:
        >>> from portkey_ai import AsyncPortkey
        >>> portkey = AsyncPortkey(api_key="…")
        >>> rendered = await portkey.prompts.render(prompt_id="pp-greeting", variables={"name": "Alice"})
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        virtual_key: str | None = None,
        base_url: str | None = None,
        config: Mapping[str, Any] | str | None = None,
        provider: str | None = None,
        trace_id: str | None = None,
        metadata: Mapping[str, str] | str | None = None,
        cache_namespace: str | None = None,
        cache_force_refresh: bool | str | None = None,
        custom_host: str | None = None,
        forward_headers: Sequence[str] | str | None = None,
        authorization: str | None = None,
        request_timeout: int | None = None,
        timeout: float | Timeout | None = DEFAULT_TIMEOUT,
        max_retries: int = 2,
        default_headers: Mapping[str, str] | None = None,
        http_client: AsyncHTTPClient | None = None,
        api_version: str | None = None,
        prompts: PromptSource | None = None,
    ) -> None:
        """Make a client.

        Args:
            api_key: the service's key; by default `PORTKEY_API_KEY`. A server on this machine may need none.
            virtual_key: names the provider and the key to run prompts with.
            base_url: where the service is; by default `PORTKEY_BASE_URL`, else the hosted service.
            config: a gateway config, as its slug or the config itself.
            provider: the provider to run prompts with, where no virtual key is given.
            trace_id: names the requests in the service's logs.
            metadata: strings that are kept with the requests in the service's logs.
            cache_namespace: which part of the gateway's cache to use.
            cache_force_refresh: whether to run even where the gateway's cache has an answer.
            custom_host: the base URL of a model host of one's own, for the gateway to call.
            forward_headers: names of headers that are passed on to the provider.
            authorization: the provider's own key, as an Authorization header.
            request_timeout: milliseconds that the gateway waits for the provider.
            timeout: seconds to connect, to write, and between two reads, or an `httpx.Timeout`; None waits for ever.
                Completions wait up to 600 s between two reads where nothing is said here.
            max_retries: how many times a call may be repeated.
            default_headers: headers to send with every call.
            http_client: an `httpx.AsyncClient` to send with; yours to close.
            api_version: the API version that the app was written for, such as `1.0.0`; by default
                `PORTKEY_API_VERSION`, else any.
            prompts: has prompts rendered in this process, and says where they are found; left out, the service renders.

        Raises:
            PortkeyError: where the API key is missing, or an option can't be used.
            APIVersionError: where this package speaks another API version.
        """
        check_requested(api_version)
        warn_of_rival()
        options: dict[str, Any] = {
            "api_key": api_key,
            "virtual_key": virtual_key,
            "base_url": base_url,
            "config": config,
            "provider": provider,
            "trace_id": trace_id,
            "metadata": metadata,
            "cache_namespace": cache_namespace,
            "cache_force_refresh": cache_force_refresh,
            "custom_host": custom_host,
            "forward_headers": forward_headers,
            "authorization": authorization,
            "request_timeout": request_timeout,
            "timeout": timeout,
            "max_retries": max_retries,
            "default_headers": default_headers,
            "http_client": http_client,
            "prompts": prompts,
        }
        self._connect(options)

    def _connect(self, options: dict[str, Any], parent: AsyncPortkey | None = None) -> None:
        """Get ready to call; httpx and what else a call takes is loaded here, with the first client."""
        from portkey_ai._async.transport import AsyncTransport
        from portkey_ai._http import AsyncPool
        from portkey_ai._log import obey_environment
        from portkey_ai._settings import Settings

        obey_environment()
        self._options = options
        settings = Settings(options)
        shares = parent is not None and settings.base_url == parent.base_url
        self._owns_pool = not shares
        pool = parent._transport.pool if parent and shares else AsyncPool(settings.base_url, options["http_client"])
        self._transport: AsyncTransport = AsyncTransport(settings, pool)
        source = options["prompts"]
        self._owns_ladder = not (
            parent is not None
            and source is parent._options["prompts"]
            and settings.account() == parent._transport.settings.account()
        )
        shared = None if parent is None else parent._ladder
        self._ladder: AsyncLadder | None = self._own_ladder(source) if self._owns_ladder else shared

    def _own_ladder(self, source: PromptSource | None) -> AsyncLadder | None:
        if source is None:
            return None
        from portkey_ai._async.ladder import AsyncLadder

        return AsyncLadder(source, self._transport)

    @cached_property
    def prompts(self) -> AsyncPrompts:
        """Prompts, their versions and partials; rendering and running them."""
        from portkey_ai._async.prompts import AsyncPrompts

        return AsyncPrompts(self._transport, self._ladder)

    @cached_property
    def labels(self) -> AsyncLabels:
        """Names that point at one version of a prompt."""
        from portkey_ai._async.labels import AsyncLabels

        return AsyncLabels(self._transport)

    @cached_property
    def collections(self) -> AsyncCollections:
        """Folders of prompts."""
        from portkey_ai._async.collections import AsyncCollections

        return AsyncCollections(self._transport)

    @cached_property
    def generations(self) -> AsyncGenerations:
        """The older way of running prompts."""
        from portkey_ai._async.generations import AsyncGenerations

        return AsyncGenerations(self._transport, self._ladder)

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

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """Make a client that differs from this one in some options, and shares its connections.

        Args:
            **options: what differs, as for making a client. Closing the new client leaves the connections open.

        Example:
            >>> patient = portkey.with_options(timeout=300, max_retries=5)
        """
        unknown = options.keys() - self._options.keys()
        if unknown or "http_client" in options:
            raise TypeError(f"with_options() can't change {sorted(unknown) or ['http_client']}")
        twin = object.__new__(type(self))
        twin._connect({**self._options, **options}, parent=self)
        return twin

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections, unless they are another client's or an `http_client`'s."""
        if self._owns_ladder and self._ladder is not None:
            await self._ladder.aclose()
        if self._owns_pool:
            await self._transport.pool.aclose()

    def __repr__(self) -> str:
        key = "set" if self.api_key else "none"
        return (
            f"{type(self).__name__}(base_url={shown_url(self.base_url)!r}, api_key={key}, "
            f"timeout={self.timeout!r}, max_retries={self.max_retries})"
        )
