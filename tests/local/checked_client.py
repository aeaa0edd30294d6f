"""An HTTP client whose every whole answer is held against the contract's response schemas."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import httpx
import yaml
from jsonschema_rs import Draft202012Validator

CHAT = '[{"role": "user", "content": "Tell {{name}} about {{topic}}."}]'
"""The template of prompts that a test does not care about."""

ON_EVERY_ANSWER = {"x-portkey-trace-id", "x-portkey-api-version"}


@cache
def document() -> dict[str, Any]:
    from portkey_openapi.contract import read

    return yaml.load(read(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def _validator(pointer: str, media_type: str) -> Draft202012Validator:
    said = _at(pointer)
    said = _at(said["$ref"]) if "$ref" in said else said
    return Draft202012Validator({**said["content"][media_type]["schema"], "components": document()["components"]})


def _at(pointer: str) -> Any:
    found: Any = document()
    for step in pointer.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Return what the paths of the contract match, fixed ones first."""
    templates = sorted(document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", template)), template) for template in templates]


def _operation(method: str, path: str) -> str | None:
    """Return the pointer to the operation that a request is one of, fixed paths first."""
    for pattern, template in _templates():
        if pattern.fullmatch(path) and method.lower() in document()["paths"][template]:
            return f"#/paths/{template.replace('/', '~1')}/{method.lower()}"
    return None


def _response(pointer: str, status: int) -> Any:
    responses = _at(pointer)["responses"]
    said = responses.get(str(status), responses["default"])
    return _at(said["$ref"]) if "$ref" in said else said


def check_answer(response: httpx.Response) -> None:
    """Hold a whole answer against the contract; one to no operation must have the control plane's error shape."""
    assert response.headers["x-portkey-trace-id"]
    assert response.headers["x-portkey-api-version"] == document()["info"]["version"]
    path = response.request.url.raw_path.decode().partition("?")[0].removeprefix("/v1")
    pointer = _operation(response.request.method, path)
    if pointer is not None and response.is_success:
        named = {name for name in response.headers if name.startswith("x-portkey-")} - ON_EVERY_ANSWER
        assert named <= set(_response(pointer, response.status_code).get("headers", {}))
    if pointer is not None and "content" not in _response(pointer, response.status_code):
        assert response.content == b""
        return
    body = response.json()
    if pointer is None:
        assert path in ("/healthz", "/readyz") or set(body) == {"success", "data"}
        return
    status = str(response.status_code) if str(response.status_code) in _at(pointer)["responses"] else "default"
    problems = list(_validator(f"{pointer}/responses/{status}", "application/json").iter_errors(body))
    assert not problems, (pointer, status, problems[0].message, body)


def check_chunk(chunk: dict[str, Any]) -> None:
    """Hold a chunk of a stream against the contract."""
    pointer = "#/paths/~1prompts~1{prompt_id}~1completions/post/responses/200"
    problems = list(_validator(pointer, "text/event-stream").iter_errors(chunk))
    assert not problems, (problems[0].message, chunk)


class CheckedClient(httpx.Client):
    """Talk to a server on loopback, and check whatever it answers."""

    def __init__(self, base_url: str, **options: Any) -> None:
        # No TLS: reading the certificates of all authorities takes 30 ms for each client.
        super().__init__(base_url=base_url, trust_env=False, timeout=120, verify=False, **options)

    def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        response = super().send(request, stream=stream, **options)
        if not stream:
            if response.headers.get("content-type", "").startswith("text/event-stream"):
                for chunk in chunks_of(response):
                    check_chunk(chunk)
            else:
                check_answer(response)
        return response


def events_of(response: httpx.Response) -> list[str]:
    """Return the data of a whole stream's events."""
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.text.endswith("\n\n")
    events = response.text.removesuffix("\n\n").split("\n\n")
    assert all(event.startswith("data: ") and "\n" not in event for event in events)
    return [event.removeprefix("data: ") for event in events]


def chunks_of(response: httpx.Response) -> list[dict[str, Any]]:
    """Return a whole stream's chunks, without its end and without an error event."""
    decoded = [json.loads(data) for data in events_of(response) if data != "[DONE]"]
    return [chunk for chunk in decoded if "error" not in chunk]


def text_of(response: httpx.Response) -> str:
    """Return the text that a whole stream brought."""
    choices = [choice for chunk in chunks_of(response) for choice in chunk["choices"]]
    return "".join(choice.get("text") or choice.get("delta", {}).get("content") or "" for choice in choices)


def message_of(response: httpx.Response) -> str:
    """Return the message of an error, in whichever family's shape."""
    body = response.json()
    return str(body["error"]["message"] if "error" in body else body["data"]["message"])
