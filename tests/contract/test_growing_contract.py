"""One edit of the contract and one command: what it describes is there for apps, in both clients, and nothing else is.

The tests copy the repository, add an operation and a tag to `openapi.yaml`, run what `make generate` runs, and touch no
other file.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from repository_copy import PACKAGES, Run, copy_of_the_repository, generate, read_contract, write_contract
from type_checking import mypy
from werkzeug import Request, Response


def handle_archive(httpserver: HTTPServer) -> list[Request]:
    """Answer `archiveLabel`: 503 at first, then as asked for; returns the requests as they come."""
    requests: list[Request] = []

    def handle(request: Request) -> Response:
        request.get_data()
        requests.append(request)
        if "gone" in request.path:
            return reply({"success": False, "data": {"message": "No such label.", "errorCode": "AB02"}}, status=404)
        if len(requests) == 1:
            return reply({"success": False, "data": {"message": "Busy."}}, status=503, retry_after_ms="1")
        return reply({})

    httpserver.expect_request(re.compile("/v1/labels/[^/]+/archive"), method="POST").respond_with_handler(handle)
    return requests


def handle_guardrails(httpserver: HTTPServer) -> None:
    def handle(request: Request) -> Response:
        number, size = int(request.args.get("current_page", 0)), int(request.args.get("page_size", 2))
        ids = ["a", "b", "c"][number * size : (number + 1) * size]
        return reply({"object": "list", "total": 3, "data": [{"id": each} for each in ids]})

    httpserver.expect_request("/v1/guardrails", method="GET").respond_with_handler(handle)


def reply(body: dict[str, Any], status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(json.dumps(body), status, {"x-portkey-trace-id": "t-9", **named}, content_type="application/json")


SYNC = """
import json, os
from portkey_ai import NotFoundError, Portkey
portkey = Portkey(api_key="k", base_url=os.environ["BASE"])
say = {"archived": portkey.labels.archive("l", reason="old", trace_id="t-1", extra_headers={"x-a": "b"})}
try:
    portkey.labels.archive("gone", reason="old")
except NotFoundError as error:
    say["error"] = [error.message, error.error_code]
raw = portkey.labels.with_raw_response.archive("l", reason="raw", extra_query={"q": 1}, extra_body={"more": 2})
say["raw"] = [raw.status_code, raw.trace_id, raw.parse()]
say["ids"] = [one.id for one in portkey.guardrails.list(page_size=2)]
page = portkey.guardrails.with_raw_response.list(current_page=1, page_size=2)
say["page"] = [page.json()["data"], page.parse().total]
for wrong in ({}, {"reason": "old", "timeout": "soon"}):
    try:
        portkey.labels.archive("l", **wrong)
    except Exception as error:
        say.setdefault("refused", []).append(type(error).__name__)
print(json.dumps(say))
"""
ASYNC = """
import asyncio, json, os
from portkey_ai import AsyncPortkey, NotFoundError
async def main():
    portkey = AsyncPortkey(api_key="k", base_url=os.environ["BASE"])
    say = {"archived": await portkey.labels.archive("l", reason="old", trace_id="t-1", extra_headers={"x-a": "b"})}
    try:
        await portkey.labels.archive("gone", reason="old")
    except NotFoundError as error:
        say["error"] = [error.message, error.error_code]
    archive = portkey.labels.with_raw_response.archive
    raw = await archive("l", reason="raw", extra_query={"q": 1}, extra_body={"more": 2})
    say["raw"] = [raw.status_code, raw.trace_id, raw.parse()]
    say["ids"] = [one.id async for one in await portkey.guardrails.list(page_size=2)]
    page = await portkey.guardrails.with_raw_response.list(current_page=1, page_size=2)
    say["page"] = [page.json()["data"], page.parse().total]
    for wrong in ({}, {"reason": "old", "timeout": "soon"}):
        try:
            await portkey.labels.archive("l", **wrong)
        except Exception as error:
            say.setdefault("refused", []).append(type(error).__name__)
    print(json.dumps(say))
