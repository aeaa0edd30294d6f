"""What is no answer of the service, whatever its status, is an outage for a prompt that is known."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from flaky_service import FlakyService
from source_steps import Make, settle, until

from portkey_ai import APIError, APIResponseValidationError, NotFoundError, Portkey
from portkey_cli.resolving import resolve
from portkey_local import LocalServer

ADA = {"name": "Ada"}
HELLO = "Hello Ada. Be kind to Ada."
JSON, HTML = {"content-type": "application/json"}, {"content-type": "text/html"}
PAGE = b"<html><head><title>404 Not Found</title></head><body>nginx</body></html>"
GONE = {"success": False, "data": {"message": "It is not there.", "errorCode": "AB02"}}

NO_PROMPTS: dict[str, Any] = {
    "nothing": {},
    "a failure": {"success": False, "data": {"message": "Not today."}},
    "an error": {"error": {"message": "upstream connect error"}},
    "the gateway's failure": {"status": "failure", "message": "Not today."},
    "no text": {"id": "1", "slug": "pp-greeting", "prompt_version": 3, "version": 3, "string": None},
    "no string": {"id": "1", "slug": "pp-greeting", "prompt_version": 3, "version": 3},
    "a number": {"id": "1", "slug": "pp-greeting", "string": 5},
    "messages": {"id": "1", "slug": "pp-greeting", "string": [{"role": "user", "content": "Hi"}]},
    "parameters": {"id": "1", "slug": "pp-greeting", "string": "Hi", "parameters": ["x"]},
    "metadata": {"id": "1", "slug": "pp-greeting", "string": "Hi", "template_metadata": "chat"},
    "an envelope": {"success": True, "data": {"string": "Hi"}},
    "a list": [{"string": "Hi"}],
    "words": "Hi",
    "null": None,
    "infinite": 5,
}
BODIES = {name: json.dumps(body).encode() for name, body in NO_PROMPTS.items()} | {
    "HTML": PAGE,
    "an empty body": b"",
    "half a body": b'{"string": "Hi"',
    "a huge number": b'{"string": "Hi", "prompt_version": ' + b"9" * 5000 + b"}",
    "a deep one": b"[" * 100_000,
    "a deep field": b'{"id": "1", "slug": "pp-greeting", "string": "Hi", "tools": %s}' % (b"[" * 600 + b"]" * 600),
}
REFUSALS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "404 HTML": (404, HTML, PAGE),
    "404 text": (404, {"content-type": "text/plain"}, b"default backend - 404"),
    "404 empty": (404, {}, b""),
    "404 of FastAPI": (404, JSON, b'{"detail": "Not Found"}'),
    "404 of Kong": (404, JSON, b'{"message": "no Route matched with those values"}'),
    "404 of Spring": (404, JSON, b'{"status": 404, "error": "Not Found", "path": "/v1"}'),
    "404 of Laravel": (404, JSON, b'{"success": false, "message": "Not found"}'),
    "404 of WordPress": (404, JSON, b'{"code": "rest_no_route", "message": "No route.", "data": {"status": 404}}'),
    "404 of a gateway": (404, JSON, b'{"status": "failure", "message": "No such route."}'),
    "404 data null": (404, JSON, b'{"success": false, "data": null}'),
    "404 list": (404, JSON, b'[{"success": false, "data": {"message": "Not found"}}]'),
    "410 HTML": (410, HTML, PAGE),
    "400 HTML": (400, HTML, PAGE),
    "400": (400, JSON, json.dumps(GONE).encode()),
    "403 HTML": (403, HTML, b"<html>Request blocked by the firewall</html>"),
    "403 of Django": (403, JSON, b'{"detail": "Forbidden"}'),
    "402": (402, JSON, json.dumps(GONE).encode()),
    "407": (407, HTML, PAGE),
    **{str(status): (status, HTML, PAGE) for status in (405, 406, 411, 412, 413, 414, 418, 421, 425, 426, 431, 451)},
    **{str(status): (status, {"location": "https://login.test/"}, b"") for status in (301, 302, 303, 307, 308)},
    "300": (300, {}, b""),
    "204": (204, {}, b""),
    "205": (205, {}, b""),
    "206": (206, JSON, b'{"string": "Hel'),
    "304": (304, {}, b""),
    "522": (522, HTML, PAGE),
}


async def greet(portkey: Any, reference: str = "pp-greeting") -> Any:
    return await settle(portkey.prompts.render(prompt_id=reference, variables=ADA))


def kept(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def is_an_outage(make: Make, service: FlakyService, folder: Path) -> None:
    """Known in memory and on disk it is served from there, which keep it; known nowhere, it is an error."""
    service.answers, answers = None, service.answers
    known = make(ttl=0, stale=0, disk=folder)
    assert (await greet(known)).prompt == HELLO
    before = kept(folder)
    service.answers = answers
    for _ in range(2):
        served = await greet(known)
        assert (served.prompt, served.source, served.version) == (HELLO, "memory", 2)
    anew = make(ttl=0, stale=0, disk=folder)
    assert [(await greet(anew)).source for _ in range(2)] == ["disk", "disk"]
    await settle(anew.prompts.prefetch(["pp-greeting"]))
    assert (await settle(anew.prompts.get("pp-greeting"))).render(name="Ada").prompt == HELLO
    assert kept(folder) == before
    with pytest.raises(APIError, match="known nowhere else"):
        await greet(make())
    assert (await greet(make(fallback={"pp-greeting": "Hi {{name}}"}))).source == "fallback"


@pytest.mark.parametrize("answers", [{name: (200, JSON, body) for name, body in BODIES.items()}, REFUSALS])
async def test_what_the_service_does_not_say_is_an_outage(
    make: Make, service: FlakyService, tmp_path: Path, answers: dict[str, tuple[int, dict[str, str], bytes]]
) -> None:
    for number, answer in enumerate(answers.values()):
        service.answers = answer
        await is_an_outage(make, service, tmp_path / str(number))


async def test_a_background_refresh_believes_none_of_these_either(
    make: Make, service: FlakyService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portkey_prompts.source.entries.FIRST_BACKOFF", 0.01)
    monkeypatch.setattr("portkey_prompts.source.entries.LONGEST_BACKOFF", 0.01)
    portkey = make(ttl=0.01, stale=3600, disk=tmp_path)
    await greet(portkey)
    before = kept(tmp_path)
    answers = [(200, JSON, body) for body in BODIES.values()] + [*REFUSALS.values()]
    for answer in answers:
        service.answers, asked = answer, service.total
        await asyncio.sleep(0.03)

        async def asked_again(asked: int = asked) -> bool:
            assert (await greet(portkey)).prompt == HELLO
            return service.total > asked + 1

        await until(asked_again)
    assert kept(tmp_path) == before


@pytest.mark.parametrize("partial", [{}, {"success": False}, {"id": "1", "slug": "pp-tone", "string": None}])
async def test_a_prompt_is_not_rendered_with_a_partial_that_is_none(
    make: Make, service: FlakyService, partial: dict[str, Any]
) -> None:
    passing = service._send

    def send(handler: Any, status: int, headers: dict[str, str], body: bytes) -> None:
        is_partial = "/partials/" in handler.path
        passing(handler, status, headers, json.dumps(partial).encode() if is_partial else body)

    service._send = send  # type: ignore[method-assign]
    with pytest.raises(APIResponseValidationError):
        await greet(make())


async def test_a_version_is_the_one_whose_number_was_asked_for(make: Make, service: FlakyService) -> None:
    known = make(ttl=0, stale=0)
    await greet(known, "pp-greeting@1")
    passing = service._send

    def send(handler: Any, status: int, headers: dict[str, str], body: bytes) -> None:
        passing(handler, status, headers, body.replace(b'"prompt_version":1', b'"prompt_version":7'))

    service._send = send  # type: ignore[method-assign]
    assert (await greet(known, "pp-greeting@1")).prompt == "Hi Ada. Be kind to Ada."
    with pytest.raises(APIResponseValidationError, match="it is version 7"):
        await greet(make(), "pp-greeting@1")


@pytest.mark.parametrize("code", ["AB02", "AB08", None])
async def test_the_service_s_own_404_says_that_a_prompt_is_gone(
    make: Make, service: FlakyService, tmp_path: Path, code: str | None
) -> None:
    portkey = make(ttl=0, stale=0, disk=tmp_path)
    await greet(portkey, "pp-other")
    body = {"success": False, "data": {"message": "It is not there.", **({"errorCode": code} if code else {})}}
    service.answers = (404, HTML, json.dumps(body).encode())
    with pytest.raises(NotFoundError, match="It is not there"):
        await greet(portkey, "pp-other")
    assert kept(tmp_path) == {}


async def test_the_disk_is_not_believed_either(make: Make, service: FlakyService, tmp_path: Path) -> None:
    await greet(make(disk=tmp_path), "pp-other")
    (path,) = tmp_path.iterdir()
    good = json.loads(path.read_text())
    for detail in [each for each in NO_PROMPTS.values() if isinstance(each, dict)]:
        path.write_text(json.dumps({**good, "detail": detail}))
        assert (await greet(make(disk=tmp_path), "pp-other")).prompt == "Another one, Ada."


@pytest.mark.parametrize("answer", [(200, JSON, BODIES["no text"]), REFUSALS["404 HTML"]], ids=["no text", "404"])
def test_nothing_is_locked_that_is_no_prompt(
    service: FlakyService, server: LocalServer, answer: tuple[int, dict[str, str], bytes]
) -> None:
    service.answers = answer
    with Portkey(base_url=service.base_url, max_retries=0) as portkey, pytest.raises(APIError):
        resolve(portkey, ["pp-greeting"])
