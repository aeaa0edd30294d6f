"""What the environment and the app's own code do to a call: every failure to get an answer is one kind of error."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from facade_calls import Client, settle
from facade_shapes import RENDER
from facade_wire import Connection, Play, Wire, refusing_url
from pytest_httpserver import HTTPServer

from portkey_ai import APIConnectionError, APIStatusError, AsyncPortkey, InternalServerError, Portkey
from portkey_openapi.http.environment import proxy_for, tls_context

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]
FAR = "http://service.invalid/v1"
"""A service on another machine: nobody is asked where that is, since a proxy is."""


def renders(connection: Connection) -> None:
    while connection.read_request() is not None:
        connection.answer(200, RENDER)


async def render(client: Client, **more: Any) -> Any:
    return await settle(client.prompts.render(prompt_id="pp-x", variables={}, **more))


async def failure(client: Client) -> APIConnectionError:
    with pytest.raises(APIConnectionError) as caught:
        await render(client)
    assert caught.value.request is not None
    return caught.value


async def test_a_proxy_that_refuses_is_named_as_the_proxy(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = refusing_url().removesuffix("/v1")
    monkeypatch.setenv("HTTP_PROXY", proxy.replace("://", "://user:sesame@"))
    said = (await failure(make(base_url=FAR, api_key="k", max_retries=0))).message
    assert proxy.replace("://", "://***@") in said
    assert "HTTP_PROXY" in said
    assert "base URL" not in said
    assert "sesame" not in said


async def test_a_refusal_that_a_proxy_answers_names_it_too(
    make: Make, wire: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")

    proxy = wire(refuse).url.removesuffix("/v1")
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(APIStatusError) as caught:
        await render(make(base_url=FAR, api_key="k", max_retries=0))
    assert f"by way of the proxy {proxy} (ALL_PROXY) answered 407" in caught.value.message


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1", "socksio"),
        ("HTTP_PROXY", "ftp://127.0.0.1:1", "Unknown scheme"),
        ("HTTP_PROXY", "http://127.0.0.1:port", "Invalid port"),
    ],
)
async def test_a_proxy_that_cannot_be_used_is_a_failure_to_connect(
    make: Make, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    monkeypatch.setenv(variable, value)
    said = (await failure(make(base_url=FAR, api_key="k"))).message
    assert words in said
    assert variable in said


async def test_certificates_that_are_not_there_are_named(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    tls_context.cache_clear()
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    said = (await failure(make(base_url=refusing_url().replace("http:", "https:")))).message
    assert "SSL_CERT_FILE=/nowhere/ca.pem" in said


async def test_plain_http_needs_no_certificates(make: Make, wire: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    tls_context.cache_clear()
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    monkeypatch.setenv("HTTP_PROXY", wire(renders).url.removesuffix("/v1"))
    await render(make(base_url=FAR, api_key="k"))


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_a_server_on_this_machine_needs_no_proxy(
    make: Make, wire: Serve, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for variable in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "socks5://127.0.0.1:1")
    await render(make(base_url=wire(renders).url.replace("127.0.0.1", name)))


async def test_a_call_goes_through_the_proxy_whatever_networks_are_exempt(
    make: Make, wire: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = wire(renders)
    monkeypatch.setenv("HTTP_PROXY", server.url.removesuffix("/v1"))
    monkeypatch.setenv("NO_PROXY", "fd00::/8,10.0.0.0/8,.cluster.local")
    await render(make(base_url=FAR, api_key="k"))
    assert server.requests[0].startswith(f"POST {FAR}/prompts/pp-x/render")


@pytest.mark.parametrize(
    ("base_url", "exempt", "goes_through"),
    [
        ("http://api.test/v1", "", True),
        ("http://api.test/v1", "*", False),
        ("http://api.test/v1", "other.test, api.test", False),
        ("http://api.test/v1", "API.TEST", False),
        ("http://api.test/v1", "test", False),
        ("http://api.test/v1", ".test", False),
        ("http://api.test/v1", "*.test", False),
        ("http://api.test/v1", "pi.test", True),
        ("http://api.test:8080/v1", "api.test:8080", False),
        ("http://api.test:8080/v1", "api.test:80", True),
        ("http://api.test/v1", "http://api.test", False),
        ("http://10.1.2.3/v1", "10.0.0.0/8", False),
        ("http://11.1.2.3/v1", "10.0.0.0/8", True),
        ("http://[fd00::1]/v1", "fd00::/8", False),
        ("http://[fe00::1]/v1", "fd00::/8", True),
        ("http://[fe00::1]/v1", "[fe00::1]", False),
        ("http://127.0.0.9/v1", "", False),
        ("http://[::1]/v1", "", False),
        ("http://localhost:1/v1", "", False),
    ],
)
def test_which_hosts_are_exempt_from_the_proxy(
    monkeypatch: pytest.MonkeyPatch, base_url: str, exempt: str, goes_through: bool
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", exempt)
    assert (proxy_for(base_url) is not None) is goes_through


def test_the_proxy_of_the_scheme_comes_before_the_one_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://all.test")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:sesame@secure.test")
    assert str(proxy_for("https://api.test/v1")) == "http://***@secure.test (HTTPS_PROXY)"
    assert str(proxy_for("http://api.test/v1")) == "http://all.test (ALL_PROXY)"


def with_client(kind: type[Client], **options: Any) -> dict[str, Any]:
    made = httpx.Client(**options) if kind is Portkey else httpx.AsyncClient(**options)
    return {"http_client": made}


def as_hook(kind: type[Client], call: Callable[[Any], None]) -> Callable[[Any], Any]:
    """Make a hook of either kind."""

    async def hook(value: Any) -> None:
        call(value)

    return call if kind is Portkey else hook


@pytest.mark.parametrize("event", ["request", "response"])
async def test_a_hook_that_raises_is_a_failure_that_is_not_repeated(
    make: Make, kind: type[Client], wire: Serve, event: str
) -> None:
    calls: list[Any] = []

    def hook(value: Any) -> None:
        calls.append(value)
        raise ValueError("the hook's own words")

    server = wire(renders)
    client = make(base_url=server.url, **with_client(kind, event_hooks={event: [as_hook(kind, hook)]}))
    error = await failure(client)
    assert "ValueError: the hook's own words" in error.message
    assert isinstance(error.__cause__, ValueError)
    assert len(calls) == 1


async def test_a_hook_that_raises_for_the_status_leaves_the_error_of_that_status(
    make: Make, kind: type[Client], httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/render").respond_with_data("down", status=503)
    hook = as_hook(kind, lambda response: response.raise_for_status())
    client = make(**with_client(kind, event_hooks={"response": [hook]}))
    with pytest.raises(InternalServerError, match="503") as caught:
        await render(client)
    assert caught.value.response is not None
    assert len(httpserver.log) == 3


async def test_an_error_of_the_system_is_repeated_as_a_broken_connection_is(make: Make, kind: type[Client]) -> None:
    class Broken(httpx.BaseTransport, httpx.AsyncBaseTransport):
        calls = 0

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            Broken.calls += 1
            raise OSError(28, "No space left on device")

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return self.handle_request(request)

    error = await failure(make(max_retries=1, **with_client(kind, transport=Broken())))
    assert "No space left on device" in error.message
    assert Broken.calls == 2


async def test_an_http_client_that_was_closed_is_a_failure_to_connect(make: Make, kind: type[Client]) -> None:
    given = with_client(kind)
    await settle(given["http_client"].aclose() if kind is AsyncPortkey else given["http_client"].close())
    assert "closed" in (await failure(make(**given))).message


async def test_a_redirect_names_where_it_leads(make: Make, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/render").respond_with_data(
        "", status=302, headers={"location": "https://user:sesame@login.test/sign-in"}
    )
    with pytest.raises(APIStatusError) as caught:
        await render(make())
    assert "; it leads to https://***@login.test/sign-in" in caught.value.message
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, "Basic " + base64.b64encode(b"user:open sesame").decode()),
        ({"authorization": "Bearer own"}, "Bearer own"),
        ({"extra_headers": {"Authorization": "Bearer extra"}}, "Bearer extra"),
    ],
)
async def test_what_is_asked_for_as_authorization_wins_over_the_base_url(
    make: Make, wire: Serve, options: dict[str, Any], sent: str
) -> None:
    server = wire(renders)
    await render(make(base_url=server.url.replace("://", "://user:open%20sesame@")), **options)
    (head,) = server.requests
    assert [line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("authorization")] == [
        sent
    ]
    assert "@" not in head


async def test_a_number_of_5000_digits_is_not_called_no_json(make: Make, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/render").respond_with_data(f'{{"data": {"9" * 5000}}}')
    with pytest.raises(Exception, match="digits") as caught:
        await render(make())
    assert type(caught.value).__name__ == "APIResponseValidationError"
    assert "not JSON" not in str(caught.value)


def test_the_type_of_streams_brings_no_httpx(run_python: Callable[..., str]) -> None:
    said = run_python("import sys; from portkey_ai import AsyncStream, Stream; print('httpx' in sys.modules)")
    assert said == "False\n"
