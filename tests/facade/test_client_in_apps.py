"""Clients go where apps take them: copies, pickles, other processes, mocks, notebooks; and programs that want more."""

from __future__ import annotations

import copy
import inspect
import multiprocessing
import pickle
import sys
import types
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any
from unittest.mock import create_autospec

import httpx
import pytest
from facade_calls import Client, close, settle
from facade_shapes import RENDER
from pytest_httpserver import HTTPServer

from portkey_ai import AsyncPortkey, BadRequestError, Portkey, PortkeyError, PromptSource
from portkey_ai._official import OPENAI_HAS, SERVICE_HAS
from portkey_ai._options import DOES_NOTHING
from portkey_openapi.options import HEADERS

Make = Callable[..., Client]
OPTIONS: dict[str, Any] = {
    "api_key": "k", "virtual_key": "vk", "config": {"retry": {"attempts": 2}}, "provider": "openai",
    "trace_id": "t", "metadata": {"_user": "ann"}, "max_retries": 4, "default_headers": {"x-a": "1"},
}  # fmt: skip


async def rendered(client: Client) -> httpx.Headers:
    """Render, and answer the headers that were sent."""
    raw = await settle(client.prompts.with_raw_response.render(prompt_id="pp-x", variables={}))
    headers: httpx.Headers = raw.http_response.request.headers
    return headers


def test_what_it_was_told_can_be_read(kind: type[Client]) -> None:
    client = kind(**OPTIONS)
    for name in ("virtual_key", "config", "provider", "trace_id", "metadata"):
        assert getattr(client, name) == OPTIONS[name]
        assert getattr(kind(api_key="k"), name) is None
        assert name in dir(client)


def test_copy_is_with_options(kind: type[Client]) -> None:
    twin = kind(**OPTIONS).copy(virtual_key="other")
    assert (twin.virtual_key, twin.trace_id, twin.max_retries) == ("other", "t", 4)


class Tenant(Portkey):
    """An app's own client."""

    def __init__(self, tenant: str, **options: Any) -> None:
        super().__init__(**options)
        self.tenant = tenant


class AsyncTenant(AsyncPortkey):
    """An app's own client."""

    def __init__(self, tenant: str, **options: Any) -> None:
        super().__init__(**options)
        self.tenant = tenant


WAYS: dict[str, Callable[[Any], Any]] = {
    "copied": copy.copy,
    "copied deeply": copy.deepcopy,
    "pickled": lambda client: pickle.loads(pickle.dumps(client)),
    "pickled, oldest": lambda client: pickle.loads(pickle.dumps(client, protocol=0)),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_client_that_was_used_can_be(make: Make, httpserver: HTTPServer, way: str) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/render").respond_with_json(RENDER)
    client = make(**OPTIONS, prompts=None)
    before = await rendered(client)
    twin = WAYS[way](client)
    assert type(twin) is type(client)
    assert await rendered(twin) == before
    assert twin.timeout is client.timeout  # the default one, which lets completions take longer
    await close(twin)
    if way != "copied":
        await close(client)
        await close(WAYS[way](client))


@pytest.mark.parametrize("way", [way for way in WAYS if way != "copied"])
@pytest.mark.parametrize("own", [Tenant, AsyncTenant])
async def test_what_a_subclass_keeps_is_kept(own: type[Any], way: str) -> None:
    client = own("acme", api_key="k")
    assert client.prompts is client.prompts
    twin = WAYS[way](client)
    assert (type(twin), twin.tenant) == (own, "acme")
    assert twin.prompts is not client.prompts
    await close(client)


@pytest.mark.parametrize("way", WAYS)
async def test_so_can_one_with_a_source(kind: type[Client], way: str) -> None:
    client = kind(
        base_url="http://127.0.0.1:9/v1", prompts=PromptSource(fallback={"pp-x": "Hi {{name}}"}, patience=0.2)
    )
    twin = WAYS[way](client)
    found = await settle(twin.prompts.render(prompt_id="pp-x", variables={"name": "Ann"}))
    assert (found.prompt, found.source) == ("Hi Ann", "fallback")
    await close(twin)
    await close(client)


async def test_pickling_one_with_an_http_client_says_what_to_do(kind: type[Client]) -> None:
    own: Any = httpx.AsyncClient() if kind is AsyncPortkey else httpx.Client()
    client = kind(api_key="k", http_client=own)
    for thing in (client, client.prompts, client.labels.list):
        with pytest.raises(TypeError, match="make the client in the other process"):
            pickle.dumps(thing)
    assert copy.deepcopy(client)._options["http_client"] is own
    await close(own)


def render_there(client: Portkey) -> str:
    """Run in the other process."""
    return client.prompts.render(prompt_id="pp-x", variables={}).prompt


@pytest.mark.parametrize("start", ["spawn", "forkserver"])
def test_a_client_is_passed_to_another_process(httpserver: HTTPServer, start: str) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/render", headers={"x-portkey-virtual-key": "vk"}).respond_with_json(
        RENDER
    )
    context = multiprocessing.get_context(start)
    with (
        Portkey(base_url=httpserver.url_for("/v1"), virtual_key="vk") as portkey,
        ProcessPoolExecutor(1, mp_context=context) as others,
    ):
        here = render_there(portkey)
        assert others.submit(render_there, portkey).result(60) == here
        assert others.submit(portkey.prompts.render, prompt_id="pp-x", variables={}).result(60).prompt == here


