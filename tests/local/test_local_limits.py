"""What one request may cost, and that the server goes on answering others meanwhile."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from checked_client import CheckedClient, message_of
from puppet_upstream import Exchange, Puppet, completion, wait_for
from raw_http import answers_in, connected, exchanged, received
from serving_process import Serving

from portkey_local import Config, ConfigError, LocalLimits, LocalServer

JSON_HEAD = {"content-type": "application/json"}
PROMPT = {"name": "Large", "collection_id": "default", "parameters": {}}
ALL_LIMITS = (
    *("head", "body", "values", "names", "seconds", "template", "included", "output", "depth", "expansions"),
    *("answer", "buffers", "connections", "runs"),
)


@contextmanager
def limited(database: str = "sqlite://", **limits: int) -> Iterator[tuple[LocalServer, CheckedClient]]:
    """Run a server within limits, and talk to it."""
    with (
        LocalServer(database, config=Config(limits=LocalLimits(**limits))) as server,
        CheckedClient(server.base_url) as api,
    ):
        yield server, api


def refused(response: httpx.Response, status: int, *said: str) -> None:
    """Hold an answer to be a refusal that says these things."""
    assert (response.status_code, response.json()["data"]["errorCode"]) == (status, "AB04" if status > 499 else "AB01")
    for words in said:
        assert words in message_of(response)


def render(api: CheckedClient, slug: str, **variables: Any) -> httpx.Response:
    return api.post(f"/prompts/{slug}/render", json={"variables": variables})


# Every limit: what just fits, what does not, and what the error says


def test_every_limit_is_read_from_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "portkey-local.toml"
    path.write_text("[limits]\n" + "".join(f"{name} = {number + 7}\n" for number, name in enumerate(ALL_LIMITS)))
    limits = Config.read(path).limits
    assert [getattr(limits, name) for name in ALL_LIMITS] == [number + 7 for number in range(len(ALL_LIMITS))]


@pytest.mark.parametrize("name", ALL_LIMITS)
@pytest.mark.parametrize("value", ["0", "-1", "1.5", '"9"', "true"])
def test_a_limit_is_a_whole_number(tmp_path: Path, name: str, value: str) -> None:
    path = tmp_path / "portkey-local.toml"
    path.write_text(f"[limits]\n{name} = {value}\n")
    with pytest.raises(ConfigError, match=rf"limits\.{name} is"):
        Config.read(path)


def test_headers_may_not_be_larger_than_the_limit() -> None:
    with limited(head=2000) as (_, api):
        assert api.get("/labels", headers={"x-fits": "x" * 1500}).status_code == 200
        refused(api.get("/labels", headers={"x-large": "x" * 2000}), 431, "2000 bytes", "limits.head")
        many = {f"x-{number}": "x" for number in range(500)}
        refused(api.get("/labels", headers=many), 431, "limits.head")


def test_a_template_may_not_be_longer_than_the_limit() -> None:
    with limited(template=100) as (_, api):
        fits = api.post("/prompts", json={**PROMPT, "string": "x" * 100}).json()["slug"]
        long = {"string": "x" * 101}
        for response in (
            api.post("/prompts", json={**PROMPT, **long}),
            api.put(f"/prompts/{fits}", json=long),
            api.post("/prompts/partials", json={"name": "Long", **long}),
        ):
            refused(response, 413, "101 characters", "may have 100", "limits.template")


def test_included_partials_may_not_be_longer_than_the_limit_in_all() -> None:
    with limited(included=100) as (server, api):
        server.add_partial(slug="pp-a", versions=["a" * 60])
        server.add_partial(slug="pp-b", versions=["b" * 25 + "{{>pp-c}}"])
        server.add_partial(slug="pp-c", versions=["c", "c" * 2])
        server.add_prompt(slug="pp-fits", versions=["{{>pp-a}}{{>pp-b}}{{>pp-c@1}}"], published=1)
        assert render(api, "pp-fits").json()["prompt"] == "a" * 60 + "b" * 25 + "cc" + "c"
        server.add_partial(slug="pp-d", versions=["d" * 10])
        server.add_prompt(slug="pp-over", versions=["{{>pp-a}}{{>pp-b}}{{#never}}{{>pp-d}}{{/never}}"])
        refused(render(api, "pp-over"), 413, "100 characters in all", "limits.included")
        server.add_prompt(slug="pp-chosen", versions=["{{>>x}}{{>>y}}"])
        assert render(api, "pp-chosen", x="pp-a", y="pp-c").status_code == 200
        server.add_partial(slug="pp-e", versions=["e" * 101])
        refused(render(api, "pp-chosen", x="pp-e"), 413, "limits.included")


@pytest.mark.parametrize(
    ("template", "fits", "over", "limit"),
    [
        ("{{x}}", {"x": "x" * 1000}, {"x": "x" * 1001}, "output"),
        ("{{x}}{{x}}", {"x": "x" * 500}, {"x": "x" * 501}, "output"),
        ("{{x}}", {"x": ["x" * 497] * 2}, {"x": ["x" * 498] * 2}, "output"),
        ("{{#xs}}{{/xs}}", {"xs": [0] * 50}, {"xs": [0] * 51}, "expansions"),
        ("{{#a}}{{#b}}{{#c}}x{{/c}}{{/b}}{{/a}}", {"a": 1, "b": 1}, {"a": 1, "b": 1, "c": 1}, "depth"),
        ("{{#a}}{{>>b}}{{/a}}", {"a": 1, "b": ""}, {"a": 1, "b": "{{#a}}x{{/a}}"}, "depth"),
    ],
)
def test_a_render_may_not_go_over_a_limit(
    template: str, fits: dict[str, Any], over: dict[str, Any], limit: str
) -> None:
    limits = {"output": 1000, "expansions": 50, "depth": 2}
    with limited(**limits) as (_, api):
        slug = api.post("/prompts", json={**PROMPT, "string": template}).json()["slug"]
        assert render(api, slug, **fits).status_code == 200
        refused(render(api, slug, **over), 413, f"{limits[limit]:,} (limits.{limit})")
        refused(api.post(f"/prompts/{slug}/completions", json={"variables": over}), 413, f"(limits.{limit})")


def test_what_is_larger_than_small_and_within_the_limits_renders_all_the_same() -> None:
    with limited() as (_, api):
        slug = api.post("/prompts", json={**PROMPT, "string": "{{#xs}}{{.}}{{y}}{{/xs}}"}).json()["slug"]
        for count, text in ((50_000, ""), (3, "y" * 1_000_000), (900, "y" * 200), (1, "y" * 200_000)):
            assert render(api, slug, xs=["x"] * count, y=text).json()["prompt"] == ("x" + text) * count


@pytest.mark.parametrize("beside", [0, 200], ids=["alone", "beside others"])
def test_a_body_may_be_a_hundred_levels_deep_and_not_one_more(beside: int) -> None:
    def nested(levels: int) -> bytes:
        lists = levels - 2  # inside of the body and of its variables
        others = b', "b": [%s]' % b",".join([b"[]"] * beside) if beside else b""
        return b'{"variables": {"a": %s%s}}' % (b"[" * lists + b"]" * lists, others)

    headers = {"content-type": "application/json"}
    with limited() as (server, api):
        server.add_prompt(slug="pp-x", versions=["Hi"])
        fits = api.post("/prompts/pp-x/render", content=nested(100), headers=headers)
        over = api.post("/prompts/pp-x/render", content=nested(101), headers=headers)
    assert fits.json()["data"]["prompt"] == "Hi"
    refused(over, 400, "more than 100 levels")


def test_variables_may_choose_a_thousand_partials_and_not_one_more() -> None:
    with limited() as (server, api):
        server.add_partial(slug="pp-chosen", versions=["y"] * 1001)
        server.add_prompt(slug="pp-x", versions=["{{#xs}}{{>>.}}{{/xs}}"])
        references = [f"pp-chosen@{number}" for number in range(1, 1002)]
        assert render(api, "pp-x", xs=references[:1000]).json()["prompt"] == "y" * 1000
        refused(render(api, "pp-x", xs=references), 413, "1000 partials")


# Adversarial templates on a live server


def while_answering(server: LocalServer, work: Callable[[], httpx.Response]) -> tuple[httpx.Response, int]:
    """Do something that takes long, and count the requests of somebody else that are answered meanwhile."""
    answers: list[httpx.Response] = []
    thread = threading.Thread(target=lambda: answers.append(work()))
    count = 0
    with CheckedClient(server.base_url) as other:
        other.get("/labels")
        thread.start()
        while not answers:
            assert other.get("/labels").status_code == 200
            count += 1
            time.sleep(0.01)
        thread.join()
        assert other.get("/labels").status_code == 200
    return answers[0], count


def test_partials_that_double_do_not_take_the_server_down(database: str) -> None:
    with limited(database) as (server, api):
        for number in range(40):
            text = f"{{{{>pp-{number + 1}}}}}" * 2 + "{{x}}"
            server.add_partial(slug=f"pp-{number}", versions=[text])
        server.add_partial(slug="pp-40", versions=["{{x}}"])
        server.add_prompt(slug="pp-bomb", versions=["{{>pp-0}}"])
        response, others = while_answering(server, lambda: render(api, "pp-bomb", x="x"))
        refused(response, 413, "limits.expansions", "pp-0@1 > pp-1@1")
        assert others


@pytest.mark.parametrize(
    ("template", "variables"),
    [
        ("{{#xs}}" + "{{y}}" * 50 + "{{/xs}}", {"xs": [0] * 12_000, "y": 7}),
        ("{{y}}" * 100_000, {"y": 123}),
        ("{{>>y}}", {"y": "{{z}}" * 200_000}),
        ("{{y}}", {"y": [[number] for number in range(100_000)]}),
    ],
    ids=["a long loop", "a long template", "a long text of the call", "a long list"],
)
def test_a_render_that_takes_long_holds_nobody_up(template: str, variables: dict[str, Any]) -> None:
    with limited() as (server, api):
        slug = api.post("/prompts", json={**PROMPT, "string": template}).json()["slug"]
        response, others = while_answering(server, lambda: render(api, slug, **variables))
        assert response.status_code == 200, message_of(response)
        assert others > 2


# One request of the allowed size beside those of others, with the server as a program

LARGEST = 4 * 1024 * 1024
JSON_POST = b"POST %b HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\n"


def filled(before: bytes, item: bytes, after: bytes) -> bytes:
    """Return a body of the largest size, full of one item."""
    return before + item * ((LARGEST - len(before) - len(after)) // len(item)) + after


def hostile(path: bytes, body: bytes) -> bytes:
    return JSON_POST % path + b"content-length: %d\r\n\r\n" % len(body) + body


def named(count: int) -> bytes:
    return b"".join(b'"k%d":1,' % number for number in range(count))


RENDER = b"/v1/prompts/pp-none/render"
CREATE = b"/v1/prompts"
NAMED = b'{"collection_id":"default","string":"x","parameters":{},"name":"'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "wrong items": lambda: hostile(RENDER, filled(b'{"variables":{},"stop":[', b"1,", b"1]}")),
    "lists instead of a number": lambda: hostile(RENDER, filled(b'{"variables":{},"temperature":[', b"[],", b"1]}")),
    "lists a hundred levels deep": lambda: hostile(
        RENDER, filled(b'{"variables":{"x":[', b"[" * 90 + b"]" * 90 + b",", b"1]}}")
    ),
    "300,000 names at the root": lambda: hostile(RENDER, b"{" + named(300_000) + b'"variables":{}}'),
    "a name twice after 90,000 others": lambda: hostile(RENDER, b'{"variables":{' + named(90_000) + b'"z":1,"z":2}}'),
    "numbers of 4,000 digits": lambda: hostile(RENDER, filled(b'{"variables":{"x":[', b"9" * 4000 + b",", b"1]}}")),
    "a name of accents in the wrong order": lambda: hostile(CREATE, filled(NAMED, "\u0315\u0300".encode(), b'"}')),
    "chunks of one byte": lambda: (
        JSON_POST % RENDER + b"transfer-encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 1_000_000 + b"0\r\n\r\n"
    ),
}


@pytest.fixture(scope="module")
def program() -> Iterator[Serving]:
    with Serving() as serving:
        yield serving


def longest_wait(program: Serving, request: bytes) -> float:
    """Return the seconds that the slowest of many small requests took beside a large one.

    A wait is the time that passed, or the processor time that the server took in it, whichever is less: what other
    programs of the machine take is none of it.
    """
    port = int(program.base_url.rpartition(":")[2].partition("/")[0])
    clock = ~program.process.pid << 3 | 2  # Linux: the clock of another process's processor time
    waits: list[float] = []
    done = threading.Event()

    def ask() -> None:
        with connected(port) as connection:
            while not done.wait(0.005) or not waits:  # on a busy machine the first one may come late
                began, taken = time.perf_counter(), time.clock_gettime(clock)
                connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
                answer = b""
                while not answer.endswith(b'{"status":"ok"}'):
                    answer += connection.recv(1 << 16) or pytest.fail("the connection was closed")
                waits.append(min(time.perf_counter() - began, time.clock_gettime(clock) - taken))

    asking = threading.Thread(target=ask)
    asking.start()
    (answer,) = exchanged(port, request)
    done.set()
    asking.join()
    assert answer.status < 500
    return max(waits)


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_no_request_of_the_allowed_size_holds_others_up(program: Serving, make: Callable[[], bytes]) -> None:
    request = make()
    # It is 50 ms that nobody shall wait longer than; each of these once took a second to minutes.
    assert any(longest_wait(program, request) < 0.25 for _ in range(3))


def test_a_body_may_not_hold_more_values_than_the_limit() -> None:
    with limited(values=50) as (_, api):
        head = {"content-type": "application/json"}
        for fits, over in (
            (b'{"variables":{"x":[%b1]}}' % (b"1," * 46), b'{"variables":{"x":[%b1]}}' % (b"1," * 47)),
            (b'{"variables":{"x":[%b1]}}' % (b"[]," * 23), b'{"variables":{"x":[%b1]}}' % (b"[]," * 24)),
            (b'{"variables":{%b"x":1}}' % named(47), b'{"variables":{%b"x":1}}' % named(48)),
        ):
            assert api.post("/prompts/pp-none/render", content=fits, headers=head).status_code == 404
            refused(api.post("/prompts/pp-none/render", content=over, headers=head), 413, "50 values", "limits.values")
        text = json.dumps({"variables": {"x": '[{,\\"' * 1000 + "\\" * 30_001, "y": '"'}})
        assert api.post("/prompts/pp-none/render", content=text, headers=head).status_code == 404


def test_long_numbers_may_not_have_too_many_digits_in_all(api: CheckedClient) -> None:
    slug = api.post("/prompts", json={**PROMPT, "string": "{{#xs}}{{.}}{{/xs}}{{y}}"}).json()["slug"]
    numbers = [10**3999] * 5
    assert render(api, slug, xs=numbers, y="y" * 40_000).json()["variables"]["xs"] == numbers
    refused(render(api, slug, xs=[*numbers, 10**100], y="y" * 40_000), 413, "20,000 digits", "as strings")


# Answers, and all requests together


def test_a_prompt_of_few_characters_and_many_bytes_is_refused() -> None:
    with limited(answer=1000) as (server, api):
        server.add_prompt(slug="pp-x", versions=[{"string": "{{x}}", "virtual_key": "echo"}])
        for fits, over in (("\0" * 30, "\0" * 170), ("\N{GRINNING FACE}" * 50, "\N{GRINNING FACE}" * 251)):
            assert render(api, "pp-x", x=fits).json()["prompt"] == fits
            for path in ("render", "completions"):
                answer = api.post(f"/prompts/pp-x/{path}", json={"variables": {"x": over}})
                refused(answer, 413, "bytes", "1,000", "(limits.answer)")


def test_an_answer_may_not_be_larger_than_the_limit() -> None:
    with limited(answer=5000) as (server, api):
        server.add_prompt(slug="pp-x", versions=["x"])
        assert render(api, "pp-x", unused="y" * 4000).status_code == 200
        refused(render(api, "pp-x", unused="y" * 5000), 413, "5,000 (limits.answer)")
        for number in range(20):
            assert api.post("/labels", json={"name": f"label-{number}", "description": "z" * 200}).status_code == 200
        refused(api.get("/labels"), 413, "limits.answer")
        assert api.get("/labels", params={"page_size": 2}).status_code == 200


def test_a_list_of_texts_beyond_all_measure_is_refused(fresh_server: LocalServer, fresh_api: CheckedClient) -> None:
    fresh_server.add_partial(slug="pp-x", versions=["x" * 1_000_000] * 18)
    refused(fresh_api.get("/prompts/partials/pp-x/versions"), 413, "characters in all", "one at a time")
    assert fresh_api.get("/prompts/partials/pp-x", params={"version": 3}).status_code == 200


def resident(program: Serving) -> int:
    """Return the MB that the program takes."""
    return int(Path(f"/proc/{program.process.pid}/statm").read_text().split()[1]) * 4096 // 1_000_000


def test_clients_that_never_read_cost_no_more_than_the_limit_together() -> None:
    with Serving() as program, CheckedClient(program.base_url) as api, ExitStack() as opened:
        port = int(program.base_url.rpartition(":")[2].partition("/")[0])
        slug = api.post("/prompts", json={**PROMPT, "string": "{{x}}"}).json()["slug"]
        body = json.dumps({"variables": {"x": "\1" * 600_000}}).encode()
        request = hostile(f"/v1/prompts/{slug}/render".encode(), body).replace(b"connection: close\r\n", b"")
        before, heads = resident(program), []
        for _ in range(20):
            client = opened.enter_context(connected(port))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(request)
            heads.append(client.recv(12))  # and nothing of the 10 MB behind it
        assert set(heads) == {b"HTTP/1.1 200", b"HTTP/1.1 503"}
        assert resident(program) - before < 250
        assert api.get("/labels").status_code == 200
        refused(api.post(f"/prompts/{slug}/render", content=body, headers={"content-type": "application/json"}), 503)
        opened.close()
        deadline = time.monotonic() + 10
        while render(api, slug, x="\1" * 600_000).status_code != 200:
            assert time.monotonic() < deadline


def test_bodies_that_come_at_once_may_not_be_larger_than_the_limit_together() -> None:
    with limited(buffers=1_000_000) as (server, api), ExitStack() as opened:
        body = b'{"name": "%b"}' % (b"x" * 400_000)
        statuses = []
        for _ in range(4):
            client = opened.enter_context(connected(server.port))
            client.sendall(hostile(b"/v1/labels", body)[:-1])
            statuses.append(client)
            time.sleep(0.2)
        (answer,) = answers_in(received(statuses[-1]))
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert "1,000,000 (limits.buffers)" in answer.message
        opened.close()
        assert wait_for(lambda: api.post("/labels", content=body, headers=JSON_HEAD).status_code == 400)


def test_connections_beyond_the_limit_are_refused_and_others_go_on() -> None:
    with limited(connections=5) as (server, api), ExitStack() as opened:
        assert api.get("/labels").status_code == 200
        for _ in range(4):
            opened.enter_context(connected(server.port))
        time.sleep(0.2)
        for _ in range(3):
            (answer,) = exchanged(server.port, b"GET /v1/labels HTTP/1.1\r\nhost: localhost\r\n\r\n")
            assert (answer.status, answer.headers["connection"]) == (503, "close")
            assert "limits.connections" in answer.message
        assert api.get("/labels").status_code == 200
        opened.close()
        with CheckedClient(server.base_url) as other:
            assert wait_for(lambda: other.get("/labels").status_code == 200)


def test_hundreds_of_connections_beyond_the_limit_are_cut_off() -> None:
    with limited(connections=5) as (server, api), ExitStack() as opened:
        assert api.get("/labels").status_code == 200
        clients = [opened.enter_context(connected(server.port, 10)) for _ in range(300)]
        assert all(received(client) == b"" for client in clients[4:])  # at once, or after two seconds
        assert api.get("/labels").status_code == 200


FULL = """
import os, socket, sys
from portkey_local import LocalServer, program

