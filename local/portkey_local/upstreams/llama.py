"""An upstream in this process: a GGUF model file, run by llama.cpp."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import secrets
import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from attrs import field, frozen

from portkey_local.errors import UpstreamError
from portkey_local.toml_tables import ConfigError
from portkey_prompts.streaming.failures import failure_in
from portkey_prompts.streaming.merger import ChunkMerger

from .base import Run
from .failures import upstream_error


@frozen(kw_only=True)
class LlamaSettings:
    """Which model runs, and how."""

    path: Path
    model: str
    """The name of the model in answers."""
    context: int = 4096
    """Tokens of prompt and answer together, of one run."""
    threads: int = 1
    parallel: int = 2
    """Runs at one time; further ones wait."""


@frozen
class Sink:
    """Carries chunks from the thread of a run to the loop that reads them."""

    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[dict[str, Any] | BaseException | None] = field(factory=asyncio.Queue)
    stopped: threading.Event = field(factory=threading.Event)

    def put(self, item: dict[str, Any] | BaseException | None) -> None:
        """Hand over a chunk, a failure or, as None, the end."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.queue.put_nowait, item)


class LlamaUpstream:
    """Run prompts on a model file; it is loaded at the first run.

    Args:
        settings: Which model runs, and how.
    """

    # Every run is streamed inside, since only then it can be stopped, between two tokens; a whole answer is merged.
    def __init__(self, settings: LlamaSettings) -> None:
        self.span_attributes: Mapping[str, Any] = {
            "gen_ai.provider.name": "llama.cpp",
            "gen_ai.request.model": settings.model,
        }
        self._settings = settings
        self._threads = ThreadPoolExecutor(settings.parallel, thread_name_prefix="portkey-local-llama")
        self._loading = threading.Lock()
        self._closing = threading.Event()
        self._server: Any = None

    async def complete(self, run: Run) -> dict[str, Any]:
        """Run, and return the whole answer."""
        options = {**run.body, "stream_options": {"include_usage": True}}
        merger = ChunkMerger()
        async for chunk in self.stream(Run(run.kind, options, run.trace_id)):
            merger.add(chunk)
        return merger.completion()

    async def stream(self, run: Run) -> AsyncGenerator[dict[str, Any], None]:
        """Run, and yield the answer's chunks, about one for each token."""
        sink = Sink(asyncio.get_running_loop())
        job = self._threads.submit(self._work, run, sink)
        try:
            while (item := await sink.queue.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            sink.stopped.set()
            job.cancel()

    async def close(self) -> None:
        """Stop what runs and unload the model."""
        self._closing.set()
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
        self._server = None

    def _work(self, run: Run, sink: Sink) -> None:
        """Do a run on a thread of its own; its chunks, its failure and its end go into the sink."""
        try:
            server = self._loaded()
            handle = server.handle_completions if run.kind == "completion" else server.handle_chat_completions
            handle({**run.body, "model": self._settings.model, "stream": True}, self._receiver(sink))
            sink.put(None)
        except UpstreamError as error:
            sink.put(error)
        except Exception as error:
            sink.put(UpstreamError(400, f"The model can't take this request: {error}", kind="invalid_request_error"))

    def _receiver(self, sink: Sink) -> Callable[[dict[str, Any]], bool]:
        """Return what takes the chunks of a run, and tells the model to stop when nobody reads them any more."""

        def receive(chunk: dict[str, Any]) -> bool:
            failure = failure_in(chunk)
            sink.put(chunk if failure is None else upstream_error(failure))
            return sink.stopped.is_set() or self._closing.is_set()

        return receive

    def _loaded(self) -> Any:
        with self._loading:
            if self._server is None:
                self._server = _load(self._settings)
            return self._server


def default_threads() -> int:
    """Choose how many threads run a model: half of the processors."""
    # The engine's threads wait for each other by spinning. With as many as there are processors, a run on a busy
    # machine was seen to take 5 to 15 times as long as with half of them.
    return max(1, (os.cpu_count() or 2) // 2)


def check_installed(table: str) -> None:
    """Refuse a configuration whose engine is not installed.

    Raises:
        ConfigError: The engine is missing; the message says how to install it.
    """
    if importlib.util.find_spec("xllamacpp") is None:
        raise ConfigError(f"{table} runs a model, which needs: pip install 'portkey-prompts[model]'")


def _load(settings: LlamaSettings) -> Any:
    xllamacpp = importlib.import_module("xllamacpp")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(settings.path)
    parameters.model_alias = {settings.model}
    parameters.n_parallel = settings.parallel
    parameters.n_ctx = settings.context * settings.parallel
    parameters.cpuparams.n_threads = settings.threads
    parameters.cpuparams_batch.n_threads = settings.threads
    parameters.verbosity = 0
    # The engine opens a port of its own on loopback. Nobody shall get in there: a key that nobody knows, and no pages.
    parameters.api_keys = [secrets.token_urlsafe(32)]
    parameters.ui = False
    parameters.endpoint_slots = False
    try:
        return xllamacpp.Server(parameters)
    except RuntimeError as error:
        raise UpstreamError(
            503, f"The model file {settings.path.name} can't be loaded: {error}", kind="model_unavailable"
        ) from error
