"""What an app without an SDK would write: httpx and json, and nothing else."""

import asyncio
import json
from contextlib import suppress

import httpx

from benchmarks.clock import Block, timed, timed_opening
from benchmarks.long_template import LONG, rendered
from benchmarks.long_template import VARIABLES as LONG_VARIABLES
from benchmarks.workload import API_KEY, CHUNKS, RENDER, STREAM_AT_ONCE, STREAM_BY_CHUNKS, TEXT, VARIABLES, WORD, check

HEADERS = {"x-portkey-api-key": API_KEY}
BODY = {"variables": VARIABLES}
STREAM_BODY = {"variables": VARIABLES, "stream": True}


def render(base_url: str) -> Block:
    """Render a prompt, again and again with one client."""
    client = httpx.Client(base_url=base_url, headers=HEADERS)

    def call() -> None:
        answer = client.post(f"/prompts/{RENDER}/render", json=BODY).json()
        check(answer["data"]["messages"][1]["content"], TEXT)

    return timed(call)


def long_template(base_url: str) -> Block:
    """Have the service render the long template."""
    client, text = httpx.Client(base_url=base_url, headers=HEADERS), rendered()

    def call() -> None:
        answer = client.post(f"/prompts/{LONG}/render", json={"variables": LONG_VARIABLES}).json()
        check(answer["data"]["prompt"], text)

    return timed(call)


def render_async(base_url: str) -> Block:
    """Render a prompt, again and again with one asynchronous client."""
    client = httpx.AsyncClient(base_url=base_url, headers=HEADERS)
    runner = asyncio.Runner()

    async def call() -> None:
        answer = (await client.post(f"/prompts/{RENDER}/render", json=BODY)).json()
        check(answer["data"]["messages"][1]["content"], TEXT)

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
    client = httpx.Client(base_url=base_url, headers=HEADERS)

    def call() -> None:
        words = 0
        with client.stream("POST", f"/prompts/{prompt}/completions", json=STREAM_BODY) as response:
            for line in response.iter_lines():
                if line.startswith("data: ") and line != "data: [DONE]":
                    words += json.loads(line[6:])["choices"][0]["delta"]["content"] == WORD
        check(str(words), str(CHUNKS))

    return timed(call, CHUNKS)


def second_client(base_url: str) -> Block:
    """Make one more client, ready for use; nobody listens at the base URL."""

    def make() -> httpx.Client:
        return httpx.Client(base_url=base_url, headers=HEADERS)

    def use(client: httpx.Client) -> None:
        with suppress(httpx.ConnectError):
            client.post(f"/prompts/{RENDER}/render", json=BODY)
            raise RuntimeError("somebody answered")

    return timed_opening(make, use)