@pytest.mark.parametrize("name", OPENAI_HAS.split())
def test_what_openai_s_client_has_is_an_error_that_says_what_to_write(kind: type[Client], name: str) -> None:
    theirs = "openai.AsyncOpenAI" if kind is AsyncPortkey else "openai.OpenAI"
    with pytest.raises(AttributeError) as caught:
        getattr(kind(api_key="k"), name)
    assert f"`portkey.openai().{name}`" in str(caught.value)
    assert f"{theirs}(base_url=PORTKEY_GATEWAY_URL, default_headers=createHeaders(" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", SERVICE_HAS.split())
def test_what_only_the_service_has_is_an_error_that_says_so(kind: type[Client], name: str) -> None:
    with pytest.raises(AttributeError, match=r"httpx\.get\(PORTKEY_GATEWAY_URL \+ path, headers=createHeaders"):
        getattr(kind(api_key="k"), name)


def test_another_name_is_the_usual_error(kind: type[Client]) -> None:
    with pytest.raises(AttributeError, match=f"'{kind.__name__}' object has no attribute 'promts'") as caught:
        kind(api_key="k").promts  # noqa: B018
    assert caught.value.name == "promts"


def test_probes_find_nothing_and_break_nothing(kind: type[Client]) -> None:
    client = kind(api_key="k")
    for name in ("chat", "_repr_html_", "_ipython_display_", "__len__", "shape", "__wrapped__", "__fspath__"):
        assert not hasattr(client, name)
        assert getattr(client, name, None) is None
    assert {"prompts", "labels", "with_options", "copy", "openai"} <= set(dir(client))
    assert "chat" not in dir(client)
    assert dict(inspect.getmembers(client))["prompts"] is client.prompts
    assert inspect.unwrap(client) is client
    empty = object.__new__(kind)
    assert not hasattr(empty, "chat")
    double = create_autospec(client)
    assert not hasattr(double, "chat")
    assert double.virtual_key is not None