def ask(connection, method, path, body=b""):
    head = b"%b %b HTTP/1.1\\r\\nhost: localhost\\r\\ncontent-type: application/json\\r\\n" % (method, path)
    connection.sendall(head + b"content-length: %d\\r\\n\\r\\n" % len(body) + body)
    data = b""
    while b"\\r\\n\\r\\n" not in data or not data.endswith((b"}", b"\\n", b"</html>")):
        data += connection.recv(1 << 16)
    return data

prompt = b'{"name": "n", "collection_id": "default", "string": "{{x}}", "parameters": {"top_p": 1}}'
with LocalServer(sys.argv[1]) as server:
    server.add_prompt(slug="pp-x", versions=[{"string": "{{x}}", "virtual_key": "echo"}])
    connection = socket.create_connection(("127.0.0.1", server.port))
    assert b" 200 OK" in ask(connection, b"GET", b"/healthz")
    program._load_page()  # as the program does beside its first requests
    taken = []
    try:
        while True:
            taken.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        pass
    for method, path, body in (
        (b"POST", b"/v1/prompts", prompt),
        (b"POST", b"/v1/prompts/pp-x/render", b'{"variables": {"x": "%b"}}' % (b"y" * 100_000)),
        (b"POST", b"/v1/prompts/pp-x/completions", b'{"variables": {"x": "y"}}'),
        (b"POST", b"/v1/labels", b'{"name": "full"}'),
        (b"GET", b"/v1/prompts", b""),
        (b"GET", b"/readyz", b""),
        (b"GET", b"/metrics", b""),
        (b"GET", b"/ui", b""),
        (b"GET", b"/ui/prompts/pp-x", b""),
    ):
        answer = ask(connection, method, path, body)
        assert b" 200 OK" in answer, (path, answer)
    for number in taken:
        os.close(number)
