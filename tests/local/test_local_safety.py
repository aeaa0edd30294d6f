"""What a request may not do: hold others up, change more than it names, or stop the server from starting."""

from __future__ import annotations

import threading
import time
import uuid

import httpx
import pytest
from checked_client import CheckedClient, message_of
from jsonschema_rs import Draft202012Validator

from portkey_local import LocalServer
from portkey_local.errors import BadRequestError
from portkey_local.http.contract import load
from portkey_local.http.validation import Schema
from portkey_local.operations import HANDLERS

WRONG_BODIES = {
    "stop": b'{"variables": {}, "stop": [%s1]}' % (b"1," * 300_000),
    "messages": b'{"variables": {}, "messages": [%s1]}' % (b"1," * 300_000),
    "tools": b'{"variables": {}, "tools": [%s"x"]}' % (b'"x",' * 150_000),
}


@pytest.mark.parametrize("field", WRONG_BODIES)
def test_a_body_of_many_violations_is_refused_by_its_first_while_others_are_served(
    server: LocalServer, field: str
) -> None:
    server.add_prompt(slug=f"pp-{field}", versions=["Hello"])
    answers: list[httpx.Response] = []

    def send() -> None:
        url = f"{server.base_url}/prompts/pp-{field}/render"
        headers = {"content-type": "application/json"}
        answers.append(httpx.post(url, content=WRONG_BODIES[field], headers=headers, timeout=60))

    sender = threading.Thread(target=send)
    with httpx.Client() as client:
        health = server.base_url.removesuffix("/v1") + "/healthz"
        client.get(health)
        sender.start()
        slowest = 0.0
        while sender.is_alive():
            before = time.process_time()
            assert client.get(health).status_code == 200
            slowest = max(slowest, time.process_time() - before)
    sender.join()
    assert answers[0].status_code == 400
    assert f"`{field}" in message_of(answers[0])
    assert slowest < 2  # all violations of one such body took 5 s of processor time and more


def test_of_a_long_body_only_the_first_violation_is_looked_for() -> None:
    said = {"type": "array", "items": {"type": "string"}}
    real = Draft202012Validator(said)

    class Validator:
        is_valid, validate = real.is_valid, real.validate

        def iter_errors(self, value: object) -> None:
            pytest.fail("all violations of a long body were looked for")

    with pytest.raises(BadRequestError, match=r"`\[1\]` must be a string"):
        Schema(said, Validator()).check(["a", 1, 2], size=5_000)  # type: ignore[arg-type]


def test_a_short_body_is_still_refused_by_its_most_obvious_violation(api: CheckedClient) -> None:
    assert "`name` is missing" in message_of(api.post("/labels", json={"description": 1}))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/prompts/{slug}", None),
        ("PUT", "/prompts/{slug}", {"string": "other", "patch": True}),
        ("PUT", "/prompts/{slug}/makeDefault", {"version": 2}),
        ("POST", "/labels", {"name": "fresh"}),
    ],
)
def test_an_unknown_query_parameter_of_a_change_is_named_and_nothing_changes(
    server: LocalServer, api: CheckedClient, method: str, path: str, body: dict[str, object] | None
) -> None:
    slug = f"pp-{uuid.uuid4().hex}"
    server.add_prompt(slug=slug, versions=["one", "two"])
    reads = [f"/prompts/{slug}", f"/prompts/{slug}/versions", "/labels"]
    before = [api.get(read).json() for read in reads]
    response = api.request(method, path.format(slug=slug), params={"version": "1", "hard": "yes"}, json=body)
    assert response.status_code == 400
    assert "`version`, `hard`" in message_of(response)
    assert [api.get(read).json() for read in reads] == before


def test_a_render_ignores_an_unknown_query_parameter_as_reads_do(server: LocalServer, api: CheckedClient) -> None:
    slug = f"pp-{uuid.uuid4().hex}"
    server.add_prompt(slug=slug, versions=["one"])
    assert api.post(f"/prompts/{slug}/render", params={"unheard": "of"}, json={"variables": {}}).status_code == 200


def test_every_operation_of_the_contract_has_a_handler() -> None:
    assert {operation.id for operation in load().operations} == HANDLERS.keys()


def test_an_operation_without_a_handler_is_answered_501_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(HANDLERS, "listLabels")
    with LocalServer() as server:
        response = httpx.get(f"{server.base_url}/labels")
        assert httpx.get(f"{server.base_url}/collections").status_code == 200
    assert (response.status_code, response.json()["data"]["errorCode"]) == (501, "AB04")
    assert "listLabels" in message_of(response)