def test_without_openai_its_client_is_an_error_that_says_what_to_install(
    kind: type[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(PortkeyError, match="pip install openai"):
        kind(api_key="k").openai()


def test_openai_s_client_is_told_what_this_one_was(kind: type[Client], monkeypatch: pytest.MonkeyPatch) -> None:
    package = types.SimpleNamespace(OpenAI=lambda **told: ("sync", told), AsyncOpenAI=lambda **told: ("async", told))
    monkeypatch.setitem(sys.modules, "openai", package)  # type: ignore[arg-type]
    expected = "async" if kind is AsyncPortkey else "sync"
    which, told = kind(**OPTIONS, timeout=3, authorization="Bearer sk").openai(max_retries=0, organization="o")
    headers = {name: told["default_headers"][name] for name in ("x-portkey-api-key", "Authorization", "x-a")}
    assert (which, told["base_url"], told["timeout"]) == (expected, "https://api.portkey.ai/v1", 3)
    assert (told["max_retries"], told["organization"]) == (0, "o")
    assert headers == {"x-portkey-api-key": "k", "Authorization": "Bearer sk", "x-a": "1"}
    assert "accept" not in told["default_headers"]
    assert "timeout" not in kind(api_key="k").openai()[1]
    assert "timeout" not in kind(api_key="k", timeout=httpx.Timeout(3)).openai()[1]


def test_an_http_client_of_another_package_is_named_with_it(kind: type[Client]) -> None:
    module = types.ModuleType("httpx2")
    exec("class Client: headers = {}\nclass AsyncClient(Client): ...\nclass Bare: ...", vars(module))
    for name in ("Client", "AsyncClient", "Bare"):
        with pytest.raises(TypeError, match=rf"must be an httpx\.\w+, not httpx2\.{name}\."):
            kind(api_key="k", http_client=getattr(module, name)())


def test_the_official_variable_for_the_base_url_counts_after_ours(
    kind: type[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTKEY_PROXY", "http://127.0.0.1:8787/v1/")
    assert kind().base_url == "http://127.0.0.1:8787/v1"
    monkeypatch.setenv("PORTKEY_BASE_URL", "http://127.0.0.1:8790/v1")
    assert kind().base_url == "http://127.0.0.1:8790/v1"


@pytest.mark.parametrize("option", [name for name in HEADERS if name != "api_key"])
async def test_every_option_of_the_contract_is_sent_as_its_header(
    make: Make, httpserver: HTTPServer, option: str
) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/render").respond_with_json(RENDER)
    header, kind = HEADERS[option]
    value, text = {
        "text": ("some-text", "some-text"),
        "boolean": (False, "false"),
        "count": (3, "3"),
        "list": (["x-a", "x-b"], "x-a,x-b"),
        "json": ({"a": 1}, '{"a": 1}'),
        "texts": ({"a": "1"}, '{"a": "1"}'),
    }[kind]
    client = make(**{option: value})
    assert getattr(client, option) == value
    assert (await rendered(client))[header] == text
    assert (await rendered(make().with_options(**{option: value})))[header] == text
    raw = await settle(make().prompts.with_raw_response.render(prompt_id="pp-x", variables={}, **{option: value}))
    assert raw.http_response.request.headers[header] == text
    assert header not in await rendered(make())
    assert header not in await rendered(client.with_options(**{option: None}))


@pytest.mark.parametrize(("given", "sent"), [("sk-1", "Bearer sk-1"), ("Bearer sk-1", "Bearer sk-1")])
async def test_authorization_as_the_official_sdk_spells_it(
    make: Make, httpserver: HTTPServer, given: str, sent: str
) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/render").respond_with_json(RENDER)
    assert (await rendered(make(Authorization=given)))["authorization"] == sent
    assert (await rendered(make().with_options(Authorization=given)))["authorization"] == sent


@pytest.mark.parametrize("option", DOES_NOTHING)
def test_what_does_nothing_is_taken_and_said_once(
    kind: type[Client], option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portkey_ai._options._warned", set())
    for off in (None, False):
        assert getattr(kind(api_key="k", **{option: off}), option) is None
    with pytest.warns(RuntimeWarning, match=f"`{option}` does nothing here: ") as caught:
        client = kind(api_key="k", **{option: True})
    assert [warning.filename for warning in caught] == [__file__]
    kind(api_key="k", **{option: True})
    client.with_options(**{option: True})


@pytest.mark.parametrize("unknown", ["api_kee", "timeouts", "extra_headers", "http_clients", "authorisation"])
def test_an_option_that_there_is_not_is_refused_by_both_ways(kind: type[Client], unknown: str) -> None:
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{unknown}'"):
        kind(api_key="k", **{unknown: "x"})
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{unknown}'"):
        kind(api_key="k").with_options(**{unknown: "x"})


@pytest.mark.parametrize("option", ["aws_secret_access_key", "aws_session_token"])
async def test_a_provider_s_secret_is_taken_out_of_errors(make: Make, httpserver: HTTPServer, option: str) -> None:
    secret = "s3cr3t-5cd6b6"
    httpserver.expect_request("/v1/prompts/pp-x/render").respond_with_json({"message": f"no {secret}"}, status=400)
    for client, call in ((make(**{option: secret}), {}), (make(), {option: secret})):
        with pytest.raises(BadRequestError) as caught:
            await settle(client.prompts.render(prompt_id="pp-x", variables={}, **call))
        assert secret not in f"{caught.value} {caught.value.message}"
        assert "no ***" in str(caught.value)