asyncio.run(main())
"""


@pytest.mark.parametrize("script", [SYNC, ASYNC], ids=["sync", "async"])
def test_a_new_operation_and_a_new_tag_are_there_in_both_clients(
    grown: Path, run_python: Run, httpserver: HTTPServer, script: str
) -> None:
    archived = handle_archive(httpserver)
    handle_guardrails(httpserver)
    assert run_python(script, grown, BASE=httpserver.url_for("/v1")) == {
        "archived": {},
        "error": ["No such label.", "AB02"],
        "raw": [200, "t-9", {}],
        "ids": ["a", "b", "c"],
        "page": [[{"id": "c"}], 3],
        "refused": ["TypeError", "PortkeyError"],
    }
    first, again, gone, raw = archived  # the first was answered 503, and repeated
    for request in (first, again):
        assert request.json == {"reason": "old"}
        assert request.headers["x-portkey-trace-id"] == "t-1"
        assert request.headers["x-a"] == "b"
        assert request.headers["x-portkey-api-key"] == "k"
    assert gone.path == "/v1/labels/gone/archive"
    assert (raw.json, raw.query_string) == ({"reason": "raw", "more": 2}, b"q=1")


LOW_LEVEL = """
import asyncio, json, os
from portkey_openapi import AsyncClient, Client
from portkey_openapi.errors import UnexpectedStatus
base = os.environ["BASE"]
with Client(base, api_key="k") as client:
    try:
        client.labels.archive("l", reason="old", max_retries=0)
    except UnexpectedStatus as error:
        say = {"refused": [error.status_code, error.answer.data.message]}
    say["archived"] = client.labels.archive("l", reason="old", trace_id="t-1")
    say["made"] = client.labels.create(name="canary").id
    say["ids"] = [one.id for one in client.guardrails.list()]
    say["raw"] = client.labels.with_raw_response.archive("l", reason="old").trace_id
async def main():
    async with AsyncClient(base, api_key="k") as client:
        await client.labels.archive("l", reason="old")
        return [one.id async for one in await client.guardrails.list()]
say["async ids"] = asyncio.run(main())
print(json.dumps(say))
"""


def test_the_compiled_package_alone_has_them_too(grown: Path, run_python: Run, httpserver: HTTPServer) -> None:
    archived = handle_archive(httpserver)
    handle_guardrails(httpserver)
    httpserver.expect_request("/v1/labels", json={"name": "canary"}).respond_with_json({"id": "l-1"})
    assert run_python(LOW_LEVEL, grown, BASE=httpserver.url_for("/v1")) == {
        "refused": [503, "Busy."],
        "archived": {},
        "made": "l-1",
        "ids": ["a", "b", "c"],
        "raw": "t-9",
        "async ids": ["a", "b", "c"],
    }
    assert archived[1].headers["x-portkey-trace-id"] == "t-1"


BESIDE = """
import asyncio, json, os
from portkey_ai import AsyncPortkey, Portkey
portkey = Portkey(api_key="k", base_url=os.environ["BASE"])
raw = portkey.prompts.completions.with_raw_response.retrieve("p", "c")
say = [portkey.prompts.completions.retrieve("p", "c").id, raw.parse().id, portkey.generations.list()]
async def main():
    async with AsyncPortkey(api_key="k", base_url=os.environ["BASE"]) as portkey:
        say.append((await portkey.prompts.completions.retrieve("p", "c")).id)
        say.append(await portkey.generations.list())
asyncio.run(main())
print(json.dumps(say))
"""


def test_a_new_operation_is_there_beside_methods_that_are_written_by_hand(
    grown: Path, run_python: Run, httpserver: HTTPServer
) -> None:
    completion = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [{"index": 0}]}
    httpserver.expect_request("/v1/prompts/p/completions/c", method="GET").respond_with_json(completion)
    httpserver.expect_request("/v1/generations", method="GET").respond_with_json({})
    assert run_python(BESIDE, grown, BASE=httpserver.url_for("/v1")) == ["c", "c", {}, "c", {}]


DOCUMENTED = """
import inspect, json
from portkey_ai import AsyncPortkey, Portkey
print(json.dumps({
    f"{kind.__name__} {name}": inspect.getdoc(getattr(getattr(kind(api_key="k"), resource), name))
    for kind in (Portkey, AsyncPortkey) for resource, name in (("labels", "archive"), ("guardrails", "list"))
}))
"""


def test_docstrings_name_the_operation_and_its_fields(grown: Path, run_python: Run) -> None:
    documented = run_python(DOCUMENTED, grown)
    for client in ("Portkey", "AsyncPortkey"):
        archive, listed = documented[f"{client} archive"], documented[f"{client} list"]
        assert archive.startswith("Archive a label: `archiveLabel`.\n\nTakes a label out of the lists.")
        assert "label_id: A label's UUID." in archive
        assert "reason: What became of the label, for people." in archive
        assert "current_page: Which page to answer" in listed


UNHANDLED = """
import json
from portkey_ai import InternalServerError, Portkey
from portkey_local import LocalServer
with LocalServer() as server:
    portkey = Portkey(base_url=server.base_url, max_retries=0)
    say = [portkey.labels.create(name="canary").id is not None]
    for call in (lambda: portkey.labels.archive("l", reason="old"), portkey.guardrails.list):
        try:
            call()
        except InternalServerError as error:
            say.append([error.status_code, error.message])
