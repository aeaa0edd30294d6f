"""How long a server takes for single requests on a large database, its memory, and what others notice meanwhile."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.serving.servers import Process

from .contents import RARE, Sizes, partial_slug, slug

_COLD = 200
"""References that are rendered for the first time."""
_WALK = 100
"""Prompts on each page of the walk through all of them."""


class Client:
    """One connection to a server."""

    def __init__(self, server: Process) -> None:
        parts = urlsplit(server.base_url)
        self._line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)

    def seconds(self, path: str, body: object = None) -> float:
        """Send a request, and return how long its answer took.

        Raises:
            RuntimeError: the answer was no success.
        """
        data = None if body is None else json.dumps(body)
        began = time.perf_counter()
        self._line.request("GET" if data is None else "POST", path, data, {"content-type": "application/json"})
        answer = self._line.getresponse()
        text = answer.read()
        seconds = time.perf_counter() - began
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path} was answered {answer.status}: {text[:500]!r}")
        return seconds

    def close(self) -> None:
        """Close the connection."""
        self._line.close()


def single(server: Process, sizes: Sizes) -> Iterator[tuple[str, float]]:
    """Yield what is asked for, and the milliseconds of its first answer; nothing of it is in the server's memory."""
    last = sizes.prompts // 20 - 1
    asked = {
        "list, first page": "/v1/prompts?page_size=20",
        "list, middle page": f"/v1/prompts?page_size=20&current_page={last // 2}",
        "list, last page": f"/v1/prompts?page_size=20&current_page={last}",
        "search, rare": f"/v1/prompts?page_size=20&search={RARE}",
        "search, nothing": "/v1/prompts?page_size=20&search=nothing%20like%20it",
        "search, a tenth": "/v1/prompts?page_size=20&search=refund",
        "a collection": "/v1/prompts?page_size=20&collection_id=team-1",
        "versions of a prompt": f"/v1/prompts/{slug(1)}/versions",
        "labels": "/v1/labels",
        "collections": "/v1/collections",
        "partials": "/v1/prompts/partials",
        "page: list": "/ui",
        "page: search": f"/ui?search={RARE}%20",
        "page: used by, of a partial": f"/ui/partials/{partial_slug(1)}",
        "page: runs of a prompt": f"/ui/prompts/{slug(1)}/runs",
    }
    client = Client(server)
    client.seconds("/ui/partials")  # reads the page's templates
    for what, path in asked.items():
        yield what, client.seconds(path) * 1000
    body = {"variables": {"company": "N", "language": "English", "name": "Ada", "items": [], "question": "?"}}
    step = max(1, sizes.prompts // _COLD)
    cold = [client.seconds(f"/v1/prompts/{slug(at)}@production/render", body) for at in range(0, sizes.prompts, step)]
    yield "render by label, cold", median(cold) * 1000
    client.close()


def walk(server: Process, sizes: Sizes) -> float:
    """Ask for all pages of prompts, and return the seconds."""
    client = Client(server)
    pages = range(-(-sizes.prompts // _WALK))
    seconds = sum(client.seconds(f"/v1/prompts?page_size={_WALK}&current_page={page}") for page in pages)
    client.close()
    return seconds


class Noticed(NamedTuple):
    """What callers saw of one path, in milliseconds."""

    path: str
    calls: int
    median: float
    longest: float


@contextmanager
def others(server: Process) -> Iterator[Callable[[], list[Noticed]]]:
    """Ask for `/healthz` and a warm render all the time; the function that is yielded returns how long they took."""
    targets: dict[str, tuple[str, object]] = {
        "healthz": ("/healthz", None),
        "render": (f"/v1/prompts/{slug(0)}/render", {"variables": {}}),
    }
    seen: dict[str, list[float]] = {what: [] for what in targets}
    done = threading.Event()

    def ask(what: str) -> None:
        client = Client(server)
        while not done.is_set():
            seen[what].append(client.seconds(*targets[what]) * 1000)
            time.sleep(0.002)
        client.close()

    def take_noticed() -> list[Noticed]:
        taken = {what: each[:] for what, each in seen.items()}
        for each in seen.values():
            each.clear()
        return [Noticed(what, len(each), median(each), max(each)) for what, each in taken.items()]

    threads = [threading.Thread(target=ask, args=[what]) for what in targets]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.5)
        take_noticed()
        yield take_noticed
    finally:
        done.set()
        for thread in threads:
            thread.join()
