"""From an answer that says no to the error that an app meets."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from facade_calls import Client, each, settle
from facade_shapes import COMPLETION, control_plane_error
from facade_wire import STREAM_HEAD, Connection, Play, Wire, refusing_url
from pytest_httpserver import HTTPServer

import portkey_ai
from portkey_ai import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    PortkeyError,
)

Make = Callable[..., Client]
Serve = Callable[[Play], Wire]
SECRET = "pk-top-secret-5cd6b6"

STATUSES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    402: "PaymentRequiredError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    408: "RequestTimeoutError",
    409: "ConflictError",
    412: "BudgetExhaustedError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
    446: "GuardrailDeniedError",
    500: "InternalServerError",
    503: "InternalServerError",
    599: "InternalServerError",
    418: "APIStatusError",
    302: "APIStatusError",
}
FAMILIES = {
    "control plane": (control_plane_error("It went wrong.", "AB02"), "AB02"),
    "gateway": ({"status": "failure", "message": "It went wrong."}, None),
    "provider": (
        {"error": {"message": "It went wrong.", "type": "t", "param": None, "code": "c1"}, "provider": "openai"},
        "c1",
    ),
    "provider without a code": ({"error": {"message": "It went wrong.", "type": "t", "code": None}}, "t"),
    "provider with a number": ({"error": {"message": "It went wrong.", "code": 429}}, "429"),
    "provider in short": ({"error": "It went wrong."}, None),
}


async def fail(client: Client, **options: Any) -> Any:
    """Make a call that fails, and answer its error."""
    with pytest.raises(APIError) as caught:
        await settle(client.prompts.completions(prompt_id="pp-x", **{"max_retries": 0, **options}))
    return caught.value


def answers(httpserver: HTTPServer, body: Any, status: int, **headers: str) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = httpserver.expect_request("/v1/prompts/pp-x/completions")
    if isinstance(body, str):
        request.respond_with_data(body, status=status, headers=named, content_type="text/html")
    else:
        request.respond_with_json(body, status=status, headers=named)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("status", "name"), STATUSES.items())
async def test_a_status_raises_its_class_with_all_that_is_known(
    portkey: Client, httpserver: HTTPServer, status: int, name: str, family: str
) -> None:
    body, code = FAMILIES[family]
    answers(httpserver, body, status, x_portkey_trace_id="t-1", retry_after="0")
    error = await fail(portkey)
    assert type(error) is getattr(portkey_ai, name)
    assert isinstance(error, APIStatusError)
    assert (error.status_code, error.message, error.error_code) == (status, "It went wrong.", code)
    assert (error.body, error.trace_id, error.partial) == (body, "t-1", None)
    assert (error.request.method, error.request.url.path) == ("POST", "/v1/prompts/pp-x/completions")
    assert error.response.status_code == status
    facts = [f"status {status}", *([code] if code else []), "trace id t-1"]
    assert str(error) == f"It went wrong. ({', '.join(facts)})"


@pytest.mark.parametrize(
    "body", ["<html>Bad gateway</html>", "[1, 2]", '"text"', "nul", "{}", '{"error": {}}', "[" * 9999]
)
async def test_a_body_of_no_family_is_shown_and_kept(portkey: Client, httpserver: HTTPServer, body: str) -> None:
    answers(httpserver, body, 502)
    error = await fail(portkey)
    assert type(error) is portkey_ai.InternalServerError
    assert "502" in error.message
    assert body[:150] in error.message
    assert len(error.message) < 400
    assert error.error_code is None


async def test_an_empty_body_is_said_to_be_empty(portkey: Client, httpserver: HTTPServer) -> None:
    answers(httpserver, "", 500)
    error = await fail(portkey)
    assert "an empty body" in error.message
    assert error.body is None


async def test_the_message_is_looked_for_in_the_order_of_the_contract(portkey: Client, httpserver: HTTPServer) -> None:
    answers(httpserver, {"error": {"message": "first"}, "data": {"message": "second"}, "message": "third"}, 400)
    assert (await fail(portkey)).message == "first"


FOREIGN = {
    "FastAPI": ({"detail": "It went wrong."}, None),
    "FastAPI's checks": ({"detail": [{"loc": ["body", "name"], "msg": "It went wrong.", "type": "missing"}]}, None),
    "Google": ([{"error": {"code": 429, "message": "It went wrong.", "status": "RESOURCE_EXHAUSTED"}}], "429"),
    "AWS": ({"message": "It went wrong.", "__type": "ThrottlingException"}, "ThrottlingException"),
    "a problem document": ({"type": "about:blank", "title": "It went wrong.", "status": 503}, "about:blank"),
    "a list of errors": ({"errors": [{"message": "It went wrong."}]}, None),
    "a gateway's provider": ({"status": "failure", "error": {"message": "It went wrong.", "type": None}}, None),
}


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("wanted", ["whole", "stream"])
async def test_a_foreign_error_body_has_the_same_words_and_code_by_a_status_and_in_a_stream(
    portkey: Client, httpserver: HTTPServer, name: str, wanted: str
) -> None:
    body, code = FOREIGN[name]
    if wanted == "whole":
        answers(httpserver, body, 503)
        error = await fail(portkey)
    else:
        event = f"event: error\ndata: {json.dumps(body)}\n\n"
        request = httpserver.expect_request("/v1/prompts/pp-x/completions")
        request.respond_with_data(event, content_type="text/event-stream")
        with pytest.raises(APIError) as caught:
            await each(await settle(portkey.prompts.completions(prompt_id="pp-x", stream=True)))
        error = caught.value
    message = "body.name: It went wrong." if name == "FastAPI's checks" else "It went wrong."  # which field it is
    assert (error.message, error.error_code, error.body) == (message, code, body)


@pytest.mark.parametrize("body", ["<html>", "", "[1]", "3", '{"a":', "\ufeff{"])
async def test_a_success_that_is_no_such_json_shows_its_beginning(
    portkey: Client, httpserver: HTTPServer, body: str
) -> None:
    answers(httpserver, body + " " * bool(body), 200)
    error = await fail(portkey)
    assert type(error) is APIResponseValidationError
    assert body.replace("\ufeff", "") in str(error)
    assert error.status_code == 200
    assert error.response.status_code == 200


async def test_a_long_body_is_shown_in_part(portkey: Client, httpserver: HTTPServer) -> None:
    answers(httpserver, "<html>" + "x" * 100_000, 200)
    error = await fail(portkey)
    assert "(100006 characters)" in str(error)
    assert len(str(error)) < 400
    assert len(error.body) == 100_006


async def test_a_body_that_cannot_be_unpacked_is_an_error_of_the_family(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nplain")

    error = await fail(make(base_url=wire(play).url))
    assert type(error) is APIResponseValidationError
    assert "unpacked" in str(error)


async def test_a_refused_connection_names_the_address(make: Make) -> None:
    url = refusing_url()
    error = await fail(make(base_url=url))
    assert type(error) is APIConnectionError
    assert url in str(error)
    assert (error.status_code, error.response, error.body) == (None, None, None)
    assert isinstance(error.__cause__, httpx.ConnectError)


async def test_a_host_that_does_not_exist_is_a_connection_error(make: Make) -> None:
    error = await fail(make(base_url="http://no-such-host.invalid/v1", api_key="k"))
    assert type(error) is APIConnectionError


async def test_a_broken_connection_is_a_connection_error(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")

    error = await fail(make(base_url=wire(play).url))
    assert type(error) is APIConnectionError
    assert "broke off (RemoteProtocolError" in str(error)
    assert "base URL" not in str(error)


async def test_what_is_no_http_is_a_connection_error(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"SSH-2.0-OpenSSH_9.6\r\n")

    assert type(await fail(make(base_url=wire(play).url))) is APIConnectionError


async def test_a_server_that_stalls_raises_a_timeout_that_names_the_limits(make: Make, wire: Serve) -> None:
    def play(connection: Connection) -> None:
        connection.read_request()
        connection.wait_for_end()

    error = await fail(make(base_url=wire(play).url, timeout=0.05))
    assert type(error) is APITimeoutError
    assert isinstance(error, APIConnectionError)
    assert "read 0.05 s" in str(error)


@pytest.mark.parametrize("status", [200, 401, 500])
@pytest.mark.parametrize("as_json", [True, False])
async def test_a_secret_that_a_server_repeats_is_in_no_text_of_the_error(
    make: Make, httpserver: HTTPServer, status: int, as_json: bool
) -> None:
    said = f"{SECRET} and sk-call-secret and cf-secret and hd-secret are wrong"
    answers(httpserver, {"error": {"message": said}} if as_json and status != 200 else f"<p>{said}</p>", status)
    client = make(api_key=SECRET, config={"targets": [{"api_key": "cf-secret"}]})
    error = await fail(client, authorization="Bearer sk-call-secret", extra_headers={"X-Api-Token": "hd-secret"})
    for text in (str(error), repr(error), error.message):
        assert "secret" not in text
        assert "*** and *** and *** and *** are wrong" in text


async def test_a_password_in_the_base_url_is_in_no_text_of_the_error(make: Make) -> None:
    url = refusing_url().replace("://", "://user:url-secret@")
    error = await fail(make(base_url=url))
    assert "secret" not in str(error) + repr(error)
    assert "http://127.0.0.1" in str(error)


async def test_a_virtual_key_is_a_name_and_stays_in_the_message(portkey: Client, httpserver: HTTPServer) -> None:
    answers(httpserver, {"status": "failure", "message": "no upstream 'ollama'; known: echo"}, 404)
    assert "'ollama'" in (await fail(portkey, virtual_key="ollama")).message


async def test_an_error_can_be_copied_and_pickled(portkey: Client, httpserver: HTTPServer) -> None:
    answers(httpserver, control_plane_error("Gone.", "AB08"), 404, x_portkey_trace_id="t-1")
    error = await fail(portkey)
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is portkey_ai.NotFoundError
        assert (str(twin), twin.error_code, twin.body, twin.trace_id) == (str(error), "AB08", error.body, "t-1")


def test_the_family_is_drawn_as_it_is() -> None:
    drawn = [
        line.split("──")[-1].split()[0] for line in str(portkey_ai.errors.__doc__).splitlines() if "Error " in line
    ]
    classes = {name for name in vars(portkey_ai.errors) if name.endswith("Error")}
    assert set(drawn) == classes
    assert all(issubclass(getattr(portkey_ai, name), PortkeyError) for name in classes)


@pytest.mark.parametrize(("version", "warned"), [("1.0.0", False), ("1.0.7", False), ("1.4.0", True)])
async def test_a_server_of_another_minor_version_is_warned_of_once(
    portkey: Client, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, version: str, warned: bool
) -> None:
    monkeypatch.setattr("portkey_ai._contract.API_VERSION", "1.0.0")
    monkeypatch.setattr("portkey_ai._contract._warned", set())
    answers(httpserver, COMPLETION, 200, x_portkey_api_version=version)
    if warned:
        with pytest.warns(RuntimeWarning, match=r"server speaks API version 1\.4\.0"):
            await settle(portkey.prompts.completions(prompt_id="pp-x"))
    await settle(portkey.prompts.completions(prompt_id="pp-x"))


@pytest.mark.parametrize("stream", [True, False])
async def test_a_server_of_another_major_version_is_refused(
    portkey: Client, httpserver: HTTPServer, stream: bool
) -> None:
    answers(httpserver, COMPLETION, 200, x_portkey_api_version="9.9.9")
    with pytest.raises(portkey_ai.APIVersionError, match=r"server speaks .*portkey-prompts==9\.9\.9\.\*"):
        await settle(portkey.prompts.completions(prompt_id="pp-x", stream=stream))


async def test_the_stream_of_a_refused_server_is_hung_up_on(make: Make, wire: Serve) -> None:
    hung_up = threading.Event()

    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send(STREAM_HEAD.replace(b"\r\n\r\n", b"\r\nx-portkey-api-version: 9.9.9\r\n\r\n"))
        if connection.wait_for_end():
            hung_up.set()

    client = make(base_url=wire(play).url)
    with pytest.raises(portkey_ai.APIVersionError):
        await settle(client.prompts.completions(prompt_id="pp-x", stream=True))
    assert await asyncio.to_thread(hung_up.wait, 4)
