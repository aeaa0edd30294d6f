"""What an installation takes: the bytes of its files, and how many distributions there are.

`python -m benchmarks.installs` installs this package with each choice of extras, in the versions that requirements/
pins, each into an empty folder of its own. Files are counted as pip lists them, with the compiled code that it writes.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import Distribution, distributions
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from benchmarks.processes import ROOT

_LARGEST = 6
_LINE = "{:11}{:>8}{:>12}{:>12}{:>15}   {}"
HEADING = _LINE.format("extras", "MiB", "compiled", "symbols", "distributions", "largest, MiB")


class Installation(NamedTuple):
    """What a folder of distributions takes, in MiB."""

    sizes: dict[str, float]
    """By distribution, the largest first."""
    compiled: float
    """What of all of it is code that Python compiled, and would compile again."""
    symbols: float
    """What of all of it `strip` takes away, which only debuggers read; 0 where that is not installed."""

    @property
    def size(self) -> float:
        """All distributions together."""
        return sum(self.sizes.values())


def measured(site: Path) -> Installation:
    """Measure the distributions of a folder; pip itself, which each environment has, is not counted."""
    found = [one for one in distributions(path=[str(site)]) if one.name not in ("pip", "setuptools")]
    files = {one.name: _files(one) for one in found}
    sizes = {name: _mebibytes(listed) for name, listed in files.items()}
    everything = list(chain.from_iterable(files.values()))
    return Installation(
        dict(sorted(sizes.items(), key=lambda each: -each[1])),
        _mebibytes(file for file in everything if file.suffix == ".pyc"),
        _symbols([file for file in everything if file.suffix == ".so"]),
    )


def _files(distribution: Distribution) -> list[Path]:
    files = [Path(str(each.locate())) for each in distribution.files or ()]
    return [file for file in files if file.exists()]


def _mebibytes(files: Iterable[Path]) -> float:
    return sum(file.stat().st_size for file in files) / 2**20


def _symbols(libraries: list[Path]) -> float:
    if shutil.which("strip") is None:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        stripped = [Path(folder) / str(number) for number in range(len(libraries))]
        for library, copy in zip(libraries, stripped, strict=True):
            subprocess.run(["strip", "-o", copy, library], check=True, capture_output=True)
        return _mebibytes(libraries) - _mebibytes(stripped)


@contextmanager
def fresh(extras: str) -> Iterator[Path]:
    """Install this package into an empty folder, and remove it at the end.

    Args:
        extras: their names, with commas; empty for a plain install.

    Raises:
        subprocess.CalledProcessError: pip fails.
    """
    pins = [f"--constraint={ROOT / 'requirements' / name}" for name in ("dev.txt", "model.txt")]
    wanted = f"{ROOT}[{extras}]" if extras else f"{ROOT}"
    with tempfile.TemporaryDirectory() as folder:
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "--no-build-isolation", *pins, "--target", folder, wanted], check=True)
        yield Path(folder)


def main() -> None:
    """Print a line for each choice of extras."""
    argparse.ArgumentParser(prog="python -m benchmarks.installs", description=__doc__).parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    print(HEADING, flush=True)
    for extras in ("", "local", "cli,local", ",".join(project["optional-dependencies"])):
        with fresh(extras) as site:
            print(_line(extras or "none", measured(site)), flush=True)


def _line(extras: str, found: Installation) -> str:
    largest = ", ".join(f"{name} {size:.1f}" for name, size in list(found.sizes.items())[:_LARGEST])
    figures = (f"{each:.1f}" for each in (found.size, found.compiled, found.symbols))
    label = "all" if extras.count(",") > 1 else extras
    return _LINE.format(label, *figures, len(found.sizes), largest)


if __name__ == "__main__":
    main()
