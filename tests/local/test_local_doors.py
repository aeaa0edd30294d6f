"""Who is let in, and what a request may look like."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from checked_client import CheckedClient, message_of

from portkey_local import Config, LocalLimits, LocalServer


def raw_request(server: LocalServer, *lines: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
    """Send a request as it stands and return the status and the JSON body."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1") + body)
        data = b""
        while piece := connection.recv(65536):
            data += piece
    head, _, payload = data.partition(b"\r\n\r\n")
    assert b"x-portkey-trace-id" in head
    return int(head.split()[1]), json.loads(payload)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST", "localhost:1", "127.0.0.1:65535", "[::1]:8790"]
)
def test_loopback_hosts_are_let_in(server: LocalServer, host: str) -> None:
    assert raw_request(server, "GET /v1/labels HTTP/1.1", f"host: {host}")[0] == 200


@pytest.mark.parametrize(
    "hosts",
    [
        ["evil.example"],
        ["evil.example:8790"],
        ["localhost.evil.example"],
        ["127.0.0.1.evil.example"],
        ["127.0.0.2"],
        ["0.0.0.0"],
        ["localhost:port"],
        ["[::2]"],
        ["localhost@evil.example"],
        [""],
        [],
        ["localhost", "evil.example"],
        ["localhost", "localhost"],
    ],
)
def test_any_other_host_is_refused(server: LocalServer, hosts: list[str]) -> None:
    for path in ("/v1/labels", "/healthz", "/nowhere"):
        status, body = raw_request(server, f"GET {path} HTTP/1.1", *(f"host: {host}" for host in hosts))
        assert (status, body["data"]["errorCode"]) == (403, "AB03")
        assert "Host" in body["data"]["message"]


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "http://localhost", "https://localhost", ""])
def test_a_foreign_origin_is_refused(api: CheckedClient, origin: str) -> None:
    response = api.get("/labels", headers={"origin": origin})
    assert (response.status_code, response.json()["data"]["errorCode"]) == (403, "AB03")
    assert "Origin" in message_of(response)


def test_the_servers_own_origin_is_let_in(api: CheckedClient, server: LocalServer) -> None:
    assert api.get("/labels", headers={"origin": f"http://127.0.0.1:{server.port}"}).status_code == 200


def test_a_preflight_gets_no_permission(api: CheckedClient) -> None:
    headers = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    response = api.request("OPTIONS", "/prompts", headers=headers)
    assert response.status_code == 403
    assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize("host", ["https://models.example.com/v1", ""])
def test_a_custom_host_is_refused(api: CheckedClient, host: str) -> None:
    response = api.post("/prompts/x/completions", json={}, headers={"x-portkey-custom-host": host})
    assert response.status_code == 403
    assert "upstream" in message_of(response)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "", "application/x-www-form-urlencoded", "application/jsonp", "application/json; charset=latin-1"],
)
def test_a_body_that_is_not_json_by_its_type_is_refused(api: CheckedClient, content_type: str) -> None:
    response = api.post("/labels", content=b'{"name": "x"}', headers={"content-type": content_type})
    assert (response.status_code, response.json()["data"]["errorCode"]) == (415, "AB01")
    assert "application/json" in message_of(response)


@pytest.mark.parametrize(
    ("number", "content_type"),
    list(
        enumerate(
            [
                "application/json",
                "Application/JSON",
                "application/json;charset=utf-8",
                'application/json; charset="UTF-8"',
            ]
        )
    ),
)
def test_json_in_utf_8_is_let_in(api: CheckedClient, number: int, content_type: str) -> None:
    response = api.post("/labels", content=b'{"name": "typed-%d"}' % number, headers={"content-type": content_type})
    assert response.status_code == 200


def test_a_body_without_a_type_is_refused(server: LocalServer) -> None:
    lines = ("POST /v1/labels HTTP/1.1", "host: localhost", "content-length: 2")
    assert raw_request(server, *lines, body=b"{}")[0] == 415


def test_a_missing_body_is_named(api: CheckedClient) -> None:
    response = api.post("/labels")
    assert response.status_code == 400
    assert "body is missing" in message_of(response)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{]",
        b"[]",
        b'"text"',
        b"null",
        b"",
        b"\xff\xfe",
        b'{"name": "\xe9"}',
        b'\xef\xbb\xbf{"name": "bom"}',
        b'{"name": NaN}',
        b'{"name": "a", "x": Infinity}',
        b'{"name": "a", "x": 1e999}',
        b'{"name": "a", "name": "b"}',
        b'{"name": "a", "x": {"y": 1, "y": 1}}',
        b'{"name": "\\ud800"}',
        b'{"name": "a", "x": ' + b"1" * 5000 + b"}",
        b'{"name": "a"} {}',
        b'{"name": "a", "x": ' + b"[" * 200 + b"]" * 200 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_body_that_is_no_sound_json_object_is_refused(api: CheckedClient, body: bytes) -> None:
    response = api.post("/labels", content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["data"]["errorCode"]) == (400, "AB01")
    assert "body" in message_of(response)