print(json.dumps(say))
"""


def test_a_server_without_a_handler_starts_and_answers_501(grown: Path, run_python: Run) -> None:
    worked, *refused = run_python(UNHANDLED, grown)
    assert worked is True
    assert [status for status, _ in refused] == [501, 501]
    assert "archiveLabel" in refused[0][1]
    assert "listGuardrails" in refused[1][1]


def test_make_generate_says_what_has_no_handler_yet(grown: Path, tmp_path: Path) -> None:
    said = (grown / "said.txt").read_text(encoding="utf-8")
    missing = "archiveLabel, listGenerations, listGuardrails, retrievePromptCompletion"
    assert f"no handler yet in portkey_local: {missing};" in said
    done = subprocess.run(
        [sys.executable, "tools/compile_client.py", "--output", str(tmp_path / "portkey_openapi")],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, "portkey_local" in done.stdout) == (0, False), done.stdout + done.stderr


RIGHT = """
from typing import assert_type
import portkey_openapi
from portkey_ai import AsyncPortkey, Portkey, RawResponse
from portkey_openapi.models import Acknowledgement, Guardrail, GuardrailList, PromptCompletion
portkey, other, low = Portkey(), AsyncPortkey(), portkey_openapi.Client()
assert_type(portkey.labels.archive("l", reason="old", trace_id="t", timeout=3), Acknowledgement)
assert_type(portkey.guardrails.list(page_size=2), GuardrailList)
assert_type([one for one in portkey.guardrails.list()], list[Guardrail])
assert_type(portkey.labels.with_raw_response.archive("l", reason="old"), RawResponse[Acknowledgement])
assert_type(portkey.guardrails.with_raw_response.list(), RawResponse[GuardrailList])
assert_type(low.labels.archive("l", reason="old"), Acknowledgement)
assert_type(portkey.prompts.completions.retrieve("p", "c"), PromptCompletion)
assert_type(portkey.prompts.completions.with_raw_response.retrieve("p", "c"), RawResponse[PromptCompletion])
assert_type(portkey.generations.list(timeout=3), Acknowledgement)
assert_type(low.prompts.completions.retrieve("p", "c"), PromptCompletion)
async def asynchronous() -> None:
    assert_type(await other.labels.archive("l", reason="old"), Acknowledgement)
    assert_type(await other.prompts.completions.retrieve("p", "c"), PromptCompletion)
    assert_type(await other.guardrails.with_raw_response.list(), RawResponse[GuardrailList])
    assert_type([one async for one in await other.guardrails.list()], list[Guardrail])
"""
WRONG = """
portkey.labels.archive("l")
portkey.labels.archive("l", reasn="old")
portkey.labels.archive("l", reason=3)
portkey.labels.archive(7, reason="old")
portkey.labels.archive("l", reason="old", timeout="soon")
portkey.labels.with_raw_response.archive("l", reasn="old")
portkey.labels.archiv("l", reason="old")
portkey.guardrails.list(page=2)
portkey.prompts.completions.retrieve("p", 5)
portkey.guardrails.list(page_size="two")
portkey.guardrail
other.labels.archive("l", reason="old").get
low.labels.archive("l", reason=3)
portkey.labels.archive("l", reason="old").reson
"""


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_type_checkers_refuse_typos_and_wrong_types(grown: Path, tmp_path: Path, checker: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(RIGHT + WRONG, encoding="utf-8")
    paths = [str(grown / name) for name in PACKAGES]
    (tmp_path / "mypy.ini").write_text(f"[mypy]\nstrict = true\nmypy_path = {':'.join(paths)}\n", encoding="utf-8")
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"extraPaths": paths}), encoding="utf-8")
    if checker == "mypy":
        done = mypy(tmp_path, "--config-file", "mypy.ini", program, cwd=tmp_path)
    else:
        command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--project", str(tmp_path)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    found = {int(line) for line in re.findall(r"program\.py:(\d+)(?::\d+)?(?: -|:) error", done.stdout)}
    first = RIGHT.count("\n") + 2
    assert found == set(range(first, first + WRONG.count("\n") - 1)), done.stdout + done.stderr


def test_removing_an_operation_takes_its_method_away(tmp_path: Path, run_python: Run) -> None:
    root = copy_of_the_repository(tmp_path / "shrunk")
    document = read_contract(root)
    del document["paths"]["/labels/{label_id}"]["delete"]
    del document["paths"]["/collections"], document["paths"]["/collections/{collection_id}"]
    write_contract(root, document)
    said = generate(root)
    assert "no handler" not in said
    gone = "createCollection, deleteCollection, deleteLabel, listCollections, retrieveCollection, updateCollection"
    assert f"no operation any more for handlers in portkey_local: {gone};" in said
    script = """
import json, portkey_openapi
from portkey_ai import AsyncPortkey, Portkey
clients = [Portkey(api_key="k"), AsyncPortkey(api_key="k"), portkey_openapi.Client(api_key="k")]
print(json.dumps([
    [hasattr(one.labels, "delete"), hasattr(one.labels.with_raw_response, "delete"), hasattr(one.labels, "create"),
     hasattr(one, "collections")]
    for one in clients
]))
"""
    assert run_python(script, root) == [[False, False, True, False]] * 3
