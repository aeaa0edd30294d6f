"""What a client and a call are told, as it arrives at the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from facade_calls import Client, settle
from facade_shapes import COMPLETION, RENDER
from pytest_httpserver import HTTPServer
from werkzeug import Request

from portkey_ai import PortkeyError

Make = Callable[..., Client]

HEADERS = [
    ("virtual_key", "openai-1", "x-portkey-virtual-key", "openai-1"),
    ("config", "pc-mine", "x-portkey-config", "pc-mine"),
    ("config", {"retry": {"attempts": 3}}, "x-portkey-config", '{"retry": {"attempts": 3}}'),
    ("provider", "openai", "x-portkey-provider", "openai"),
    ("trace_id", "t-1", "x-portkey-trace-id", "t-1"),
    ("metadata", {"_user": "Zoë", "n": 3}, "x-portkey-metadata", '{"_user": "Zo\\u00eb", "n": "3"}'),
    ("metadata", '{"a": "b"}', "x-portkey-metadata", '{"a": "b"}'),
    ("cache_namespace", "ns", "x-portkey-cache-namespace", "ns"),
    ("cache_force_refresh", True, "x-portkey-cache-force-refresh", "true"),
    ("cache_force_refresh", False, "x-portkey-cache-force-refresh", "false"),
    ("custom_host", "https://m.example.com/v1", "x-portkey-custom-host", "https://m.example.com/v1"),
    ("forward_headers", ["x-a", "x-b"], "x-portkey-forward-headers", "x-a,x-b"),
    ("forward_headers", "x-a", "x-portkey-forward-headers", "x-a"),
    ("authorization", "Bearer sk-1", "authorization", "Bearer sk-1"),
    ("request_timeout", 2500, "x-portkey-request-timeout", "2500"),
    ("api_key", "pk-1", "x-portkey-api-key", "pk-1"),
]


@pytest.fixture
def last(httpserver: HTTPServer) -> Callable[[], Request]:
    """Answer everything, and give the last request."""
    httpserver.expect_request("/v1/prompts/pp-x/render").respond_with_json(RENDER)
    httpserver.expect_request("/v1/prompts/pp-x/completions").respond_with_json(COMPLETION)
    httpserver.expect_request("/v1/prompts").respond_with_json({"object": "list", "total": 0, "data": []})
    return lambda: httpserver.log[-1][0]


async def render(client: Client, **options: Any) -> Any:
    return await settle(client.prompts.render(prompt_id="pp-x", variables={"a": 1}, **options))


@pytest.mark.parametrize(("option", "value", "header", "text"), HEADERS)
async def test_an_option_of_the_client_is_sent_as_a_header(
    make: Make, last: Callable[[], Request], option: str, value: Any, header: str, text: str
) -> None:
    await render(make(**{option: value}))
    assert last().headers[header] == text


@pytest.mark.parametrize(("option", "value", "header", "text"), HEADERS)
async def test_an_option_of_a_call_wins_over_the_clients(
    make: Make, last: Callable[[], Request], option: str, value: Any, header: str, text: str
) -> None:
    other: Any = 1 if option == "request_timeout" else "the-clients"
    client = make(**{option: other})
    await render(client, **{option: value})
    assert last().headers[header] == text
    assert json.loads(last().data) == {"variables": {"a": 1}}
    await settle(client.prompts.completions(prompt_id="pp-x", **{option: value}))
    assert last().headers[header] == text
    await render(client)
    assert last().headers[header] == str(other)


async def test_what_was_not_set_is_not_sent(portkey: Client, last: Callable[[], Request]) -> None:
    await render(portkey, virtual_key=None, config=None)
    names = {name.lower() for name in last().headers.keys()}  # noqa: SIM118
    assert not [name for name in names if name.startswith("x-portkey-") or name == "authorization"]
    assert names == {"host", "accept", "accept-encoding", "user-agent", "content-type", "content-length"}
    assert last().headers["user-agent"].startswith("portkey-prompts/")
    assert "Content-Type" not in last().headers or last().headers["content-type"] == "application/json"


async def test_headers_win_in_the_order_default_then_option_then_extra(make: Make, last: Callable[[], Request]) -> None:
    client = make(trace_id="option", default_headers={"X-Portkey-Trace-Id": "default", "x-mine": "default"})
    await render(client)
    assert last().headers["x-portkey-trace-id"] == "default"
    await render(client, trace_id="call")
    assert last().headers["x-portkey-trace-id"] == "call"
    await render(client, trace_id="call", extra_headers={"X-PORTKEY-TRACE-ID": "extra", "x-mine": "extra"})
    assert (last().headers["x-portkey-trace-id"], last().headers["x-mine"]) == ("extra", "extra")


async def test_an_extra_header_of_none_takes_the_clients_away(make: Make, last: Callable[[], Request]) -> None:
    client = make(api_key="pk-1", virtual_key="vk", default_headers={"x-mine": "1"})
    await render(client, extra_headers={"X-Portkey-Virtual-Key": None, "X-Mine": None})
    assert "x-portkey-virtual-key" not in last().headers
    assert "x-mine" not in last().headers
    assert last().headers["x-portkey-api-key"] == "pk-1"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"extra_headers": {"bad name": "x"}}, "`extra_headers` holds 'bad name'"),
        ({"extra_headers": {"x-a": "a\r\nx-b: c"}}, "`x-a`"),
        ({"extra_headers": [("x-a", "b")]}, "`extra_headers` must be a mapping"),
        ({"authorization": "Bearer sk-1 "}, "`authorization`"),
        ({"max_retries": -1}, "`max_retries`"),
        ({"timeout": "soon"}, "`timeout`"),
    ],
)
async def test_an_option_that_cannot_be_used_is_refused_before_sending(
    portkey: Client, httpserver: HTTPServer, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(PortkeyError, match=said):
        await render(portkey, **options)
    assert not httpserver.log


async def test_extra_body_and_query_are_added_and_win(portkey: Client, last: Callable[[], Request]) -> None:
    await render(portkey, model="a", extra_body={"model": "b", "new": None}, extra_query={"dry_run": True, "n": [1, 2]})
    assert json.loads(last().data) == {"variables": {"a": 1}, "model": "b", "new": None}
    assert last().query_string == b"dry_run=true&n=1&n=2"
    await settle(portkey.prompts.list(search="ä &", extra_query={"page_size": 7}))
    assert dict(last().args) == {"search": "ä &", "page_size": "7"}


async def test_hyperparameters_stand_at_the_root_and_unknown_ones_are_passed_on(
    portkey: Client, last: Callable[[], Request]
) -> None:
    settings = {"model": "gpt-4", "temperature": 0.7, "stop": ["a"], "top_k": None, "brand_new": {"x": [1]}}
    await settle(portkey.prompts.completions(prompt_id="pp-x", variables={"größe": "é\u2028"}, **settings))
    assert json.loads(last().data) == {"variables": {"größe": "é\u2028"}, **settings}
    await settle(portkey.prompts.completions.create(prompt_id="pp-x", stream=False))
    assert json.loads(last().data) == {"stream": False}


async def test_a_reference_travels_quoted_with_its_at_sign(portkey: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/prompts/pp-é/x@staging/render").respond_with_json(RENDER)
    rendered = await settle(portkey.prompts.render(prompt_id="pp-é/x@staging", variables={}))
    assert rendered.prompt_id == "pp-é/x@staging"
    assert httpserver.log[-1][0].environ["REQUEST_URI"] == "/v1/prompts/pp-%C3%A9%2Fx@staging/render"


@pytest.mark.parametrize("reference", ["", ".", "..", None, 3, "\ud800"])
async def test_a_reference_that_names_nothing_is_refused_before_sending(
    portkey: Client, httpserver: HTTPServer, reference: Any
) -> None:
    with pytest.raises(ValueError, match="prompt_id"):
        await settle(portkey.prompts.render(prompt_id=reference, variables={}))
    assert not httpserver.log


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"when": object()}, "`variables.when` is a object"),
        ({"list": [1, {2}]}, r"`variables.list\[1\]` is a set"),
        ({"n": float("nan")}, "`variables.n` is nan"),
        ({"half": "\ud800"}, "`variables.half` holds half a surrogate pair"),
        ({("a",): 1}, r"`variables` has the key \('a',\)"),
        ("name=Alice", "`variables` must be a mapping"),
        (["name"], "`variables` must be a mapping"),
    ],
)
async def test_variables_that_are_not_json_are_refused_by_their_path(
    portkey: Client, httpserver: HTTPServer, variables: Any, said: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        await settle(portkey.prompts.render(prompt_id="pp-x", variables=variables))
    assert not httpserver.log


@pytest.mark.parametrize("option", ["extra_body", "extra_query"])
@pytest.mark.parametrize("value", ["x=1", ["x"], 5, b"x"], ids=repr)
async def test_what_is_merged_into_a_request_is_a_mapping(
    portkey: Client, httpserver: HTTPServer, option: str, value: Any
) -> None:
    for call in (
        lambda: portkey.prompts.render(prompt_id="pp-x", variables={}, **{option: value}),
        lambda: portkey.prompts.completions(prompt_id="pp-x", **{option: value}),
        lambda: portkey.labels.list(**{option: value}),
        lambda: portkey.labels.create(name="n", **{option: value}),
        lambda: portkey.prompts.partials.render("pp-x", **{option: value}),
    ):
        with pytest.raises(TypeError, match=f"`{option}` must be a mapping"):
            await settle(call())
    assert not httpserver.log


async def test_a_variable_that_contains_itself_is_refused(portkey: Client) -> None:
    loop: dict[str, Any] = {}
    loop["again"] = loop
    with pytest.raises(ValueError, match="contains itself"):
        await settle(portkey.prompts.render(prompt_id="pp-x", variables=loop))


async def test_a_huge_value_arrives_whole(portkey: Client, last: Callable[[], Request]) -> None:
    text = "é\n" * 1_000_000
    await settle(portkey.prompts.render(prompt_id="pp-x", variables={"text": text, "empty": "", "none": None}))
    assert json.loads(last().data)["variables"] == {"text": text, "empty": "", "none": None}


async def test_an_unknown_keyword_of_a_call_without_a_body_is_refused(portkey: Client) -> None:
    with pytest.raises(TypeError, match=r"list\(\) got an unexpected keyword argument 'page'"):
        await settle(portkey.prompts.list(page=1))
