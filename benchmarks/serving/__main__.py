"""Print what one process of the server carries, and what two do: renders, reads, writes, streams, memory, pauses.

The load comes from wrk. With two cores or more, the server keeps to one and what measures it to another.
"""

import argparse
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

from benchmarks.serving import inside, memory, pauses, renders, servers, shared, streams
from benchmarks.serving.load import check_there

POSTGRES = os.environ.get("PORTKEY_TEST_POSTGRES", "postgresql://127.0.0.1:5432/postgres")
PARTS = ("inside", "renders", "two-servers", "streams", "memory", "pauses")


def main() -> None:
    """Measure, and print each line as soon as it is there."""
    chosen = _arguments()
    if chosen.only not in ("pauses", "inside"):
        check_there()
    names = " ".join(f"{name} {version(name)}" for name in ("uvicorn", "starlette", "uvloop", "httptools"))
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {names}", flush=True)
    if chosen.only in (None, "inside"):
        print(f"\nInside of the process, without sockets\n{inside.HEADING}", flush=True)
        for line in inside.table(300 if chosen.quick else 3000):
            print(line, flush=True)
    if chosen.only in (None, "renders"):
        _renders(chosen.postgres, *((2, 1.0) if chosen.quick else (7, 3.0)))
    if chosen.only in (None, "two-servers"):
        _two_servers(chosen.postgres, *((2, 1.0) if chosen.quick else (9, 3.0)))
    if chosen.only in (None, "streams"):
        _streams(2 if chosen.quick else 9)
    if chosen.only in (None, "memory"):
        _memory(20_000 if chosen.quick else 100_000)
    if chosen.only in (None, "pauses"):
        _pauses(chosen.quick)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="take a tenth of the time, and be vaguer")
    parser.add_argument("--only", choices=PARTS, help="keep to one part")
    parser.add_argument("--postgres", default=POSTGRES, metavar="URL", help="a server where a database may be made")
    return parser.parse_args()


def _renders(postgres: str, rounds: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder, servers.postgres_database(postgres) as url:
        databases = {"sqlite": f"sqlite:///{Path(folder) / 'prompts.db'}"}
        with renders.targets(databases | ({"postgresql": url} if url else {})) as listed:
            print(f"\n{renders.HEADING}", flush=True)
            for connections in (1, 16, 64):
                chosen = [each for each in listed if connections == 16 or each.what in ("real", "small")]
                for line in renders.table(renders.measure(chosen, connections, rounds, seconds), connections):
                    print(line, flush=True)


def _two_servers(postgres: str, rounds: int, seconds: float) -> None:
    with servers.postgres_database(postgres) as url:
        if url:
            print(f"\nTwo servers on one PostgreSQL, each on one core with its load\n{shared.HEADING}", flush=True)
            for line in shared.table(url, rounds, seconds):
                print(line, flush=True)


def _streams(rounds: int) -> None:
    print(f"\nHow much later a streamed chunk comes than straight from the upstream, {rounds} rounds", flush=True)
    print(streams.HEADING, flush=True)
    for line in streams.table(rounds):
        print(line, flush=True)


def _memory(requests: int) -> None:
    print("\nMemory (RSS) while rendering 500 references with ever other variables", flush=True)
    for done, held in memory.megabytes(requests):
        print(f"{done:>9,} requests {held:>8.1f} MB", flush=True)


def _pauses(quick: bool) -> None:
    print("\nThe longest time that nobody was answered beside one large request; healthz: what others saw", flush=True)
    print(pauses.HEADING, flush=True)
    for line in pauses.table(quick):
        print(line, flush=True)


if __name__ == "__main__":
    main()
