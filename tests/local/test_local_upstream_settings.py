"""The settings of an OpenAI-style upstream: what can't work is refused at the start, all else is what is sent."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from checked_client import CheckedClient
from puppet_upstream import Puppet

from portkey_ai import Portkey
from portkey_local import Config, ConfigError, LocalServer
from portkey_local.upstreams.kinds import build_upstreams

PATH = "/prompts/p/completions"
Serve = Callable[..., Any]


@pytest.fixture
def configured(tmp_path: Path) -> Callable[[str], Config]:
    def configured(text: str) -> Config:
        path = tmp_path / "portkey-local.toml"
        path.write_text(f'[upstreams.up]\nkind = "openai"\n{text}\n', encoding="utf-8")
        return Config.read(path)

    return configured


@contextmanager
def served(up: dict[str, Any], **fields: Any) -> Iterator[CheckedClient]:
    with LocalServer(upstreams={"up": {"kind": "openai", **up}}, **fields) as server:
        server.add_prompt(slug="p", versions=[{"string": "Hi", "virtual_key": "up"}])
        text = {"string": "Hi", "template_metadata": {"template_type": "completion"}, "virtual_key": "up"}
        server.add_prompt(slug="t", versions=[text])
        with CheckedClient(server.base_url) as client:
            yield client


# Addresses


@pytest.mark.parametrize(
    ("added", "chat"),
    [
        ("", "/v1/chat/completions"),
        ("/", "/v1/chat/completions"),
        ("?api-version=2024-06-01", "/v1/chat/completions?api-version=2024-06-01"),
        ("/?api-version=2024-06-01&x=%20a", "/v1/chat/completions?api-version=2024-06-01&x=%20a"),
        ("/deployments/gpt%204?a=/b/", "/v1/deployments/gpt%204/chat/completions?a=/b/"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("stream", [False, True])
def test_a_run_adds_its_path_before_the_query_of_the_base_url(
    puppet: Puppet, added: str, chat: str, stream: bool
) -> None:
    with served({"base_url": puppet.base_url + added}) as api:
        api.post(PATH, json={"stream": stream})
        api.post("/prompts/t/completions", json={"stream": stream})
    assert [seen.path for seen in puppet.seen] == [chat, chat.replace("/chat", "")]


def test_the_query_of_a_base_url_is_in_no_message() -> None:
    with served({"base_url": "http://127.0.0.1:9/v1?tenant=of-mine"}) as api:
        response = api.post(PATH, json={})
    assert (response.status_code, "of-mine" in response.text) == (503, False)
    assert "http://127.0.0.1:9/v1 can't be reached" in response.json()["error"]["message"]


ADDRESSES = {
    "http://127.0.0.1:0/v1": "port",
    "http://127.0.0.1:65536/v1": "port",
    "http://127.0.0.1:99999999999999999999/v1": "port",
    "http://127.0.0.1:-1/v1": "port",
    "http://127.0.0.1:+80/v1": "port",
    "http://127.0.0.1:80:81/v1": "port",
    "http://127.0.0.1:http/v1": "port",
    "http://127.0.0.1:٣/v1": "port",
    "http://127.0.0.1 /v1": "white space",
    " http://127.0.0.1/v1": "white space",
    "http://127.0.0.1/v1 ": "white space",
    "http://127.0.0.1/v\t1": "white space",
    "http://127.0.0.1/v1\n": "white space",
    "http://127.0.0.1/v1\u00a0": "white space",
    "http://127.0.0.1/\u200bv1": "white space",
    "http://exam ple.com/v1": "white space",
    "127.0.0.1:8080/v1": "https://api.openai.com/v1",
    "localhost/v1": "https://api.openai.com/v1",
    "//127.0.0.1/v1": "https://api.openai.com/v1",
    "http:/127.0.0.1/v1": "https://api.openai.com/v1",
    "http:///v1": "https://api.openai.com/v1",
    "http://:80/v1": "https://api.openai.com/v1",
    "ftp://127.0.0.1/v1": "https://api.openai.com/v1",
    "ws://127.0.0.1/v1": "https://api.openai.com/v1",
    "unix:///run/model.sock": "https://api.openai.com/v1",
    "http://127.0.0.1/v1#part": "fragment",
    "http://127.0.0.1/v1#": "fragment",
    "http://me:hidden@127.0.0.1/v1": "api_key_env",
    "http://hidden@127.0.0.1/v1": "api_key_env",
    "http://@127.0.0.1/v1": "api_key_env",
    "http://me:hidden@127.0.0.1:99999/v1": "port",
    "http://me:hidden@/v1": "https://api.openai.com/v1",
    "http://127.0.0.1/v1?key=hidden": "headers_env",
    "http://127.0.0.1/v1?api-version=1&Api-Key=hidden": "headers_env",
    "http://127.0.0.1/v1?access_token": "headers_env",
    "http://::1/v1": "port",
    "http://[::1/v1": "Invalid IPv6 URL",
    "http://::1]/v1": "Invalid IPv6 URL",
    "http://[::1]x/v1": "Invalid IPv6 URL" if sys.version_info >= (3, 14) else "between the host and the port",
    "http://[::1]:0/v1": "port",
    "http://[1.2.3.4]/v1": "IPv4 address",
    "http://[::g]/v1": "IPv6 address",
    "http://[v1.fe]/v1": "IPv6",
    "http://[fe80::1%25eth0]/v1": "IPv6 address",
    "http://256.1.1.1/v1": "no IPv4 address",
    "http://1.2.3.4.5/v1": "no IPv4 address",
    "http://a..b/v1": "can't be a name",
    "http://.a/v1": "can't be a name",
    "http://-a/v1": "can't be a name",
    "http://a,b/v1": "can't be a name",
    "http://${HOST}/v1": "can't be a name",
    "http://{host}/v1": "can't be a name",
    "http://*.example.com/v1": "can't be a name",
    "http://%6c/v1": "can't be a name",
    "http://a\\b/v1": "can't be a name",
    "http://" + "a" * 64 + ".example/v1": "can't be a name",
    "http://" + "a." * 127 + "a/v1": "can't be a name",
    "http://☃.example/v1": "can't be a name",
    "https://api.example.com/v1/chat/completions": "names an operation",
    "https://api.example.com/v1/completions/": "names an operation",
}


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_that_nobody_can_call_is_refused_at_the_start(
    configured: Callable[[str], Config], tmp_path: Path, url: str
) -> None:
    config = configured(f"base_url = {json.dumps(url)}")
    with pytest.raises(ConfigError) as caught, LocalServer(config=config):
        pass
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'portkey-local.toml'}: upstreams.up.base_url ")
    assert ADDRESSES[url] in said
    assert "hidden" not in said


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:9",
        "HTTP://LOCALHOST:9/V1",
        "http://localhost.:9/v1",
        "http://127.1:9/v1",
        "http://[::1]:9/v1",
        "http://[::ffff:127.0.0.1]:9/v1",
        "http://[fe80::1%lo]:9/v1",
        "http://model_server.invalid:9/v1",
        "http://xn--mnchen-3ya.invalid/v1",
        "http://münchen.invalid/größe?größe=1",
        "http://1e100.invalid/v1",
        "http://a.invalid:/v1",
        "http://127.0.0.1:65535/v1//x",
        "http://127.0.0.1:9/v1/%zz",
        "http://127.0.0.1:9/?",
    ],
)
def test_an_address_that_is_taken_is_called_and_its_failure_is_told(url: str) -> None:
    with served({"base_url": url}) as api:
        response = api.post(PATH, json={})
    assert (response.status_code, response.json()["provider"]) == (503, "up")
    assert response.json()["error"]["type"] in ("unreachable", "unknown_host")


PROXIES = {
    "127.0.0.1:3128": "http://127.0.0.1:3128",
    "http://": "http://127.0.0.1:3128",
    "ftp://127.0.0.1": "http://127.0.0.1:3128",
    "http://127.0.0.1:0": "port",
    "http://me:hidden@127.0.0.1:99999": "port",
    "http://127.0.0.1:3128/pac": "a path or a query",
    "http://127.0.0.1:3128?x": "a path or a query",
    "http://127.0.0.1:3128#x": "fragment",
    " http://127.0.0.1:3128": "white space",
    "http://a..b:3128": "can't be a name",
}


@pytest.mark.parametrize("proxy", PROXIES)
def test_a_proxy_that_nobody_can_use_is_refused_at_the_start(
    configured: Callable[[str], Config], tmp_path: Path, proxy: str
) -> None:
    config = configured(f'base_url = "http://127.0.0.1:1"\nproxy = {json.dumps(proxy)}')
    with pytest.raises(ConfigError) as caught:
        build_upstreams(config)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'portkey-local.toml'}: upstreams.up.proxy ")
    assert PROXIES[proxy] in said
    assert "hidden" not in said


def test_a_proxy_of_socks_needs_a_package(configured: Callable[[str], Config], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'httpx\[socks\]'"):
        build_upstreams(configured('base_url = "http://127.0.0.1:1"\nproxy = "socks5://127.0.0.1:1080"'))


def test_a_proxy_that_is_not_there_or_refuses_is_named_as_the_proxy(puppet: Puppet) -> None:
    up = {"base_url": "https://far.invalid/v1", "proxy": "http://me:hidden@127.0.0.1:9"}
    with served(up) as api:
        error = api.post(PATH, json={}).json()["error"]
    assert error["type"] == "unreachable"
    assert "through the proxy http://***@127.0.0.1:9" in error["message"]
    puppet.script = lambda exchange: exchange.answer(407, b"")
    with served({**up, "proxy": puppet.base_url.replace("/v1", "").replace("//", "//me:hidden@")}) as api:
        response = api.post(PATH, json={})
    assert (response.status_code, response.json()["error"]["type"]) == (502, "proxy_refused")
    assert "The proxy http://***@127.0.0.1" in response.text
    assert "hidden" not in response.text


# Headers

HEADERS = {
    'headers = {"x a" = "1"}': "headers.x a is no name of a header",
    'headers = {"" = "1"}': "is no name of a header",
    'headers = {"x:y" = "1"}': "is no name of a header",
    'headers = {"größe" = "1"}': "is no name of a header",
    'headers = {"x\\n" = "1"}': "is no name of a header",
    'headers = {x = "a\\nb"}': "headers.x holds what no header can",
    'headers = {x = " a"}': "headers.x holds what no header can",
    'headers = {x = "a\\t"}': "headers.x holds what no header can",
    'headers = {x = "größe"}': "headers.x holds what no header can",
    'headers = {x = "a\\u0000"}': "headers.x holds what no header can",
    'headers = {x = "a\\u007f"}': "headers.x holds what no header can",
    'headers = {x = "hidden", y = 1}': "headers.y is no text",
    "headers = 1": "headers is no table",
    'headers = {Content-Length = "1"}': "names Content-Length",
    'headers = {transfer-encoding = "chunked"}': "names transfer-encoding",
    'headers = {host = "example.com"}': "names host",
    'headers = {accept-encoding = "gzip, br"}': "Write gzip, deflate or identity",
    'headers = {x-a = "1", X-A = "2"}': "headers.X-A names the same header as headers.x-a",
    'headers = {x-a = "1"}\nheaders_env = {X-A = "GIVEN"}': "headers_env.X-A names the same header as headers.x-a",
    'headers = {Authorization = "Basic hidden"}\napi_key_env = "GIVEN"': "the same header as api_key_env",
    'headers_env = {x = "SPACED"}': "headers_env.x names SPACED, whose value no header can hold",
    'headers_env = {x = "BEYOND"}': "headers_env.x names BEYOND, whose value no header can hold",
    'headers_env = {x = "MISSING"}': "headers_env.x names MISSING, which is not set",
    'headers_env = {"x y" = "GIVEN"}': "headers_env.x y is no name of a header",
    'api_key_env = "sk-hidden"': "Is this the key itself? It is not shown here.",
    'api_key_env = "hf_hidden"': "Is this the key itself? It is not shown here.",
    'api_key_env = "sk\\u0000hidden"': "Is this the key itself? It is not shown here.",
    'forward = "x-portkey-config"': "forward is 'x-portkey-config'",
    "forward = [1]": "forward[0] is no name of a header",
    'forward = ["x-portkey-config", "x y"]': "forward[1] is no name of a header",
    'forward = ["Host"]': "forward[0] names Host",
    'forward = ["Content-Type"]': "forward[0] names Content-Type",
    'forward = ["connection"]': "forward[0] names connection",
    'forward = ["accept-encoding"]': "forward[0] names accept-encoding",
}


@pytest.mark.parametrize("text", HEADERS)
def test_headers_that_can_not_be_sent_are_refused_at_the_start(
    configured: Callable[[str], Config], tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"GIVEN": "hidden", "SPACED": "hidden ", "BEYOND": "hiddenß"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        build_upstreams(configured(f'base_url = "http://127.0.0.1:1"\n{text}'))
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'portkey-local.toml'}: upstreams.up.")
    assert HEADERS[text] in said
    assert "hidden" not in said


def test_any_other_header_is_sent_as_it_is(puppet: Puppet) -> None:
    headers = {"X-Empty": "", "x-inner": "a \t b", "User-Agent": "mine", "accept-encoding": "identity", "x!#~": "{}"}
    with served({"base_url": puppet.base_url, "headers": headers}) as api:
        assert api.post(PATH, json={}).status_code == 200
    seen = puppet.seen[0].headers
    assert {name.lower(): seen[name.lower()] for name in headers} == {name.lower(): headers[name] for name in headers}


# Headers that are passed on

GATEWAY_HEADERS = {
    "x-portkey-config": '{"retry": {"attempts": 2}}',
    "x-portkey-metadata": '{"user": "ann"}',
    "x-portkey-provider": "openai",
}


@pytest.mark.parametrize("stream", [False, True])
def test_headers_that_are_named_go_on_and_no_others(puppet: Puppet, stream: bool) -> None:
    up = {"base_url": puppet.base_url, "forward": ["X-Portkey-Config", "x-portkey-metadata", "x-request-tag"]}
    sent = {**GATEWAY_HEADERS, "x-request-tag": "blé", "authorization": "Bearer own", "cookie": "a=b", "x-other": "1"}
    with served(up) as api:
        raw = {name: value.encode("latin-1") for name, value in sent.items()}
        httpx.post(f"{api.base_url}prompts/p/completions", json={"stream": stream}, headers=raw, trust_env=False)
    seen = puppet.seen[0].headers
    assert {name: seen.get(name) for name in sent} == {
        "x-portkey-config": GATEWAY_HEADERS["x-portkey-config"],
        "x-portkey-metadata": GATEWAY_HEADERS["x-portkey-metadata"],
        "x-portkey-provider": None,
        "x-request-tag": "blé",
        "authorization": None,
        "cookie": None,
        "x-other": None,
    }


def test_a_server_s_own_keys_go_on_only_where_they_are_named(puppet: Puppet) -> None:
    credentials = {"x-portkey-api-key": "pk-own", "authorization": "Bearer pk-own"}
    for forward in ([], ["x-portkey-api-key"], ["x-portkey-api-key", "authorization"]):
        with served({"base_url": puppet.base_url, "forward": forward}) as api:
            assert api.post(PATH, json={}, headers=credentials).status_code == 200
        seen = puppet.seen.pop().headers
        assert {name: seen[name] for name in credentials if name in seen} == {
            name: credentials[name] for name in forward
        }


def test_a_header_of_the_call_wins_over_the_configured_one(puppet: Puppet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTREAM_KEY", "sk-upstream")
    up = {
        "base_url": puppet.base_url,
        "api_key_env": "UPSTREAM_KEY",
        "headers": {"X-Portkey-Config": "configured", "x-fixed": "yes"},
        "forward": ["x-portkey-config", "authorization", "x-portkey-trace-id"],
    }
    with served(up) as api:
        api.post(PATH, json={}, headers={"x-portkey-trace-id": "trace-1"})
        own = {"x-portkey-config": "own", "authorization": "Bearer own", "x-portkey-trace-id": "trace-2"}
        api.post(PATH, json={}, headers=own)
    names = ("x-portkey-config", "authorization", "x-fixed", "x-portkey-trace-id")
    assert [tuple(seen.headers[name] for name in names) for seen in puppet.seen] == [
        ("configured", "Bearer sk-upstream", "yes", "trace-1"),
        ("own", "Bearer own", "yes", "trace-2"),
    ]


def test_the_options_of_a_client_arrive(puppet: Puppet) -> None:
    up = {"kind": "openai", "base_url": puppet.base_url, "forward": ["x-portkey-config", "x-portkey-metadata"]}
    with LocalServer(upstreams={"up": up}) as server, Portkey(base_url=server.base_url) as portkey:
        server.add_prompt(slug="p", versions=[{"string": "Hi", "virtual_key": "up"}])
        config = {"strategy": {"mode": "fallback"}, "targets": []}
        portkey.prompts.completions(prompt_id="p", config=config, metadata={"user": "Zoë"})
    seen = puppet.seen[0].headers
    assert json.loads(seen["x-portkey-config"]) == config
    assert json.loads(seen["x-portkey-metadata"]) == {"user": "Zoë"}


def test_what_is_dropped_is_told_once(puppet: Puppet, caplog: pytest.LogCaptureFixture) -> None:
    up = {"base_url": puppet.base_url, "forward": ["x-portkey-metadata"]}
    obeyed = {"x-portkey-trace-id": "t", "x-portkey-request-timeout": "9999", "x-portkey-virtual-key": "up"}
    obeyed |= {"x-portkey-package-version": "portkey-2.3.4", "x-portkey-api-key": "pk"}
    with caplog.at_level(logging.WARNING, "portkey_local"), served(up) as api:
        for _ in range(3):
            for stream in (False, True):
                api.post(PATH, json={"stream": stream}, headers={**GATEWAY_HEADERS, **obeyed, "x-other": "1"})
        said = [record.getMessage() for record in caplog.records]
        assert said == [
            f"A call has the header `{name}`, which goes to no upstream. "
            "To pass it on, name it in upstreams.up.forward."
            for name in ("x-portkey-config", "x-portkey-provider")
        ]
        for number in range(200):
            api.post(PATH, json={}, headers={f"x-portkey-{number}": "1"})
    assert len(caplog.records) == 50


def test_a_header_that_can_not_be_passed_on_is_refused(puppet: Puppet) -> None:
    with served({"base_url": puppet.base_url, "forward": ["x-tag"]}) as api:
        response = api.post(PATH, json={}, headers=[(b"x-tag", b"a\x01b")])
        assert response.status_code == 400
        assert api.post(PATH, json={}, headers={"x-tag": "ab"}).status_code == 200
