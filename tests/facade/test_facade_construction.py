"""Making a client: what it asks for, what it refuses, what it shows."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from facade_calls import Client, close, settle
from facade_shapes import RENDER
from pytest_httpserver import HTTPServer

import portkey_ai
from portkey_ai import API_VERSION, APIConnectionError, APIVersionError, AsyncPortkey, Portkey, PortkeyError

Make = Callable[..., Client]
KEY = "pk-top-secret-5cd6b6"


def test_a_missing_key_is_an_error_that_says_what_to_do(kind: type[Client]) -> None:
    with pytest.raises(PortkeyError, match=r"PORTKEY_API_KEY.*api_key=.*base_url="):
        kind()


@pytest.mark.parametrize("host", ["127.0.0.1:8790/v1", "localhost/v1", "LOCALHOST:1", "[::1]:1/v1", "127.8.9.1"])
def test_a_server_on_this_machine_needs_no_key(kind: type[Client], host: str) -> None:
    assert kind(base_url=f"http://{host}").api_key is None


@pytest.mark.parametrize(
    "host", ["localhost.a.com", "127.0.0.1.a.com", "api.portkey.ai", "0.0.0.0:1", "10.0.0.1", "127.0.0.1@a.com"]
)
def test_a_server_elsewhere_needs_a_key(kind: type[Client], host: str) -> None:
    with pytest.raises(PortkeyError, match="PORTKEY_API_KEY"):
        kind(base_url=f"http://{host}")
    assert kind(base_url=f"http://{host}", api_key="k").api_key == "k"


def test_the_environment_names_key_and_base_url(kind: type[Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTKEY_API_KEY", "from-env")
    monkeypatch.setenv("PORTKEY_BASE_URL", "https://gateway.example.com/v1/")
    client = kind()
    assert (client.api_key, client.base_url) == ("from-env", "https://gateway.example.com/v1")


def test_an_argument_wins_over_the_environment(kind: type[Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTKEY_API_KEY", "from-env")
    monkeypatch.setenv("PORTKEY_BASE_URL", "https://gateway.example.com/v1/")
    client = kind(api_key="given", base_url="http://127.0.0.1:1/v1")
    assert (client.api_key, client.base_url) == ("given", "http://127.0.0.1:1/v1")


def test_an_empty_variable_of_the_environment_counts_as_none(
    kind: type[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PORTKEY_API_KEY", "PORTKEY_BASE_URL", "PORTKEY_API_VERSION"):
        monkeypatch.setenv(name, "")
    assert kind(api_key="k").base_url == "https://api.portkey.ai/v1"


@pytest.mark.parametrize(
    "url",
    [
        "api.portkey.ai/v1", "ftp://example.com", "http://", "http:///v1", "http://a:b/v1", "http://[::1/v1",
        "http://a/v1?x=1", "http://a/v1#x", "http://a b/v1", "http://a\r\nb/v1",
    ],
)  # fmt: skip
def test_a_base_url_that_is_none_is_refused_with_an_example(kind: type[Client], url: str) -> None:
    with pytest.raises(PortkeyError, match=r"base URL .* http://127\.0\.0\.1:8790/v1"):
        kind(api_key="k", base_url=url)


@pytest.mark.parametrize("stray", [KEY + "\n", KEY + "\u200b", "“" + KEY, KEY + " ", KEY + "\x00", KEY.encode()])
@pytest.mark.parametrize("option", ["api_key", "virtual_key", "authorization"])
def test_a_key_that_no_header_can_hold_is_refused_without_showing_it(
    kind: type[Client], option: str, stray: Any
) -> None:
    with pytest.raises(PortkeyError) as caught:
        kind(**{"base_url": "http://127.0.0.1:1", option: stray})
    assert f"`{option}`" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_http_client_of_the_other_kind_is_refused(kind: type[Client]) -> None:
    other: Any = httpx.AsyncClient() if kind is Portkey else httpx.Client()
    with pytest.raises(TypeError, match=r"http_client of an? \w+ must be an httpx\.\w+, not \w+"):
        kind(api_key="k", http_client=other)


@pytest.mark.parametrize("count", [-1, 1.5, "2", None, True])
def test_a_number_of_retries_that_is_no_count_is_refused(kind: type[Client], count: Any) -> None:
    with pytest.raises(PortkeyError, match="`max_retries` must be a count, 0 or more"):
        kind(api_key="k", max_retries=count)


@pytest.mark.parametrize("seconds", [0, -1, "60", (1, 2), float("nan"), float("inf"), True])
def test_a_timeout_that_is_none_is_refused(kind: type[Client], seconds: Any) -> None:
    with pytest.raises(PortkeyError, match="`timeout` must be seconds"):
        kind(api_key="k", timeout=seconds)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"metadata": {"user": object()}}, "`metadata`"),
        ({"metadata": 3}, "`metadata`"),
        ({"config": {"retry": object()}}, "`config`"),
        ({"default_headers": ["x-a"]}, "`default_headers`"),
        ({"default_headers": {"bad name": "x"}}, "'bad name'"),
        ({"default_headers": {"x-a": "line\nbreak"}}, "`x-a`"),
        ({"default_headers": {"x-a": 1}}, "`x-a` must be text, not int"),
    ],
)
def test_an_option_that_no_header_can_say_is_refused_by_name(
    kind: type[Client], options: dict[str, Any], said: str
) -> None:
    with pytest.raises(PortkeyError, match=said):
        kind(api_key="k", **options)


def test_an_unknown_option_is_refused(kind: type[Client]) -> None:
    with pytest.raises(TypeError, match="retries"):
        kind(api_key="k", retries=3)


def test_the_api_version_that_is_spoken_is_accepted(kind: type[Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTKEY_API_VERSION", API_VERSION)
    assert kind(api_key="k", api_version=API_VERSION).api_key == "k"
    monkeypatch.setenv("PORTKEY_API_VERSION", f" {API_VERSION} ")
    assert kind(api_key="k").api_key == "k"


def test_another_api_version_is_refused_naming_what_to_install(kind: type[Client]) -> None:
    with pytest.raises(APIVersionError, match=r"portkey-prompts==9\.9\.9\.\*") as caught:
        kind(api_key="k", api_version="9.9.9")
    assert API_VERSION in str(caught.value)


def test_another_api_version_in_the_environment_is_refused_too(
    kind: type[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTKEY_API_VERSION", "9.9.9")
    with pytest.raises(APIVersionError, match=r"PORTKEY_API_VERSION .*portkey-prompts==9\.9\.9\.\*"):
        kind(api_key="k")
    assert kind(api_key="k", api_version=API_VERSION).api_key == "k"


def test_options_are_readable(kind: type[Client]) -> None:
    client = kind(api_key=KEY, base_url="https://example.com/v1/", max_retries=5)
    assert (client.api_key, client.base_url, client.max_retries) == (KEY, "https://example.com/v1", 5)
    assert client.timeout == 60.0
    assert kind(api_key=KEY, timeout=None).timeout is None
    assert kind(api_key=KEY, timeout=httpx.Timeout(3)).timeout == httpx.Timeout(3)


def test_repr_shows_no_secret(kind: type[Client]) -> None:
    client = kind(
        api_key=KEY, virtual_key="vk-secret", authorization="Bearer sk-secret", config={"api_key": "cf-secret"},
        base_url="http://user:url-secret@example.com/v1", default_headers={"x-token": "h-secret"},
    )  # fmt: skip
    for text in (repr(client), str(client)):
        assert "secret" not in text
        assert text.startswith(f"{kind.__name__}(base_url='http://***@example.com/v1', api_key=set, ")


async def test_a_client_of_the_callers_own_is_used_and_left_open(make: Make, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/render", headers={"x-mine": "1"}).respond_with_json(RENDER)
    seen: list[str] = []
    is_async = isinstance(make(), AsyncPortkey)

    async def note_async(request: httpx.Request) -> None:
        seen.append(request.url.path)

    def note(request: httpx.Request) -> None:
        seen.append(request.url.path)

    hooks: Any = {"request": [note_async if is_async else note]}
    own: Any = (httpx.AsyncClient if is_async else httpx.Client)(headers={"X-Mine": "1"}, event_hooks=hooks)
    client = make(http_client=own)
    await settle(client.prompts.render(prompt_id="pp-x", variables={}))
    await close(client)
    assert not own.is_closed
    assert seen == ["/v1/prompts/pp-x/render"]
    await close(own)


async def test_a_closed_client_says_that_it_is_closed(make: Make) -> None:
    client = make()
    await close(client)
    with pytest.raises(APIConnectionError, match="closed"):
        await settle(client.prompts.render(prompt_id="pp-x", variables={}))


async def test_a_client_is_a_context_manager(kind: type[Client], httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/prompts/pp-x/render").respond_with_json(RENDER)
    client = kind(base_url=httpserver.url_for("/v1"))
    if isinstance(client, AsyncPortkey):
        async with client as entered:
            await entered.prompts.render(prompt_id="pp-x", variables={})
    else:
        with client as entered:
            entered.prompts.render(prompt_id="pp-x", variables={})
    assert entered is client
    with pytest.raises(APIConnectionError, match="closed"):
        await settle(client.prompts.render(prompt_id="pp-x", variables={}))


def test_the_other_distribution_beside_this_one_is_warned_of_once(
    kind: type[Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "portkey_ai" / "api_resources" / "apis").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("portkey_prompts.installed._looked", False)
    with pytest.warns(RuntimeWarning, match="pip uninstall portkey-ai") as caught:
        kind(api_key="k")
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kind(api_key="k")


def test_no_warning_where_this_distribution_is_alone(kind: type[Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portkey_prompts.installed._looked", False)
    assert kind(api_key="k").api_key == "k"


def test_the_version_is_the_contracts_and_a_counter() -> None:
    contract, _, counter = portkey_ai.__version__.rpartition(".")
    assert contract == API_VERSION
    assert counter.isdigit()