def test_brackets_in_strings_are_no_depth(api: CheckedClient) -> None:
    body = {"name": "brackets", "description": '["\\' + "[" * 500 + '"{'}
    label = api.post("/labels", json=body)
    assert api.get(f"/labels/{label.json()['id']}").json()["description"] == body["description"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/prompts", {"name": "x"}, "`collection_id` is missing"),
        ("/prompts", {"name": "x", "collection_id": "default", "string": "", "parameters": []}, "`parameters` must be"),
        ("/prompts/x/render", {"variables": {}, "tools": [{}, 7]}, "`tools[1]` must be an object"),
        ("/prompts/x/render", {"variables": {}, "temperature": "hot"}, "`temperature` must be a number or null"),
        ("/prompts/x/completions", {"stream": "yes"}, "`stream` must be a boolean or null"),
        ("/collections", {"name": ""}, "`name` must not be empty"),
    ],
)
def test_a_wrong_field_is_named_with_what_it_should_be(
    api: CheckedClient, path: str, body: dict[str, Any], field: str
) -> None:
    response = api.post(path, json=body)
    assert response.status_code == 400
    assert field in message_of(response)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"current_page": "-1"}, "`current_page`"),
        ({"current_page": "first"}, "`current_page`"),
        ({"current_page": "1.5"}, "`current_page`"),
        ({"current_page": ""}, "`current_page`"),
        ({"current_page": "9" * 30}, "`current_page`"),
        ({"page_size": "0"}, "`page_size`"),
        ({"page_size": "1001"}, "`page_size`"),
    ],
)
def test_a_wrong_query_parameter_is_named(api: CheckedClient, query: dict[str, str], field: str) -> None:
    response = api.get("/prompts", params=query)
    assert response.status_code == 400
    assert field in message_of(response)


def test_unknown_query_parameters_and_fields_are_ignored(api: CheckedClient) -> None:
    assert api.get("/labels", params={"unheard": "of", "current_page": "2147483647"}).json()["data"] == []
    assert api.post("/labels", json={"name": "open", "unheard": "of"}).status_code == 200


@pytest.mark.parametrize(
    "path", ["", "/", "/v2/prompts", "/v1", "/v1/", "/v1/prompts/", "/v1/prompts/a/b/c", "/v1//prompts", "/v1/%00"]
)
def test_an_unknown_path_is_not_found(server: LocalServer, path: str) -> None:
    status, body = raw_request(server, f"GET {path or '/'} HTTP/1.1", "host: localhost")
    assert (status, body["data"]["errorCode"]) == (404, "AB02")


@pytest.mark.parametrize("identifier", ["%2e%2e", "%2F", "%00", "%ff", "a%0d%0ab", "'%20OR%201=1", "%F0%9F%99%82", "*"])
def test_strange_ids_are_not_found(api: CheckedClient, identifier: str) -> None:
    for path in (f"/labels/{identifier}", f"/collections/{identifier}", f"/prompts/{identifier}/versions/{identifier}"):
        assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", "/prompts", "GET, POST"),
        ("POST", "/prompts/pp-x", "DELETE, GET, PUT"),
        ("GET", "/prompts/pp-x/render", "POST"),
        ("DELETE", "/prompts/partials", "GET, POST"),
        ("HEAD", "/prompts/pp-x/render", "POST"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(server: LocalServer, method: str, path: str, allow: str) -> None:
    with CheckedClient(server.base_url) as client:
        request = client.build_request(method, path)
        response = super(CheckedClient, client).send(request)
    assert (response.status_code, response.headers["allow"]) == (405, allow)


def test_a_body_may_not_be_larger_than_the_limit() -> None:
    with LocalServer(config=Config(limits=LocalLimits(body=1000))) as server, CheckedClient(server.base_url) as api:
        fits = json.dumps({"name": "x", "description": "y" * 968}).encode()
        headers = {"content-type": "application/json"}
        assert len(fits) == 1000
        assert api.post("/labels", content=fits, headers=headers).status_code == 200
        assert api.post("/labels", content=fits + b" ", headers=headers).status_code == 413
        in_pieces = api.post("/labels", content=iter([fits, b" " * 1000]), headers=headers)
        assert (in_pieces.status_code, in_pieces.json()["data"]["errorCode"]) == (413, "AB01")
        assert "1000 bytes" in message_of(in_pieces)


def test_a_request_keeps_its_own_trace_id(api: CheckedClient) -> None:
    assert api.get("/labels", headers={"x-portkey-trace-id": "mine-7"}).headers["x-portkey-trace-id"] == "mine-7"
    given = [api.get("/labels").headers["x-portkey-trace-id"] for _ in range(2)]
    assert given[0] != given[1]


@pytest.mark.parametrize("trace_id", ["", "has space", "x" * 201, "ü"])
def test_a_trace_id_that_can_not_be_kept_is_replaced(server: LocalServer, trace_id: str) -> None:
    with CheckedClient(server.base_url) as api:
        answered = api.get("/labels", headers={b"x-portkey-trace-id": trace_id.encode()}).headers["x-portkey-trace-id"]
    assert answered != trace_id
    assert len(answered) == 36


def test_errors_bear_the_trace_id_too(api: CheckedClient) -> None:
    for path in ("/labels/nope", "/nowhere"):
        assert api.get(path, headers={"x-portkey-trace-id": "mine"}).headers["x-portkey-trace-id"] == "mine"


def test_the_health_of_the_server_lies_outside_of_the_api(server: LocalServer) -> None:
    with CheckedClient(f"http://127.0.0.1:{server.port}") as root:
        assert root.get("/healthz").json() == {"status": "ok"}
        assert root.post("/healthz").status_code == 405
        assert root.get("/v1/healthz").json() == {"status": "ok"}