"""


def test_with_all_descriptors_used_up_the_first_requests_are_answered(database: str) -> None:
    resource = pytest.importorskip("resource", reason="only POSIX limits descriptors")
    child = subprocess.run(
        [sys.executable, "-c", FULL, database],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (96, 96)),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert child.returncode == 0, child.stderr


def test_a_programs_page_is_loaded_before_anybody_looks() -> None:
    with Serving() as program:
        loaded = Path(f"/proc/{program.process.pid}/maps")
        assert wait_for(lambda: "markupsafe" in loaded.read_text())


# Time


@contextmanager
def blocked(database: str) -> Iterator[None]:
    """Keep the database from answering what needs the table of labels, or on SQLite from taking changes."""
    if database.startswith("sqlite"):
        connection = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        finally:
            connection.close()
        return
    import psycopg

    with psycopg.connect(database.replace("+psycopg", "")) as other:
        other.execute("LOCK TABLE labels IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


def test_a_change_that_the_database_holds_up_is_answered_in_time(database: str) -> None:
    with limited(database, seconds=1) as (_, api):
        with blocked(database):
            response = api.post("/labels", json={"name": "late"})
            refused(response, 504, "1 s (limits.seconds)", "read whether it was made")
            assert api.get("/healthz").status_code == 200
        deadline = time.monotonic() + 10
        while api.get("/labels", params={"search": "late"}).json()["total"] != 1:  # it was under way, and is made
            assert time.monotonic() < deadline


def test_a_read_that_the_database_holds_up_is_answered_in_time(database: str, database_kind: str) -> None:
    if database_kind == "sqlite":
        pytest.skip("nothing holds up a read of SQLite")
    with limited(database, seconds=1) as (_, api):
        with blocked(database):
            refused(api.get("/labels"), 504, "1 s (limits.seconds)")
            assert api.get("/collections").status_code == 200
        assert api.get("/labels").status_code == 200


def test_a_run_takes_as_long_as_its_model_does(puppet: Puppet) -> None:
    def script(exchange: Exchange) -> None:
        time.sleep(2.5)
        exchange.answer(200, completion("at last"))

    puppet.script = script
    upstreams = {"up": {"kind": "openai", "base_url": puppet.base_url}}
    config = Config(limits=LocalLimits(seconds=1))
    with LocalServer(config=config, upstreams=upstreams) as server, CheckedClient(server.base_url) as api:
        server.add_prompt(slug="pp-slow", versions=[{"string": "x", "virtual_key": "up"}])
        answer = api.post("/prompts/pp-slow/completions", json={})
        assert answer.json()["choices"][0]["message"]["content"] == "at last"


# Texts of any kind

TEXTS = {
    "NUL": "a\0b",
    "an escape of the store's": "\ufdd0d\ufdd00\ufdd0",
    "NUL and escapes": "\0\ufdd0\0d0",
    "emoji": "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{GRINNING FACE}\U0001f3f4\U000e0067",
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627\u202c",
    "the last character": "\U0010ffff\uffff",
    "line ends": "\r\n\u2028\x85",
    "quotes": "'\"`\\'; DROP TABLE labels; --",
    "normal forms": "e\u0301\u00e9\ufb01",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_comes_back_as_it_was_from_every_field(api: CheckedClient, text: str) -> None:
    tools = [{"type": "function", "function": {"name": text, text: text}}]
    fields = {
        "name": text,
        "string": text,
        "model": text,
        "virtual_key": text,
        "parameters": {text: [text, {text: text}]},
        "tools": tools,
        "tool_choice": text,
        "functions": [{"name": text}],
        "template_metadata": {text: text},
    }
    slug = api.post("/prompts", json={**fields, "collection_id": "default", "version_description": text}).json()["slug"]
    stored = api.get(f"/prompts/{slug}").json()
    assert {name: stored[name] for name in fields} == fields
    assert stored["prompt_version_description"] == text
    assert api.get("/prompts", params={"search": text}).json()["data"][0]["slug"] == slug
    partial = {"name": text, "string": text, "version_description": text}
    slug = api.post("/prompts/partials", json=partial).json()["slug"]
    stored = api.get(f"/prompts/partials/{slug}").json()
    assert {name: stored[name] for name in partial} == partial
    made = api.post("/collections", json={"name": text}).json()["id"]
    assert api.get(f"/collections/{made}").json()["name"] == text
    label = {"name": "x" + "".join(text.split()).replace("/", ""), "description": text, "color_code": text}
    made = api.post("/labels", json=label).json()["id"]
    stored = api.get(f"/labels/{made}").json()
    assert {name: stored[name] for name in label} == label


def test_names_of_a_megabyte_come_back_as_they_were(api: CheckedClient) -> None:
    name = "Straße " * 150_000
    slug = api.post("/prompts", json={**PROMPT, "name": name, "string": "x"}).json()["slug"]
    assert api.get(f"/prompts/{slug}").json()["name"] == name
    assert len(slug) < 100
    made = api.post("/collections", json={"name": name}).json()
    assert api.get(f"/collections/{made['slug']}").json()["name"] == name


def test_a_labels_name_is_as_long_as_every_database_can_index(api: CheckedClient) -> None:
    longest = "\U0001f600" * 255
    made = api.post("/labels", json={"name": longest}).json()["id"]
    assert api.get(f"/labels/{made}").json()["name"] == longest
    for response in (
        api.post("/labels", json={"name": "x" * 256}),
        api.put(f"/labels/{made}", json={"name": "x" * 256}),
    ):
        refused(response, 400, "`name` may have 255 characters, not 256")


@pytest.mark.parametrize(
    "identifier", ["x" * 10_000, "\U0001f600" * 2000, "pp-x@" + "x" * 10_000, "pp-x@" + "1" * 5000]
)
def test_ids_longer_than_any_are_not_found(api: CheckedClient, identifier: str) -> None:
    for path in ("prompts", "labels", "collections", "prompts/partials"):
        assert api.get(f"/{path}/{identifier}").status_code == 404


def test_a_slug_that_no_database_can_index_is_refused(server: LocalServer) -> None:
    assert server.add_prompt(slug="s" * 255, versions=["x"]).slug == "s" * 255
    with pytest.raises(ValueError, match="255 characters at most"):
        server.add_prompt(slug="s" * 256, versions=["x"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[" * 4_000_000, "nested"),
        (b'{"a":' * 700_000, "nested"),
        (
            b'{"name": "x", "x": ' + b"[" * 90 + b'"\\\\"' + b"]" * 90 + b', "y": ' + b"[" * 101 + b"]" * 101 + b"}",
            "nested",
        ),
        (b'{"name": "x", "x": ' + b"9" * 4_000_000 + b"}", "number"),
        (b'{"name": "x", "x": 1e' + b"9" * 1_000_000 + b"}", "number"),
        (b'{"name": "x", "x": -Infinity}', "Infinity"),
        (b'{"name": "x", "x": "\\udc00\\ud800"}', "surrogate"),
        (b'{"name": "x", "\\ud800": 1}', "surrogate"),
        (b'{"name": "x", "x": "\xed\xa0\x80"}', "UTF-8"),
        (b'{"name": "x", "x": {"\\u0061": 1, "a": 2}}', "twice"),
        (b'{"name": "x", "x": "\x00"}', "JSON"),
        (b'{"name": "x", "x": "' + b"x" * 3_000_000, "JSON"),
        (b'"' * 4_000_000, "JSON"),
        (b"0" * 4_000_000, "JSON"),
    ],
    ids=lambda given: repr(given[:24]) if isinstance(given, bytes) else given,
)
def test_json_that_is_made_to_hurt_is_refused(api: CheckedClient, body: bytes, said: str) -> None:
    refused(api.post("/labels", content=body, headers={"content-type": "application/json"}), 400, said)


@pytest.mark.parametrize("number", [10**30, -(2**63) - 1, 2**64, 1e300, 5e-324, 10**1000])
def test_numbers_of_any_size_come_back_as_they_were(api: CheckedClient, number: float) -> None:
    fields = {**PROMPT, "string": "{{x}}", "parameters": {"stop_at": [number]}}
    slug = api.post("/prompts", content=json.dumps(fields), headers={"content-type": "application/json"}).json()["slug"]
    assert api.get(f"/prompts/{slug}").json()["parameters"] == {"stop_at": [number]}
    answer = render(api, slug, x=number).json()
    assert (answer["prompt"], answer["variables"]["x"]) == (json.dumps(number), number)
