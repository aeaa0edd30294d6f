"""Who the page lets in, and what it tells browsers: on the wire, without one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from puppet_upstream import wait_for
from serving_process import Serving

import portkey_local
from portkey_local import AccessRules, Config, LocalLimits, LocalServer
from portkey_local.http import form
from portkey_local.store import runs

ROOM = Path(portkey_local.__file__).parent / "ui"
FORM = {"content-type": "application/x-www-form-urlencoded"}
Client = Callable[..., httpx.Client]


@pytest.fixture
def server() -> Iterator[LocalServer]:
    config = Config(access=AccessRules(origins=["https://app.example.com"]), limits=LocalLimits(body=200_000))
    with LocalServer(config=config) as running:
        running.add_prompt(slug="greeting", versions=["Hello {{name}}!", "Good day, {{name}}!"])
        yield running


def own(server: LocalServer) -> str:
    return server.base_url.removesuffix("/v1")


def recorded(server: LocalServer) -> list[Any]:
    store = server._running().store
    return list(store.read_now(runs.latest, runs.Choice(), 100))


@pytest.fixture
def visitor(server: LocalServer) -> Iterator[Client]:
    """Make clients that say where they come from as a browser does; with a key, they have signed in."""
    made: list[httpx.Client] = []

    def make(key: str = "") -> httpx.Client:
        client = httpx.Client(verify=False, base_url=own(server), headers={"origin": own(server)})
        made.append(client)
        if key:
            assert client.post("/ui/login", data={"key": key}).status_code == 303
        return client

    yield make
    for client in made:
        client.close()


def test_without_keys_anybody_on_this_machine_is_let_in(server: LocalServer, visitor: Client) -> None:
    assert "greeting" in visitor().get("/ui").text


def test_with_keys_everything_but_the_door_and_the_files_leads_to_the_door(
    server: LocalServer, visitor: Client
) -> None:
    server.add_key("read", "write", "run", "release")
    for path in ("/ui", "/ui/", "/ui/new", "/ui/prompts/greeting", "/ui/prompts/greeting/runs", "/ui/partials"):
        answer = visitor().get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/ui/login?next=%2Fui")
    for path in ("/ui/prompts/greeting/save", "/ui/prompts/greeting/publish", "/ui/prompts/greeting/run"):
        assert visitor().post(path, data={"version": "1"}).status_code == 303
        assert visitor().post(path, json=[["version", "1"]]).status_code == 401
    assert visitor().get("/ui/static/page.css").status_code == 200
    api_only = httpx.get(own(server) + "/ui", headers={"x-portkey-api-key": server.add_key("read")})
    assert api_only.status_code == 303


def test_the_cookie_is_no_key_and_no_script_and_no_other_site_gets_it(server: LocalServer, visitor: Client) -> None:
    key = server.add_key("read")
    answer = visitor().post("/ui/login", data={"key": key})
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(r"portkey-page-\d+=[\w-]{43}; Path=/ui; HttpOnly; SameSite=Strict", cookie)
    assert key not in str(answer.headers)
    word = cookie.partition("=")[2].partition(";")[0]
    assert httpx.get(f"{server.base_url}/labels", headers={"x-portkey-api-key": word}).status_code == 401
    assert httpx.get(f"{server.base_url}/labels", headers={"cookie": cookie}).status_code == 401
    secure = httpx.post(
        f"{own(server)}/ui/login", data={"key": key}, headers={"origin": own(server).replace("p:", "ps:")}
    )
    assert secure.headers["set-cookie"].endswith("; Secure")


@pytest.mark.parametrize("key", ["", "ppk-wrong", "ppk-0123456789abcdef-" + "0" * 64, "\0", "é" * 10_000, "\U0001f511"])
def test_a_wrong_key_is_told_so(server: LocalServer, visitor: Client, key: str) -> None:
    server.add_key("read")
    answer = visitor().post("/ui/login", data={"key": key})
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "set-cookie" not in answer.headers


def test_a_session_ends_with_its_key_and_when_it_is_left(server: LocalServer, visitor: Client) -> None:
    first, second = server.add_key("read", name="first"), server.add_key("read")
    one, other = visitor(first), visitor(second)
    assert one.get("/ui").status_code == other.get("/ui").status_code == 200
    server.revoke_key("first")
    assert one.get("/ui").status_code == 303
    kept = dict(other.cookies)
    assert other.post("/ui/logout").headers["set-cookie"].partition(";")[0].endswith("=")
    assert httpx.get(f"{own(server)}/ui", cookies=kept).status_code == 303


@pytest.mark.parametrize("origin", ["https://app.example.com", "https://evil.example", "null", "http://127.0.0.1:1"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_another_page_has_no_way_in_not_even_one_that_may_call_the_api(
    server: LocalServer, visitor: Client, origin: str, method: str
) -> None:
    visiting = visitor(server.add_key("read", "write", "run", "release"))
    asks = {"origin": origin, "access-control-request-method": "POST"}
    answer = visiting.request(method, "/ui/prompts/greeting/publish", headers={**asks, **FORM}, content="version=2")
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "version 1" in visiting.get("/ui/prompts/greeting?version=1").text


def test_a_change_of_which_no_browser_says_where_it_comes_from_is_refused(server: LocalServer) -> None:
    answer = httpx.post(f"{own(server)}/ui/prompts/greeting/publish", data={"version": "1"})
    assert (answer.status_code, "programs call the API" in answer.text) == (403, True)


def test_another_name_of_this_machine_is_refused(server: LocalServer) -> None:
    headers = {"host": "evil.example", "origin": "http://evil.example"}
    assert httpx.get(f"{own(server)}/ui", headers=headers).status_code == 403
    assert httpx.post(f"{own(server)}/ui/prompts/greeting/publish", data={}, headers=headers).status_code == 403


def test_the_page_opens_no_door_of_the_api(server: LocalServer, visitor: Client) -> None:
    visiting = visitor(server.add_key("read"))
    assert visiting.get("/v1/prompts").status_code == 401
    assert httpx.get(f"{server.base_url}/prompts", headers={"origin": "https://evil.example"}).status_code == 403
    for path in ("/uix", "/ui%2F..%2Fv1/prompts", "/UI"):
        assert visitor().get(path).status_code in (303, 401, 404)


CHANGES = [
    ("/ui/new/save", {"kind": "text", "string": "x", "name": "x", "collection_id": "default"}),
    ("/ui/prompts/greeting/save", {"kind": "text", "string": "x", "base": "2"}),
    ("/ui/prompts/greeting/publish", {"version": "1"}),
    ("/ui/prompts/greeting/label", {"version_id": "x", "label": "fresh"}),
    ("/ui/partials/tone/save", {"string": "x"}),
    ("/ui/partials/tone/publish", {"version": "1"}),
    ("/ui/prompts/greeting/run", {"kind": "text", "string": "x"}),
    ("/ui/new/run", {"kind": "text", "string": "x"}),
]


@pytest.mark.parametrize(("path", "fields"), CHANGES)
def test_a_key_that_reads_changes_nothing(
    server: LocalServer, visitor: Client, path: str, fields: dict[str, str]
) -> None:
    server.add_partial(slug="tone", versions=["Be kind.", "Be brief."])
    visiting = visitor(server.add_key("read"))
    for answer in (visiting.post(path, data=fields), visiting.post(path, json=list(fields.items()))):
        assert answer.status_code == 403
        assert "This takes an API key with the scope" in answer.text
    assert visiting.get("/ui/new").status_code == 403
    assert visiting.post("/ui/prompts/greeting/render", json=[["text:name", "Ada"]]).status_code == 200


def test_every_answer_bears_the_policy(server: LocalServer, visitor: Client) -> None:
    visiting = visitor()
    paths = ("/ui", "/ui/login", "/ui/nowhere", "/ui/static/page.js", "/ui/static/none", "/ui/prompts/none")
    answers = [visiting.get(path) for path in paths]
    answers += [visiting.post("/ui/prompts/greeting/render", json=[]), visiting.delete("/ui")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "cache-control" in answer.headers
    assert [answer.status_code for answer in answers] == [200, 200, 404, 200, 404, 404, 200, 405]


def test_no_template_holds_a_script_or_a_style_or_escapes_nothing() -> None:
    for path in (ROOM / "templates").iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:|<script(?! src=)", text), path
        for found in re.findall(r"{{([^}]*)\|\s*safe", text):
            assert re.match(r"\s*'[^']*'\s*$", found), f"{path}: {found} is not a text of the template's own"


ELSEWHERE = ["https://evil.example/", "//evil.example/ui/", "/ui/../../x", "/ui/\\evil", "/uix", "/ui/\r\nx: y"]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_whoever_signs_in_stays_on_this_server(server: LocalServer, visitor: Client, wanted: str) -> None:
    answer = visitor().post("/ui/login", data={"key": server.add_key("read"), "next": wanted})
    assert re.fullmatch(r"/ui/[^\\]*", answer.headers["location"])
    assert "x" not in answer.headers


def test_a_form_is_held_to_the_limits_of_a_body(server: LocalServer, visitor: Client) -> None:
    answer = visitor().post("/ui/prompts/greeting/render", json=[["string", "x" * 200_000], ["kind", "text"]])
    assert (answer.status_code, "limits.body" in answer.text) == (413, True)
    deep = json.dumps([["json:name", "[" * 200 + "]" * 200]])
    answer = visitor().post("/ui/prompts/greeting/render", content=deep, headers={"content-type": "application/json"})
    assert (answer.status_code, "nested more than 100 levels" in answer.text) == (400, True)


@pytest.mark.parametrize("body", ["", "{}", "[1]", '["ab"]', '[["a"]]', "[" * 5000, "\xff", '[["a", "\\ud800"]]'])
def test_a_form_that_is_none_is_refused_in_words(server: LocalServer, visitor: Client, body: str) -> None:
    headers = {"content-type": "application/json"}
    answer = visitor().post("/ui/prompts/greeting/save", content=body.encode("latin-1"), headers=headers)
    assert answer.status_code == 400, answer.text


def test_a_form_is_read_in_pieces_as_it_is_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = st.sampled_from(["%", "%41", "%c3%a9", "4", "é", "a", "+", "&", "=", "%4", "%zz", "%FF"])
    texts = st.lists(pieces, max_size=12).map("".join)

    @settings(deadline=None)
    @given(texts, st.integers(3, 8))
    def check(text: str, piece: int) -> None:
        monkeypatch.setattr(form, "_PIECE", piece)
        try:
            wanted = parse_qsl(text, keep_blank_values=True, errors="strict")
        except ValueError:
            with pytest.raises(ValueError, match="decode"):
                form.fields_in(text.encode())
            return
        assert form.fields_in(text.encode()) == wanted

    check()


def test_a_form_without_the_script_is_taken_too_and_its_lines_end_by_lf(server: LocalServer, visitor: Client) -> None:
    visiting = visitor()
    fields = {"kind": "text", "string": "One\r\nTwo {{name}}\r\n", "base": "2", "parameters": "", "model": ""}
    answer = visiting.post("/ui/prompts/greeting/save", content=urlencode(fields), headers=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/ui/prompts/greeting")
    saved = httpx.get(f"{server.base_url}/prompts/greeting@3").json()
    assert saved["string"] == "One\nTwo {{name}}\n"


def test_what_somebody_else_saved_meanwhile_is_not_passed_over(server: LocalServer, visitor: Client) -> None:
    fields = [["kind", "text"], ["string", "Mine"], ["base", "1"]]
    answer = visitor().post("/ui/prompts/greeting/save", json=fields)
    assert (answer.status_code, "Version 2 is newer than what you began from" in answer.text) == (409, True)
    assert visitor().post("/ui/prompts/greeting/save", json=[*fields, ["anyway", "1"]]).status_code == 303
    assert httpx.get(f"{server.base_url}/prompts/greeting@3").json()["string"] == "Mine"


def test_what_the_form_does_not_show_stays_in_the_next_version(server: LocalServer, visitor: Client) -> None:
    tools = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
    version = {"string": "Hi", "tools": tools, "parameters": {"top_p": 0.5}, "model": "m", "virtual_key": "echo"}
    server.add_prompt(slug="tooled", versions=[version])
    fields = [["kind", "text"], ["string", "Hello"], ["base", "1"], ["parameters", '{"top_p": 0.1}'], ["model", ""]]
    assert visitor().post("/ui/prompts/tooled/save", json=fields).status_code == 303
    saved = httpx.get(f"{server.base_url}/prompts/tooled@2").json()
    assert (saved["tools"], saved["parameters"], saved["model"]) == (tools, {"top_p": 0.1}, None)
    assert saved["virtual_key"] is None


def test_only_what_is_stored_counts_as_a_run_of_a_version(server: LocalServer, visitor: Client) -> None:
    server.add_prompt(slug="said", versions=[{"string": "Hello {{name}}!", "virtual_key": "echo"}])
    stored = [["kind", "text"], ["string", "Hello {{name}}!"], ["virtual_key", "echo"], ["text:name", "Ada"]]
    typed = [["kind", "text"], ["string", "Bye {{name}}!"], ["virtual_key", "echo"], ["text:name", "Ada"]]
    for fields, said in ((stored, "Hello"), (typed, "Bye")):
        with visitor().stream("POST", "/ui/prompts/said/run", json=[*fields, ["base", "1"]]) as answer:
            text = answer.read().decode()
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert f'"content":"{said}"' in text
        assert '"usage":{' in text
        assert text.endswith("data: [DONE]\n\n")
    assert wait_for(lambda: recorded(server), 15)
    assert [run.reference for run in recorded(server)] == ["said@1"]


ODD = [
    ("/ui?page=" + "9" * 5000, 200),
    ("/ui?page=999999999", 200),
    ("/ui?page=-1&search=%00%ff&collection=", 200),
    ("/ui?collection=none", 404),
    ("/ui/prompts/greeting?version=" + "9" * 5000, 400),
    ("/ui/prompts/greeting?version=%C2%B2", 400),
    ("/ui/prompts/greeting?version=77", 404),
    ("/ui/prompts/greeting@1", 404),
    ("/ui/prompts/greeting/compare?old=0&new=x", 400),
    ("/ui/prompts/greeting/compare?old=2&new=2", 200),
    ("/ui/prompts/greeting/compare?new=1", 200),
    ("/ui/prompts/a%2Fb", 404),
    ("/ui/prompts/%00", 404),
    ("/ui/prompts/%FF", 404),
    ("/ui/prompts/", 404),
    ("/ui/partials/none", 404),
    ("/ui/static/../page.py", 404),
    ("/ui/static/%2e%2e%2fpage.py", 404),
]


@pytest.mark.parametrize(("path", "status"), ODD, ids=range(len(ODD)))
def test_an_odd_address_is_answered_by_a_page(visitor: Client, path: str, status: int) -> None:
    answer = visitor().get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), answer.text


@pytest.mark.parametrize("version", ["", "x", "9" * 5000, "99", "0", "-1"])
def test_an_odd_version_is_not_published(server: LocalServer, visitor: Client, version: str) -> None:
    answer = visitor().post("/ui/prompts/greeting/publish", data={"version": version})
    assert answer.status_code in (400, 404)
    assert httpx.get(f"{server.base_url}/prompts/greeting").json()["prompt_version"] == 2


def test_of_very_many_messages_and_variables_a_few_are_shown(visitor: Client) -> None:
    names = "".join(f"{{{{v{number}}}}}" for number in range(4_000))
    many = [["kind", "text"], ["string", names], *([f"text:v{number}", "x"] for number in range(4_000))]
    messages = json.dumps([{"role": "user", "content": "x"}] * 2_000)
    for fields in (many, [["kind", "text"], ["string", messages]]):
        answer = visitor().post("/ui/new/render", json=fields)
        assert answer.status_code == 200
        assert answer.text.count("<label>") <= 200
        assert answer.text.count('class="turn') <= 200
        assert len(answer.text) < 200_000


CAN_NOT = [
    ([["kind", "text"], ["string", "{{>pp-none}}"]], "pp-none"),
    (
        [["kind", "text"], ["string", "{{#a}}{{#a}}{{#a}}xxxxxxxxx{{/a}}{{/a}}{{/a}}"], ["json:a", str([1] * 200)]],
        "limits",
    ),
    ([["kind", "text"], ["string", "{{x}}"], ["json:x", "{]"]], "The variable `x` is no JSON"),
    ([["kind", "text"], ["string", "{{x}}"], ["parameters", "[1]"]], "The parameters are no JSON object"),
    ([["kind", "text"], ["string", "{{x"]], "malformed"),
    ([["kind", "chat"], ["role", "user"], ["content", "{{#x}}"]], "malformed"),
    ([["kind", "chat"]], ""),
    ([["kind", "text"], ["string", '[{"role": "user", "content": [{"type": "image_url"}, 1, null]}]']], "image_url"),
    ([["kind", "text"], ["string", '[{"role": 1, "content": null}]']], ""),
    ([], ""),
]


@pytest.mark.parametrize(("fields", "told"), CAN_NOT, ids=range(len(CAN_NOT)))
def test_what_can_t_be_rendered_is_told_in_words(visitor: Client, fields: list[list[str]], told: str) -> None:
    answer = visitor().post("/ui/new/render", json=fields)
    assert answer.status_code < 500, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert told in answer.text.replace("&#39;", "'")


def test_neither_the_key_nor_the_session_stands_in_the_log(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'prompts.db'}"
    with LocalServer(database) as server:
        key = server.add_key("read", name="of a person")
    with Serving(database, log="json") as serving:
        base = serving.base_url.removesuffix("/v1")
        with httpx.Client(verify=False, base_url=base, headers={"origin": base}) as visiting:
            visiting.post("/ui/login?next=/ui/", data={"key": key, "next": "/ui/new?x=1"})
            assert visiting.get("/ui?search=secret").status_code == 200
            word = next(iter(visiting.cookies.values()))
        _, _, log = serving.end()
    requests = [line for line in map(json.loads, log.splitlines()) if line["message"] == "request"]
    assert [(each["path"], each["status"]) for each in requests] == [("/ui/login", 303), ("/ui", 200)]
    assert requests[1]["key_id"] == key.split("-")[1]
    for secret in (key, key.split("-")[2], word, "secret"):
        assert secret not in log
