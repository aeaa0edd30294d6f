"""Print how the server and the command line fare with 100,000 prompts of 5 versions each, and 1,000,000 runs.

The database is filled by `portkey-prompts import` and by the batches that the server records runs in. An answer is the
first one of a server that has just been started: nothing of it was in its memory. A pause is one of the server's own:
what other programs take of the processor is none of it.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.scale import commands, contents, plans, requests
from benchmarks.serving import servers
from benchmarks.serving.__main__ import POSTGRES
from portkey_local.store import Store

_LINE = "{:42}{:>12}{:>12}{:>12}"
_SEARCHES = 20
_ALONE = 3.0
"""Seconds for which others are answered beside nothing."""
_QUICK = contents.Sizes(prompts=5_000, runs=50_000)


def main() -> None:
    """Measure, and print each line as soon as it is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="take a twentieth of the prompts and runs")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="keep to one kind of database")
    parser.add_argument("--plans", action="store_true", help="print the databases' plans too")
    parser.add_argument("--postgres", default=POSTGRES, metavar="URL", help="a server where a database may be made")
    chosen = parser.parse_args()
    sizes = _QUICK if chosen.quick else contents.Sizes()
    print(f"{sizes.prompts:,} prompts of {sizes.versions} versions, {sizes.runs:,} runs", flush=True)
    with tempfile.TemporaryDirectory(prefix="portkey-scale-") as folder:
        archive = Path(folder) / "prompts.jsonl"
        with archive.open("wb") as file:
            contents.write_archive(file, sizes)
        if chosen.only != "postgresql":
            _print("SQLite", f"sqlite:///{Path(folder) / 'prompts.db'}", archive, sizes, chosen.plans)
        if chosen.only != "sqlite":
            with servers.postgres_database(chosen.postgres) as url:
                if url:
                    _print("PostgreSQL", url, archive, sizes, chosen.plans)


def _print(kind: str, url: str, archive: Path, sizes: contents.Sizes, with_plans: bool) -> None:
    print(f"\n{_LINE.format(kind, 'time', 'memory, MB', 'CPU')}", flush=True)
    for line in _measured(url, archive, sizes):
        print(line.rstrip(), flush=True)
    if with_plans:
        for line in plans.lines(url, sizes):
            print(line, flush=True)


def _measured(url: str, archive: Path, sizes: contents.Sizes) -> Iterator[str]:
    yield _of_command("import", commands.run("import", str(archive), "--database", url))
    began = time.perf_counter()
    store = Store(url)
    contents.add_runs(store, sizes)
    store.close()
    yield _line("runs recorded", time.perf_counter() - began)
    yield from _served(url, sizes)
    yield from _beside(url, archive.parent)
    yield _of_command("runs", commands.run("runs", "--json", "--database", url))
    yield _of_command("runs of a prompt", commands.run("runs", contents.slug(1), "--json", "--database", url))
    yield _of_command("runs --by-version", commands.run("runs", "--by-version", "--json", "--database", url))
    if url.startswith("sqlite"):
        copy = archive.with_name("copy.db")
        yield _of_command("backup", commands.run("backup", str(copy), "--database", url))


def _served(url: str, sizes: contents.Sizes) -> Iterator[str]:
    began = time.perf_counter()
    with servers.ours(url) as server:
        client = requests.Client(server)
        client.seconds("/healthz")
        client.close()
        yield _line("start to the first answer", time.perf_counter() - began, server.megabytes())
        for what, milliseconds in requests.single(server, sizes):
            yield _line(what, milliseconds / 1000)
        yield _line("after these", None, server.megabytes())
        yield _line("all pages of 100", requests.walk(server, sizes), server.megabytes())


def _beside(url: str, folder: Path) -> Iterator[str]:
    with servers.watched(url) as server, requests.others(server) as take_noticed:
        time.sleep(_ALONE)
        yield _line("nothing else", _ALONE)
        yield from _noticed(server, take_noticed)
        yield _of_command("export", commands.run("export", "--output", str(folder / "exported"), "--database", url))
        yield from _noticed(server, take_noticed)
        client = requests.Client(server)
        taken = [client.seconds(f"/v1/prompts?search=nothing%20{number}") for number in range(_SEARCHES)]
        client.close()
        yield _line(f"{_SEARCHES} searches", sum(taken))
        yield from _noticed(server, take_noticed)


def _noticed(server: servers.Process, take_noticed: Callable[[], list[requests.Noticed]]) -> Iterator[str]:
    pause = server.longest_pause()
    for each in take_noticed():
        yield _line(f"  beside it: {each.path}, median", each.median / 1000)
        yield _line(f"  beside it: {each.path}, longest", each.longest / 1000)
    yield _line("  beside it: the server's longest pause", pause / 1000)


def _of_command(name: str, taken: commands.Taken) -> str:
    return _line(name, taken.seconds, taken.megabytes, taken.cpu)


def _line(what: str, seconds: float | None, megabytes: float | None = None, cpu: float | None = None) -> str:
    return _LINE.format(what, _time(seconds), "" if megabytes is None else f"{megabytes:.0f}", _time(cpu))


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    main()
