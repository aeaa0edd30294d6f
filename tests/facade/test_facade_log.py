"""The logger `portkey_ai`: what it says of calls and retries, and what it never says."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from facade_calls import Client, settle
from facade_shapes import RENDER
from facade_wire import Connection, Play, Wire

from portkey_prompts.redaction import redacted

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]


def fails_once(connection: Connection) -> None:
    while connection.read_request() is not None:
        if len(connection.server.requests) == 1:
            connection.answer(503, {"message": "Busy, pk-very-secret."}, retry_after_ms="1")
        else:
            connection.answer(200, RENDER)


SCRIPT = """
from portkey_ai import Portkey
portkey = Portkey(
    base_url={url!r}, api_key="pk-very-secret", virtual_key="vk-very-secret", authorization="Bearer sk-very-secret",
    config={{"api_key": "cf-very-secret"}},
    default_headers={{"X-Api-Token": "t-very-secret", "cookie": "c-very-secret"}},
)
portkey.prompts.render(prompt_id="pp-x", variables={{"said": "v-1"}}, extra_headers={{"x-their-key": "x-very-secret"}})
"""


@pytest.mark.parametrize("level", ["debug", "DEBUG", " Debug "])
def test_debug_shows_calls_and_retries_and_no_secret(run_python: Callable[..., str], wire: Serve, level: str) -> None:
    said = run_python(SCRIPT.format(url=wire(fails_once).url), PORTKEY_LOG=level)
    assert "secret" not in said
    assert "POST http://127.0.0.1" in said
    assert "'x-portkey-api-key': '***'" in said
    assert "answered 503" in said
    assert "repeating POST" in said
    assert "(1 of 2): Busy, ***." in said
    assert "answered 200" in said
    assert "v-1" not in said


def test_info_shows_retries_only(run_python: Callable[..., str], wire: Serve) -> None:
    said = run_python(SCRIPT.format(url=wire(fails_once).url), PORTKEY_LOG="info")
    assert len(said.splitlines()) == 1
    assert "repeating POST" in said


@pytest.mark.parametrize("level", ["", "loud"])
def test_nothing_is_printed_where_nothing_was_asked_for(
    run_python: Callable[..., str], wire: Serve, level: str
) -> None:
    assert run_python(SCRIPT.format(url=wire(fails_once).url), PORTKEY_LOG=level) == ""


async def test_each_retry_is_logged(make: Make, wire: Serve, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="portkey_ai"):
        await settle(make(base_url=wire(fails_once).url).prompts.render(prompt_id="pp-x", variables={}))
    assert [(one.name, one.levelname) for one in caplog.records if one.name == "portkey_ai"] == [("portkey_ai", "INFO")]


async def test_a_password_in_the_base_url_is_not_logged(
    make: Make, wire: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    url = wire(fails_once).url.replace("://", "://user:url-secret@")
    with caplog.at_level(logging.DEBUG, logger="portkey_ai"):
        await settle(make(base_url=url).prompts.render(prompt_id="pp-x", variables={}))
    said = "\n".join(one.getMessage() for one in caplog.records if one.name == "portkey_ai")
    assert "http://127.0.0.1" in said
    assert "url-secret" not in said


@pytest.mark.parametrize(
    "name",
    [
        "Authorization", "X-Portkey-Api-Key", "x-portkey-config", "X-API-KEY", "apikey", "x-auth-token", "Cookie",
        "proxy-authorization", "x-amz-security-token", "client_secret", "x-portkey-virtual-key",
    ],
)  # fmt: skip
def test_a_header_that_speaks_of_a_secret_is_hidden(name: str) -> None:
    assert redacted({name: "x"}) == {name: "***"}


@pytest.mark.parametrize("name", ["x-portkey-trace-id", "x-portkey-metadata", "user-agent", "x-keyboard", "author"])
def test_any_other_header_is_shown(name: str) -> None:
    assert redacted({name: "x"}) == {name: "x"}
