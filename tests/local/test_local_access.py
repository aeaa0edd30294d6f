"""Who is let in, and what a request may look like."""

from __future__ import annotations

import gzip
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from checked_client import CheckedClient, message_of
from puppet_upstream import Puppet, chunk

from portkey_local import AccessRules, Config, ConfigError, LocalLimits, LocalServer

PLAIN = {"collection_id": "default", "string": "x", "parameters": {}}


def raw_request(server: LocalServer, *lines: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
    """Send a request as it stands and return the status and the JSON body."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall("\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1") + body)
        data = b""
        while piece := connection.recv(65536):
            data += piece
    head, _, payload = data.partition(b"\r\n\r\n")
    assert b"x-portkey-trace-id" in head
    return int(head.split()[1]), json.loads(payload)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "localhost.",
        "localhost.:8790",
        "[::1]",
        "LOCALHOST",
        "localhost:1",
        "127.0.0.1:65535",
        "[::1]:8790",
    ],
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


APP = "https://app.example.com"


@pytest.fixture(scope="module")
def ruled(shared_database: str) -> Iterator[LocalServer]:
    """A server with further names and pages that may call."""
    rules = AccessRules(hosts=["Prompts.example.com"], origins=[APP, "http://localhost:3000", "https://[::1]:443"])
    with LocalServer(shared_database, config=Config(access=rules)) as server:
        yield server


@pytest.mark.parametrize("host", ["prompts.example.com", "PROMPTS.example.com:8443", "localhost", "127.0.0.1:1"])
def test_a_configured_host_is_let_in(ruled: LocalServer, host: str) -> None:
    assert raw_request(ruled, "GET /v1/labels HTTP/1.1", f"host: {host}")[0] == 200


@pytest.mark.parametrize("host", ["example.com", "x.prompts.example.com", "prompts.example.com.", "evil.example"])
def test_beside_the_configured_hosts_others_are_still_refused(ruled: LocalServer, host: str) -> None:
    status, body = raw_request(ruled, "GET /v1/labels HTTP/1.1", f"host: {host}")
    assert status == 403
    assert "prompts.example.com, 127.0.0.1" in body["data"]["message"]
    assert "[access]" in body["data"]["message"]


def permissions(response: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.startswith("access-control")}


@pytest.mark.parametrize("origin", [APP, "http://localhost:3000", "https://[::1]"])
def test_a_configured_origin_may_call_and_read_answers_and_errors(ruled: LocalServer, origin: str) -> None:
    with CheckedClient(ruled.base_url, headers={"origin": origin}) as api:
        answers = [
            (200, api.get("/labels")),
            (200, api.get("/labels", headers={"host": "prompts.example.com"})),
            (404, api.get("/nowhere")),
            (405, api.request("PATCH", "/labels")),
            (415, api.post("/labels", content=b"{}", headers={"content-type": "text/plain"})),
            (403, api.get("/labels", headers={"x-portkey-custom-host": "http://example.com"})),
        ]
    for status, response in answers:
        assert response.status_code == status
        exposed = permissions(response).pop("access-control-expose-headers")
        named = {"x-portkey-trace-id", "x-portkey-api-version", "x-portkey-prompt-version", "retry-after"}
        assert set(exposed.split(", ")) >= named
        assert permissions(response)["access-control-allow-origin"] == origin
        assert "Origin" in response.headers["vary"]
        assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"{APP}.evil.example", "http://app.example.com", ""]
)
def test_beside_the_configured_origins_others_are_still_refused(ruled: LocalServer, origin: str) -> None:
    with CheckedClient(ruled.base_url, headers={"origin": origin}) as api:
        preflight = api.options("/prompts", headers={"access-control-request-method": "POST"})
        for response in (api.get("/labels"), preflight):
            assert response.status_code == 403
            assert "[access]" in message_of(response)
            assert permissions(response) == {}
    both = ("GET /v1/labels HTTP/1.1", "host: localhost", f"origin: {APP}", "origin: https://evil.example")
    assert raw_request(ruled, *both)[0] == 403


def test_without_an_origin_there_are_no_permissions(ruled: LocalServer, api: CheckedClient) -> None:
    with CheckedClient(ruled.base_url) as ruled_api:
        assert permissions(ruled_api.get("/labels")) == permissions(api.get("/labels")) == {}


def test_a_preflight_takes_no_key_and_what_follows_does(database: str) -> None:
    asked = {
        "origin": APP,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type, x-portkey-api-key, x-portkey-trace-id",
    }
    with LocalServer(database, config=Config(access=AccessRules(origins=[APP]))) as server:
        key = server.add_key("read")
        server.add_prompt(slug="p", versions=["x"])
        url = f"{server.base_url}/prompts/p/render"
        preflight = httpx.options(url, headers=asked, trust_env=False)
        assert preflight.status_code == 200
        assert preflight.headers["x-portkey-trace-id"]
        given = permissions(preflight)
        assert given["access-control-allow-origin"] == APP
        assert given["access-control-allow-headers"] == asked["access-control-request-headers"]
        assert set(given["access-control-allow-methods"].split(", ")) == {"GET", "POST", "PUT", "DELETE"}
        with CheckedClient(server.base_url, headers={"origin": APP}) as page:
            refused = page.post("/prompts/p/render", json={"variables": {}})
            assert refused.status_code == 401
            assert permissions(refused)["access-control-allow-origin"] == APP
            answer = page.post("/prompts/p/render", json={"variables": {}}, headers={"x-portkey-api-key": key})
            assert answer.status_code == 200


@pytest.mark.parametrize("host", ["https://models.example.com/v1", ""])
def test_a_custom_host_is_refused(api: CheckedClient, host: str) -> None:
    response = api.post("/prompts/x/completions", json={}, headers={"x-portkey-custom-host": host})
    assert response.status_code == 403
    assert "upstream" in message_of(response)
    assert "custom_hosts under [access]" in message_of(response)


def access(text: str, folder: Path) -> AccessRules:
    path = folder / "portkey-local.toml"
    path.write_text(f"[access]\n{text}", encoding="utf-8")
    return Config.read(path).access


def test_access_is_configured_in_a_file(tmp_path: Path) -> None:
    lines = (
        'hosts = ["Prompts.Example.com", "10.1.2.3", "[fd00::1]"]',
        'origins = ["https://App.example.com:443", "http://localhost:3000"]',
        'custom_hosts = ["HTTP://LocalHost:11434/v1/", "https://models.example.com"]',
    )
    rules = access("\n".join(lines), tmp_path)
    assert rules.hosts == {"prompts.example.com", "10.1.2.3", "[fd00::1]"}
    assert rules.origins == {"https://app.example.com", "http://localhost:3000"}
    assert rules.custom_hosts == {"http://localhost:11434/v1", "https://models.example.com"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("keys = []", "access.keys is not known. Known: hosts, origins, custom_hosts, protected_labels"),
        ('hosts = "prompts.example.com"', "access.hosts is no list"),
        ('hosts = ["a.example", "https://b.example"]', "access.hosts[1] can't be used"),
        ('hosts = ["*"]', "access.hosts[0]"),
        ('hosts = ["prompts.example.com:8443"]', "access.hosts[0]"),
        ('hosts = [""]', "prompts.example.com"),
        ("hosts = [1]", "access.hosts[0]"),
        ('origins = ["*"]', "access.origins[0]"),
        ('origins = ["null"]', "access.origins[0]"),
        ('origins = ["app.example.com"]', "https://app.example.com"),
        ('origins = ["https://app.example.com/"]', "access.origins[0]"),
        ('origins = ["https://*.example.com"]', "access.origins[0]"),
        ('custom_hosts = ["127.0.0.1:11434"]', "access.custom_hosts[0]"),
        ('custom_hosts = ["file:///etc"]', "access.custom_hosts[0]"),
        ('custom_hosts = ["http://*/v1"]', "access.custom_hosts[0]"),
        ('custom_hosts = ["https://me:pa55word@example.com/v1"]', "http://127.0.0.1:11434/v1"),
        ('custom_hosts = ["https://example.com/v1?key=pa55word"]', "access.custom_hosts[0]"),
    ],
)
def test_a_wrong_rule_of_access_is_named_with_the_remedy(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        access(text, tmp_path)
    assert message in str(refused.value)
    assert "pa55word" not in str(refused.value)


@contextmanager
def choosing(puppet: Puppet, *custom_hosts: str) -> Iterator[CheckedClient]:
    """A server whose callers may name the puppet's URL, with another upstream that has a key."""
    upstream = {"kind": "openai", "base_url": "http://127.0.0.1:9/v1", "api_key_env": "UPSTREAM_KEY"}
    config = Config(access=AccessRules(custom_hosts=custom_hosts or [puppet.base_url]), upstreams={"up": upstream})
    with LocalServer(config=config) as server, CheckedClient(server.base_url) as api:
        server.add_prompt(slug="p", versions=[{"string": "Hi {{x}}", "virtual_key": "up", "model": "m"}])
        yield api


@pytest.mark.parametrize("write", [str, lambda url: f"{url}/", lambda url: url.replace("http", "HTTP")], ids=range(3))
def test_a_configured_custom_host_runs_prompts_and_gets_no_key(
    puppet: Puppet, monkeypatch: pytest.MonkeyPatch, write: Callable[[str], str]
) -> None:
    monkeypatch.setenv("UPSTREAM_KEY", "sk-of-another")
    asked = {
        "x-portkey-custom-host": write(puppet.base_url),
        "authorization": "Bearer sk-caller",
        "x-portkey-api-key": "sk-own",
    }
    with choosing(puppet, f"{puppet.base_url}/") as api:
        answer = api.post("/prompts/p/completions", json={"variables": {"x": "you"}}, headers=asked)
        assert answer.json()["choices"][0]["message"]["content"] == "Hello"
        puppet.script = lambda exchange: (
            exchange.begin_stream(),
            exchange.event(chunk("Hel", finish="stop")),
            exchange.event("[DONE]"),
        )[0]
        streamed = api.post("/prompts/p/completions", json={"stream": True, "virtual_key": "up"}, headers=asked)
        assert b"Hel" in streamed.content
    for exchange in puppet.seen:
        assert exchange.path == "/v1/chat/completions"
        assert exchange.body["messages"][0]["content"].startswith("Hi")
        assert "authorization" not in exchange.headers
        assert not {name for name, value in exchange.headers.items() if "sk-" in value}


def test_only_exactly_a_configured_custom_host_is_called(puppet: Puppet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTREAM_KEY", "sk-of-another")
    url = puppet.base_url
    with choosing(puppet) as api:
        for asked in (
            f"{url}/x",
            f"{url}x",
            url.removesuffix("/v1"),
            f"{url}/../v1",
            f"{url}/./",
            f"{url}?",
            f"{url}?a=b",
            f"{url}#",
            f"{url}\\",
            f"{url} x",
            url.replace("/v1", "/V1"),
            url.replace("/v1", "/%761"),
            url.replace("http:", "https:"),
            url.replace("http://", "http://me:pa55word@"),
            url.replace("http://", "http://@"),
            url.replace("127.0.0.1", "localhost"),
            url.replace("127.0.0.1", "2130706433"),
            url.removeprefix("http:"),
            "file:///etc/passwd",
            "http://[::1",
            "http://127.0.0.1:port/v1",
            "up",
        ):
            response = api.post("/prompts/p/completions", json={}, headers={"x-portkey-custom-host": asked})
            assert response.status_code == 403, asked
            assert "custom_hosts" in message_of(response)
            assert "pa55word" not in response.text
        twice = [("x-portkey-custom-host", url), ("x-portkey-custom-host", url)]
        assert api.post("/prompts/p/completions", json={}, headers=twice).status_code == 403
    assert puppet.seen == []


def test_a_custom_host_can_not_lead_elsewhere(puppet: Puppet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTREAM_KEY", "sk-of-another")
    puppet.script = lambda exchange: exchange.answer(307, b"", f"location: {puppet.base_url}/elsewhere")
    with choosing(puppet) as api:
        asked = {"x-portkey-custom-host": puppet.base_url}
        assert api.post("/prompts/p/completions", json={}, headers=asked).status_code == 502
    assert len(puppet.seen) == 1


def test_what_runs_nothing_takes_a_custom_host_too(puppet: Puppet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTREAM_KEY", "sk-of-another")
    with choosing(puppet) as api:  # a client that is configured with one sends it with every call
        response = api.get("/prompts/p", headers={"x-portkey-custom-host": puppet.base_url})
        assert response.status_code == 200


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
    assert re.fullmatch("[0-9a-f]{32}", answered)


def test_errors_bear_the_trace_id_too(api: CheckedClient) -> None:
    for path in ("/labels/nope", "/nowhere"):
        assert api.get(path, headers={"x-portkey-trace-id": "mine"}).headers["x-portkey-trace-id"] == "mine"


def test_the_health_of_the_server_lies_outside_of_the_api(server: LocalServer) -> None:
    with CheckedClient(f"http://127.0.0.1:{server.port}") as root:
        assert root.get("/healthz").json() == {"status": "ok"}
        assert root.post("/healthz").status_code == 405
        assert root.get("/v1/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, identity", "x"])
def test_a_packed_body_is_refused_with_what_to_do(api: CheckedClient, encoding: str) -> None:
    headers = {"content-type": "application/json", "content-encoding": encoding}
    response = api.post("/labels", content=gzip.compress(b'{"name": "packed"}'), headers=headers)
    assert response.status_code == 415
    assert "without content-encoding" in message_of(response)
    assert response.headers["accept-encoding"] == "identity"


def test_a_body_that_says_it_is_not_packed_is_read(api: CheckedClient) -> None:
    headers = {"content-type": "application/json", "content-encoding": "Identity"}
    assert api.post("/labels", content=b'{"name": "unpacked"}', headers=headers).status_code == 200


def test_a_slash_that_was_sent_as_a_percent_form_divides_nothing(server: LocalServer) -> None:
    slug = server.add_prompt(slug="pp-divided", versions=["x"]).slug
    for path, status in (
        (f"/prompts/{slug}/render", 200),
        (f"/prompts/{slug.replace('d', '%64')}/%72ender", 200),
        (f"/prompts/{slug}%2Frender", 405),  # it is a prompt's id, and POST is not allowed there
        (f"/prompts%2f{slug}/render", 404),
        (f"/prompts/{slug}/render%2F", 404),
    ):
        assert httpx.post(server.base_url + path, json={"variables": {}}).status_code == status


@pytest.mark.parametrize("path", ["labels", "prompts", "collections"])
def test_a_search_for_nul_finds_what_holds_one(api: CheckedClient, path: str) -> None:
    assert api.get(f"/{path}?search=%00").json()["total"] == 0
    assert api.get(f"/{path}?search=%00%25").json()["total"] == 0
    made = {"labels": {"name": "a\0b"}, "collections": {"name": "a\0b"}, "prompts": {**PLAIN, "name": "a\0b"}}[path]
    assert api.post(f"/{path}", json=made).status_code == 200
    for search in ("%00", "A%00b", "%00b"):
        assert api.get(f"/{path}?search={search}").json()["total"] == 1
    assert api.get(f"/{path}?search=%00c").json()["total"] == 0


@pytest.mark.parametrize("search", ["%ff", "%ed%a0%80", "%zz", "%", "%_", "\\", "'", "%F4%90%80%80"])
def test_a_search_of_odd_characters_finds_nothing(api: CheckedClient, search: str) -> None:
    for path in ("labels", "prompts", "collections"):
        assert api.get(f"/{path}?search={search}").json()["total"] == 0
