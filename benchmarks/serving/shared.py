"""How many renders a second two servers on one PostgreSQL answer, in turns with one of them.

A server and the load that it gets share a core: with two cores there is no third one to send from. So one core of both
is compared with two, and the processor time of a render, which depends less on who else is there.
"""

import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import NamedTuple

from benchmarks.figures import quartiles
from benchmarks.serving import contents, renders, servers
from benchmarks.serving.load import burst, posting
from benchmarks.serving.servers import CLIENT_CORE, SERVER_CORE, Process

CONNECTIONS = 16
"""With each server."""
_LINE = "{:>7}{:>12}  {:20}{:>16}{:>13}"
HEADING = _LINE.format("servers", "requests/s", "of one", "CPU µs, server", "CPU µs, wrk")


class Round(NamedTuple):
    """What all servers that were loaded did together."""

    per_second: float
    cpu: float
    """Microseconds of a server's processor time for a request."""
    load: float
    """Microseconds of wrk's processor time for a request."""


def table(database: str, rounds: int, seconds: float) -> Iterator[str]:
    """Write a line for one server, and one for two.

    Args:
        database: the URL of an empty database.
        rounds: how often each is loaded, in turns.
        seconds: for how long.
    """
    with servers.ours(database, core=SERVER_CORE) as first, servers.ours(database, core=CLIENT_CORE) as second:
        path = f"{renders.seed(first).real}/render"
        both = {first: SERVER_CORE, second: CLIENT_CORE}
        seen: dict[int, list[Round]] = {1: [], 2: []}
        for _ in range(rounds):
            seen[1].append(_loaded({first: SERVER_CORE}, path, seconds))
            seen[2].append(_loaded(both, path, seconds))
    for number, found in seen.items():
        of_one = quartiles([each.per_second / one.per_second for each, one in zip(found, seen[1], strict=True)])
        yield _LINE.format(
            number,
            f"{median(each.per_second for each in found):,.0f}",
            f"{of_one.middle:.2f} ({of_one.low:.2f}-{of_one.high:.2f})",
            f"{median(each.cpu for each in found):.0f}",
            f"{median(each.load for each in found):.0f}",
        )


def _loaded(cores: dict[Process, str], path: str, seconds: float) -> Round:
    """Load servers at the same time, each from its own core."""
    script = posting({"variables": contents.VARIABLES})
    before = _children()
    with ThreadPoolExecutor() as threads:
        running = [
            threads.submit(burst, server, script, CONNECTIONS, seconds, path, core) for server, core in cores.items()
        ]
    bursts = [each.result() for each in running]
    requests = sum(each.requests for each in bursts)
    cpu = sum(each.cpu * each.requests for each in bursts) / requests
    return Round(sum(each.per_second for each in bursts), cpu, (_children() - before) / requests * 1e6)


def _children() -> float:
    """Return the processor time of all processes that have ended, in seconds; servers have not yet."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
