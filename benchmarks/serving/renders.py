"""How many renders a second, and how late the last hundredth: on each database, in turns with the constant."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.serving import contents, servers
from benchmarks.serving.load import Burst, burst, getting, posting
from benchmarks.serving.servers import Process

CONSTANT = "constant"


class Target(NamedTuple):
    """One thing to measure."""

    what: str
    on: str
    server: Process
    path: str
    script: str


class Seeded(NamedTuple):
    """The paths of what was seeded in a server."""

    real: str
    small: str


def seed(server: Process) -> Seeded:
    """Make the prompts of the benchmark."""
    server.call("POST", "/prompts/partials", {"name": "tone", "string": contents.PARTIAL})
    tone = server.call("GET", "/prompts/partials")["data"][0]["slug"]
    settings = {
        "parameters": {"temperature": 0.2, "max_tokens": 512},
        "model": "gpt-4o-mini",
        "collection_id": "default",
    }
    real = server.call("POST", "/prompts", {"name": "real", "string": contents.real(tone), **settings})["slug"]
    plain = {"name": "small", "string": contents.SMALL, "parameters": {}, "collection_id": "default"}
    small = server.call("POST", "/prompts", plain)["slug"]
    return Seeded(f"/prompts/{real}", f"/prompts/{small}")


@contextmanager
def targets(databases: dict[str, str]) -> Iterator[list[Target]]:
    """Start all servers, with a prompt of real contents and a small one, and yield what to measure.

    Args:
        databases: URLs by their names in the table.
    """
    bodies = {"real": {"variables": contents.VARIABLES}, "small": {"variables": {"name": "Ada"}}}
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        listed: list[Target] = []
        for on, url in databases.items():
            server = opened.enter_context(servers.ours(url))
            seeded = seed(server)._asdict()
            for what, path in seeded.items():
                listed.append(Target(what, on, server, f"{path}/render", posting(bodies[what])))
            listed.append(Target("healthz", on, server, "/healthz", getting()))
            listed.append(Target("read", on, server, seeded["real"], getting()))
            for number in range(18):  # a page of 20
                page = {"name": f"{number}", "string": "x", "parameters": {}, "collection_id": "default"}
                server.call("POST", "/prompts", page)
            listed.append(Target("list", on, server, "/prompts?page_size=20", getting()))
            update = posting({"string": contents.SMALL, "parameters": {}}, "PUT")
            listed.append(Target("write", on, server, seeded["small"], update))
        for what in bodies:
            (target,) = [each for each in listed if each.what == what and each.on == next(iter(databases))]
            file = folder / f"{what}.json"
            file.write_bytes(json.dumps(target.server.call("POST", target.path, bodies[what])).encode())
            process = opened.enter_context(servers.constant(file))
            listed.append(Target(what, CONSTANT, process, target.path, target.script))
        yield listed


def measure(listed: list[Target], connections: int, rounds: int, seconds: float) -> dict[Target, list[Burst]]:
    """Load all targets in turns, so that what else the machine does falls on all of them."""
    bursts: dict[Target, list[Burst]] = {target: [] for target in listed}
    for _ in range(rounds):
        for target in listed:
            bursts[target].append(burst(target.server, target.script, connections, seconds, target.path))
    return bursts


def table(bursts: dict[Target, list[Burst]], connections: int) -> Iterator[str]:
    """Write a line for each target, with its share of the constant."""
    for target, seen in bursts.items():
        beside = [each for other, each in bursts.items() if (other.what, other.on) == (target.what, CONSTANT)]
        shares = [one.per_second / two.per_second for one, two in zip(seen, *beside, strict=True)] if beside else []
        spent = [two.cpu / one.cpu for one, two in zip(seen, *beside, strict=True)] if beside else []
        share = f"{median(shares):.2f} ({min(shares):.2f}-{max(shares):.2f})" if beside else "-"
        yield _LINE.format(
            target.what,
            target.on,
            connections,
            f"{median(each.per_second for each in seen):,.0f}",
            f"{median(each.p99 for each in seen):.1f}",
            f"{median(each.cpu for each in seen):.0f}",
            share,
            f"{median(spent):.2f}" if beside else "-",
        ).rstrip()


_LINE = "{:9}{:12}{:>12}{:>12}{:>10}{:>9}  {:18}{}"
HEADING = _LINE.format("what", "on", "connections", "requests/s", "p99 ms", "CPU µs", "of the constant", "by CPU")
