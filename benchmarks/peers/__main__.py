"""Print what the server and those of MLflow and Phoenix take for the same work: requests, start, memory and size.

The load comes from wrk, which checks each answer. With two cores or more, a server keeps to one with all of its
processes, and what measures it to another. Rounds go in turns, and ratios are those within a round: their median, and
quartiles. A round in which a server answered nothing counts as one answer.
"""

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import installs
from benchmarks.figures import Spread, quartiles
from benchmarks.peers.services import MLflow, Ours, Phoenix, Service, Work
from benchmarks.serving.load import Burst, burst, check_there, checking
from benchmarks.serving.servers import Process

WHATS = ("create", "version", "label", "fetch", "render")
_REQUESTS = "{:9}{:>12}  {:9}{:>12}{:>10}{:>10}   {:24}{}"
_COSTS = "{:9}{:>10}   {:22}{:>8}{:>10}{:>14}{:>15}"
_REQUEST_HEADING = _REQUESTS.format(
    "", "connections", "", "requests/s", "p99 ms", "CPU µs", "ours is faster, times", "by CPU"
)
NOTES = """
create     a prompt with its first version; MLflow takes two requests for that, and this is the first of them alone
version    one more version of the same prompt
label      moving a label from one version to the other
fetch      the version that bears the label; MLflow's own client asks for the registered model as well
render     the version that bears the label, filled in; neither peer's REST API has it: an app fetches, and fills it in
requests/s medians of the rounds; CPU is that of all of a server's processes, also of those that only wait
start      from the start of the program until the first right fetch; database and compiled code are there
RSS, PSS   memory of all processes, after the load; pages that processes share count in each, or once
install    what pip lists, compiled code included; ours with the extra [local]
"""


class Running(NamedTuple):
    """A server that runs, and what it is asked for."""

    service: Service
    process: Process
    works: dict[str, Work]


def main() -> None:
    """Measure, and print each line as soon as it is there."""
    chosen = _arguments()
    check_there()
    with ExitStack() as opened:
        services = [Ours(opened.enter_context(installs.fresh("local"))), MLflow(), Phoenix()]
        folders = {each: Path(opened.enter_context(tempfile.TemporaryDirectory())) for each in services}
        _print_machine(services)
        works = {each: _seeded(each, folders[each]) for each in services}
        starts = _starts(works, folders, 1 if chosen.quick else 5)
        running = [opened.enter_context(_running(each, folders[each], works[each])) for each in services]
        _settle(running)
        print(_REQUEST_HEADING, flush=True)
        for connections in (1, 16):
            for what in WHATS:
                asked = [each for each in running if what in each.works]
                seen = _bursts(asked, what, connections, *((2, 2.0) if chosen.quick else (5, 3.0)))
                for line in _request_lines(what, connections, seen):
                    print(line, flush=True)
        print(
            "\n"
            + _COSTS.format("", "start, s", "of ours, times", "RSS, MB", "PSS, MB", "install, MiB", "distributions")
        )
        for each in running:
            print(_cost_line(each, starts[each.service], starts[services[0]]), flush=True)
    print(f"{NOTES}\nLoad of the machine at the end, this included: {os.getloadavg()[0]:.1f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="take a tenth of the time, and be vaguer")
    return parser.parse_args()


def _print_machine(services: list[Service]) -> None:
    versions = ", ".join(f"{each.distribution} {each.version}" for each in services)
    today = datetime.now(UTC).date()
    print(f"{today}, Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{versions}\n", flush=True)


def _seeded(service: Service, folder: Path) -> dict[str, Work]:
    """Start a server once, so that its code is compiled, and make what it is asked for."""
    with service.start(folder) as process:
        process.ready(service.health)
        works = service.seed(process)
        service.check(process, works["fetch"])
        return works


def _starts(
    works: dict[Service, dict[str, Work]], folders: dict[Service, Path], rounds: int
) -> dict[Service, list[float]]:
    """Return how many seconds each start took until the first right answer."""
    seconds: dict[Service, list[float]] = {each: [] for each in works}
    for _ in range(rounds):
        for service, taken in seconds.items():
            began = time.perf_counter()
            with service.start(folders[service]) as process:
                process.ready(service.health)
                service.check(process, works[service]["fetch"])
                taken.append(time.perf_counter() - began)
    return seconds


@contextmanager
def _running(service: Service, folder: Path, works: dict[str, Work]) -> Iterator[Running]:
    with service.start(folder) as process:
        process.ready(service.health)
        yield Running(service, process, works)
        service.check(process, works["fetch"])


def _settle(running: list[Running]) -> None:
    """Wait until the servers have ended what they begin behind their first answers, a minute at most."""
    for _ in range(30):
        before = sum(each.process.cpu_seconds() for each in running)
        time.sleep(2)
        if sum(each.process.cpu_seconds() for each in running) - before < 0.2:
            return


def _bursts(asked: list[Running], what: str, connections: int, rounds: int, seconds: float) -> dict[str, list[Burst]]:
    """Load servers in turns, so that what else the machine does falls on all of them."""
    seen: dict[str, list[Burst]] = {each.service.name: [] for each in asked}
    for _ in range(rounds):
        for each in asked:
            script = checking(*each.works[what])
            seen[each.service.name].append(burst(each.process, script, connections, seconds))
    return seen


def _request_lines(what: str, connections: int, seen: dict[str, list[Burst]]) -> Iterator[str]:
    ours = seen[Ours.name]
    for name, bursts in seen.items():
        pairs = list(zip(ours, bursts, strict=True))
        faster = quartiles([mine.per_second / theirs.per_second for mine, theirs in pairs])
        yield _REQUESTS.format(
            what,
            connections,
            name,
            f"{median(each.per_second for each in bursts):,.0f}",
            f"{median(each.p99 for each in bursts):.1f}",
            f"{median(each.cpu for each in bursts):,.0f}",
            "-" if bursts is ours else _told(faster),
            "-" if bursts is ours else f"{median(theirs.cpu / mine.cpu for mine, theirs in pairs):.1f}",
        ).rstrip()


def _cost_line(running: Running, starts: list[float], ours: list[float]) -> str:
    found = installs.measured(running.service.site)
    times = quartiles([theirs / mine for mine, theirs in zip(ours, starts, strict=True)])
    return _COSTS.format(
        running.service.name,
        f"{median(starts):.1f}",
        "-" if starts is ours else _told(times),
        f"{running.process.megabytes():,.0f}",
        f"{running.process.proportional_megabytes():,.0f}",
        f"{found.size:,.0f}",
        len(found.sizes),
    )


def _told(spread: Spread) -> str:
    return f"{spread.middle:.1f} ({spread.low:.1f}-{spread.high:.1f})"


if __name__ == "__main__":
    main()
