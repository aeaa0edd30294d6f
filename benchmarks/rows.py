"""The rows of the table: what is measured, and the targets."""

import socket
from collections.abc import Callable

from benchmarks.figures import BASELINE, Row, Samples
from benchmarks.measurement import ALL, LIBRARIES, OURS, Bench
from benchmarks.workload import API_KEY, RENDER, TEXT

Measure = Callable[[Bench], Samples]

_BARE_RESULT = """
import httpx
client = httpx.Client(base_url="{url}", headers={{"x-portkey-api-key": "{key}"}})
answer = client.post("/prompts/{prompt}/render", json={{"variables": {{"name": "Alice"}}}}).json()
print(answer["data"]["messages"][1]["content"])
"""
_SDK_RESULT = """
from portkey_ai import Portkey
client = Portkey(api_key="{key}", base_url="{url}")
rendered = client.prompts.render(prompt_id="{prompt}", variables={{"name": "Alice"}})
print(rendered.data.messages[1]["content"])
"""


def _start(bare: str, sdk: str, wanted: str = "") -> Measure:
    """Time programs from the start of a process to its end."""

    def measure(bench: Bench) -> Samples:
        filling = {"url": bench.server.base_url, "key": API_KEY, "prompt": RENDER}
        programs = {library: sdk.format(**filling) for library in LIBRARIES} | {BASELINE: bare.format(**filling)}
        return bench.fresh_processes(programs, wanted)

    return measure


def _second_client(scheme: str) -> Measure:
    """Time making one more client for a port at which nobody listens: connecting to it is refused at once."""

    def measure(bench: Bench) -> Samples:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            return bench.workers("second_client", 3, base_url=f"{scheme}://127.0.0.1:{held.getsockname()[1]}/v1")

    return measure


def _use(use: str, times: int) -> Measure:
    """Time a use of each library, in blocks of so many."""
    return lambda bench: bench.workers(use, times)


ROWS: tuple[tuple[Row, Measure], ...] = (
    (Row("import portkey_ai", "ms", 0.3), _start("import httpx", "import portkey_ai")),
    (Row("from portkey_ai import Portkey", "ms", 0.3), _start("import httpx", "from portkey_ai import Portkey")),
    (Row("import to first result", "ms", 1.1), _start(_BARE_RESULT, _SDK_RESULT, TEXT)),
    (Row("a second client, https://", "ms", 0.02), _second_client("https")),
    (Row("a second client, http://", "ms", 0.02), _second_client("http")),
    (Row("one render call, sync", "µs", 0.9), _use("render", 200)),
    (Row("one render call, async", "µs", 0.95), _use("render_async", 200)),
    (Row("stream, one big write", "chunks/s", 0.7, more_is_better=True), _use("stream_at_once", 4)),
    (Row("stream, a write per chunk", "chunks/s", 0.85, more_is_better=True), _use("stream_by_chunks", 4)),
    (
        Row("connections of 20 streams in a row", "", 1, relative=False),
        lambda bench: bench.connections("stream_by_chunks", 20),
    ),
    (
        Row("render in the client: the engine", "µs", 10, relative=False),
        lambda bench: bench.workers("template", 50, (OURS,), module="templates"),
    ),
    (
        Row("… that no cache knows, parsed first", "µs", 20, relative=False),
        lambda bench: bench.workers("unknown_template", 50, (OURS,), module="templates"),
    ),
    (
        Row("render in the client: a cached prompt", "µs", 40, relative=False),
        lambda bench: bench.workers("long_template", 50, ALL),
    ),
    (
        Row("… of that, outside the engine", "µs", 5, relative=False, difference=True),
        lambda bench: bench.workers("beside_the_engine", 50, (OURS,), module="templates"),
    ),
)
