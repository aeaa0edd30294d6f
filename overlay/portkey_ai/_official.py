"""What programs that were written for the official SDK take from it besides prompts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from portkey_ai._options import DOES_NOTHING
from portkey_ai.errors import PortkeyError
from portkey_openapi import BASE_URL
from portkey_openapi.options import HEADERS

if TYPE_CHECKING:
    from typing import TypeAlias

    import openai as package  # type: ignore[import-not-found, unused-ignore]  # pyright: ignore[reportMissingImports]

    AsyncOpenAI: TypeAlias = package.AsyncOpenAI
    OpenAI: TypeAlias = package.OpenAI

PORTKEY_BASE_URL = PORTKEY_GATEWAY_URL = BASE_URL


def createHeaders(**options: Any) -> dict[str, str]:  # noqa: N802
    """Turn a client's options into the gateway's headers, to give to another client, such as OpenAI's.

    Equal to the official SDK's, its oddities included: what is empty or zero is left out, and nothing is checked.

    Args:
        **options: by name, such as `api_key`, `virtual_key`, `config`; each becomes `x-portkey-…`.

    Example:
        >>> createHeaders(api_key="pk", metadata={"_user": "ann"})
        {'x-portkey-api-key': 'pk', 'x-portkey-metadata': '{"_user": "ann"}'}
    """
    as_they_are = [name.replace("_", "-") for name in options.get("forward_headers") or ()]
    headers: dict[str, str] = {}
    for option, value in options.items():
        name = option.replace("_", "-")
        if isinstance(value, bool):
            value = str(value).lower()
        if option == "mode" and "proxy" not in value:
            value = f"proxy {value}"
        if isinstance(value, Mapping):
            value = json.dumps(value)
        if not value:
            continue
        if name.lower() == "authorization":
            headers[name] = value if value.startswith("Bearer ") else f"Bearer {value}"
        else:
            headers[name if name in as_they_are else f"x-portkey-{name}"] = str(value)
        if name == "forward-headers":
            headers["x-portkey-forward-headers"] = ",".join(value)
    return headers


OPENAI_HAS = (
    "audio batches beta chat completions containers conversations embeddings evals files fine_tuning images models "
    "moderations realtime responses skills uploads vector_stores videos webhooks"
)
"""Resources of the official client that OpenAI's client has too."""
SERVICE_HAS = (
    "admin analytics api_keys configs feedback guardrails integrations logs mcp_integrations mcp_servers providers "
    "virtual_keys delete get post put"
)
"""What else the official client has; here it takes a plain HTTP request to the service."""


_OPENAI_LINE = (
    "openai.{kind}(base_url=PORTKEY_GATEWAY_URL, default_headers=createHeaders(api_key=…, virtual_key=…), "
    'api_key="unused")'
)


def _option(name: str) -> property:
    return property(lambda client: client._options.get(name), doc=f"The `{name}` that this client was told, or None.")


class OfficialNames:
    """What a client has because the official one has it, and how it is copied and pickled."""

    virtual_key = _option("virtual_key")
    config = _option("config")
    provider = _option("provider")
    trace_id = _option("trace_id")
    metadata = _option("metadata")

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            """Answer an option, or raise AttributeError, which `hasattr`, mocks and `pickle` count on."""
            if (name in HEADERS or name in DOES_NOTHING) and "_options" in vars(self):
                return self._options.get(name)
            raise AttributeError(_elsewhere(self, name), name=name, obj=self)

    def is_closed(self: Any) -> bool:
        """Say whether it was closed."""
        return bool(self._transport.pool._closed)

    def __copy__(self: Any) -> Any:
        return self.with_options()

    def __deepcopy__(self: Any, memo: object) -> Any:
        return _made(type(self), dict(self._options), _added(self))

    def __reduce__(self: Any) -> tuple[Any, ...]:
        if self._options.get("http_client") is not None:
            raise TypeError("A client with an http_client can't be pickled: make the client in the other process.")
        return _made, (type(self), self._options, _added(self))


class Closing:
    """What is closed by `close()`."""


class AsyncClosing:
    """What is closed by `aclose()`, and as in the official SDK by `close()`."""

    async def close(self: Any) -> None:
        """Close, as `aclose()` does."""
        await self.aclose()


def _made(kind: type, options: dict[str, Any], added: Mapping[str, Any]) -> Any:
    """Make a client from the options of another, with connections of its own."""
    client: Any = object.__new__(kind)
    client._connect(options)
    vars(client).update(added)
    return client


def _added(client: Any) -> dict[str, Any]:
    """Find the attributes that a subclass has added to a client."""
    own = vars(_made(type(client), client._options, {}))
    return {
        name: value
        for name, value in vars(client).items()
        if name not in own and not isinstance(getattr(type(client), name, None), cached_property)
    }


def _elsewhere(client: object, name: str) -> str:
    """Say why a client lacks an attribute, and what to write where it is one of the official client's."""
    kind = type(client).__name__
    if name in (*OPENAI_HAS.split(), "openai_client"):
        line = _OPENAI_LINE.format(kind="AsyncOpenAI" if hasattr(type(client), "aclose") else "OpenAI")
        step = "" if name == "openai_client" else f".{name}"
        return (
            f"{kind} has prompts only, and no `{name}`. OpenAI's client of the same gateway has it: write "
            f"`portkey.openai(){step}`, which is `{line}{step}` (pip install openai)."
        )
    if name in SERVICE_HAS.split():
        return (
            f"{kind} has prompts only, and no `{name}`. Ask the service itself for the rest: write "
            "`httpx.get(PORTKEY_GATEWAY_URL + path, headers=createHeaders(api_key=…))`."
        )
    return f"{kind!r} object has no attribute {name!r}"


def openai_client(client: Any, options: Mapping[str, Any]) -> Any:
    """Make OpenAI's client, sync or async as this one is, with this one's options and then those given.

    Raises:
        PortkeyError: where the package openai is not installed.
    """
    try:
        import openai  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise PortkeyError(f"OpenAI's client can't be imported ({error}): pip install openai") from error
    settings = client._transport.settings
    known: dict[str, Any] = {
        "base_url": settings.base_url,
        # OpenAI's own header is spelled so, and the same name in another case would be sent beside it.
        "default_headers": {
            "Authorization" if name == "authorization" else name: value
            for name, value in settings.gateway_headers.items()
        },
        "api_key": "unused",  # OpenAI's client wants one; the gateway reads its own header
        "max_retries": settings.max_retries,
    }
    if settings.timeout is None or type(settings.timeout) in (int, float):
        known["timeout"] = settings.timeout  # not an httpx.Timeout: OpenAI's client may use another package
    return getattr(openai, "AsyncOpenAI" if hasattr(client, "aclose") else "OpenAI")(**{**known, **options})
