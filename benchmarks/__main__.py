"""Print how long calls take, in multiples of bare httpx."""

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from benchmarks import environments, table
from benchmarks.figures import Result
from benchmarks.measurement import ALL, Bench, Effort
from benchmarks.processes import Loopback
from benchmarks.rows import ROWS

THOROUGH = Effort(programs=12, generations=3, rounds=10)
QUICK = Effort(programs=3, generations=2, rounds=4)


def main() -> None:
    """Measure, and print each row as soon as it is there."""
    chosen = _arguments()
    plain, official, langfuse = environments.plain(), environments.official(), environments.langfuse()
    with Loopback() as server:
        bench = Bench(server, plain, official, langfuse, QUICK if chosen.quick else THOROUGH)
        results = (Result(row, measure(bench)) for row, measure in ROWS if chosen.only in row.title)
        if chosen.json:
            print(json.dumps([_as_json(result) for result in results], indent=2, ensure_ascii=False))
        else:
            _print(results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="take a third of the time, and be vaguer")
    parser.add_argument("--json", action="store_true", help="print JSON, all samples included")
    parser.add_argument("--only", default="", metavar="TEXT", help="keep to the rows whose title has this in it")
    return parser.parse_args()


def _print(results: Iterable[Result]) -> None:
    print(table.heading(), flush=True)
    for result in results:
        print(table.line(result), flush=True)
    print(table.NOTES)


def _as_json(result: Result) -> dict[str, Any]:
    spreads = {library: result.spread(library) for library in ALL}
    figures = {library: asdict(spread) for library, spread in spreads.items() if spread}
    return {**asdict(result.row), "reached": result.reached(), "spreads": figures, "samples": result.samples}


if __name__ == "__main__":
    main()
