"""What an app with an SDK writes: the same lines for this package and for the official one, which share their names."""

import asyncio
from collections.abc import Callable
from typing import Any

import portkey_ai
from benchmarks.clock import Block, timed, timed_opening
from benchmarks.long_template import LONG, rendered
from benchmarks.long_template import VARIABLES as LONG_VARIABLES
from benchmarks.workload import API_KEY, CHUNKS, RENDER, STREAM_AT_ONCE, STREAM_BY_CHUNKS, TEXT, VARIABLES, WORD, check
from portkey_ai import AsyncPortkey, Portkey


def render(base_url: str) -> Block:
    """Render a prompt, again and again with one client."""
    client = Portkey(api_key=API_KEY, base_url=base_url)

    def call() -> None:
        rendered = client.prompts.render(prompt_id=RENDER, variables=VARIABLES)
        messages = rendered.data.messages or []
        check(messages[1]["content"], TEXT)

    return timed(call)


def long_template(base_url: str) -> Block:
    """Render the long template: this package by itself, from what it knows, the official SDK by asking the service."""
    return timed(long_template_call(base_url))


def long_template_call(base_url: str) -> Callable[[], object]:
    """Make a call that renders the long template, and see that it renders the right text."""
    source: dict[str, Any] = {}
    if hasattr(portkey_ai, "API_VERSION"):
        source["prompts"] = portkey_ai.PromptSource(ttl=3600)
    client = Portkey(api_key=API_KEY, base_url=base_url, **source)

    def call() -> Any:
        return client.prompts.render(prompt_id=LONG, variables=LONG_VARIABLES)

    check(call().data.prompt, rendered())
    check(call().data.prompt, rendered())
    return call


def render_async(base_url: str) -> Block:
    """Render a prompt, again and again with one asynchronous client."""
    client = AsyncPortkey(api_key=API_KEY, base_url=base_url)
    runner = asyncio.Runner()

    async def call() -> None:
        rendered = await client.prompts.render(prompt_id=RENDER, variables=VARIABLES)
        messages = rendered.data.messages or []
        check(messages[1]["content"], TEXT)

    async def calls(times: int) -> None:
        for _ in range(times):
            await call()

    return lambda times: timed(lambda: runner.run(calls(times)), times)(1)


def stream_at_once(base_url: str) -> Block:
    """Read a stream that was sent in one write."""
    return _stream(base_url, STREAM_AT_ONCE)


def stream_by_chunks(base_url: str) -> Block:
    """Read a stream that was sent in one write a chunk."""
    return _stream(base_url, STREAM_BY_CHUNKS)


def _stream(base_url: str, prompt: str) -> Block:
    client = Portkey(api_key=API_KEY, base_url=base_url)

    def call() -> None:
        words = 0
        for chunk in client.prompts.completions.create(prompt_id=prompt, variables=VARIABLES, stream=True):
            words += chunk.choices[0].delta.content == WORD
        check(str(words), str(CHUNKS))

    return timed(call, CHUNKS)


def second_client(base_url: str) -> Block:
    """Make one more client, ready for use; nobody listens at the base URL."""
    # The official SDK repeats at once, without a wait, and can't be told not to.
    once: dict[str, Any] = {"max_retries": 0} if hasattr(portkey_ai, "API_VERSION") else {}

    def make() -> Portkey:
        return Portkey(api_key=API_KEY, base_url=base_url)

    def use(client: Portkey) -> None:
        try:
            client.prompts.render(prompt_id=RENDER, variables=VARIABLES, **once)
        except Exception as error:
            if type(error).__name__ != "APIConnectionError":
                raise
        else:
            raise RuntimeError("somebody answered")

    return timed_opening(make, use)
