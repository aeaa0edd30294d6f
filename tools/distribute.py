"""Build the wheel and the sdist into dist/, and try them as strangers would.

    python tools/distribute.py                 build, check, install with each extra on each Python that is here
    python tools/distribute.py --only 3.13     the same, on one Python
    python tools/distribute.py --build-only    build and check
    python tools/distribute.py --record        write the list of the wheel's files anew
    python tools/distribute.py --newest        print the newest Python that is here, where it is newer than this one

It runs with what requirements/dist.txt names. Exit codes: 0 as it should be, 1 not so.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FILES = ROOT / "tools" / "wheel-files.txt"
SEED = ROOT / "tests" / "whole" / "seed"
SERVER = ROOT / "tests" / "whole" / "seed_server.py"
PLAIN, SERVING = "", "local"
ROUND = """
from portkey_ai import Portkey
assert Portkey({arguments}).prompts.render(prompt_id="template_123", variables={{"name": 1, "topic": 2}}).messages
"""
PROGRAMS: dict[str, list[str]] = {
    PLAIN: ["-m", "portkey_cli.main", "contract"],
    "cli": ["-m", "portkey_cli.main", "list"],
    "local": ["-m", "portkey_cli.main", "serve", "--help"],
    "mcp": ["-m", "portkey_cli.main", "mcp"],
    "model": ["-c", "import xllamacpp, portkey_local"],
    "otel": ["-c", ROUND.format(arguments="telemetry=True")],
    "postgres": ["-c", "import psycopg.pq, portkey_local; assert psycopg.pq.version()"],
}
"""For each extra, a program that needs it; the programs of the interface run with each, too."""


class DistributionError(Exception):
    """What was built is not as it should be; the message says how."""


class Built(NamedTuple):
    """The two files that are released."""

    wheel: Path
    sdist: Path


def project() -> dict[str, Any]:
    """Read the project's metadata."""
    metadata: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return metadata


def build(folder: Path) -> Built:
    """Build the sdist, and the wheel out of the sdist, into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT))
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    run(sys.executable, "-m", "twine", "check", "--strict", str(wheel), str(sdist))
    return Built(wheel, sdist)


def files_of(wheel: Path) -> list[str]:
    """List a wheel's files, without the version in the name of the metadata's folder."""
    with zipfile.ZipFile(wheel) as opened:
        return sorted(re.sub(r"^(\w+)-[\d.]+(\.dist-info/)", r"\1\2", name) for name in opened.namelist())


def differences(wheel: Path) -> list[str]:
    """Say which files of a wheel are not in the committed list, and the other way round."""
    shipped, listed = set(files_of(wheel)), set(FILES.read_text(encoding="utf-8").splitlines())
    return [f"not listed: {name}" for name in sorted(shipped - listed)] + [
        f"not in the wheel: {name}" for name in sorted(listed - shipped)
    ]


def record(wheel: Path) -> None:
    """Write the list of a wheel's files."""
    FILES.write_text("".join(f"{name}\n" for name in files_of(wheel)), encoding="utf-8", newline="\n")


def pythons() -> dict[str, Path | None]:
    """Find the Pythons that the project names, by their version; None where one is not here."""
    names = [name.rpartition(" ")[2] for name in project()["classifiers"] if re.search(r":: 3\.\d+$", name)]
    return {name: find_python(name) for name in names}


def newest() -> Path | None:
    """Find the newest Python that is here, of those that the project names; None where it is the one that runs this."""
    found = [(tuple(map(int, version.split("."))), python) for version, python in pythons().items() if python]
    version, python = max(found, default=((0,), None))
    return python if version > sys.version_info[:2] else None


def find_python(version: str) -> Path | None:
    """Find a Python on the path, or among pyenv's; a shim of pyenv that leads nowhere is none."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = shutil.which(f"python{version}")
    pyenvs = sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"))
    for place in [Path(found), *pyenvs] if found else pyenvs:
        if subprocess.run([place, "-c", "import ssl, sqlite3, venv"], capture_output=True).returncode == 0:
            return place
    return None


def try_all(wheel: Path, only: str | None = None) -> list[str]:
    """Install a wheel with each extra on each Python, or on one, and run programs on it; answer what failed."""
    failed = []
    for version, python in pythons().items():
        if only not in (None, version):
            continue
        if python is None:
            say(f"Python {version}: not here, so not tried")
            continue
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(shutil.copy(wheel, scratch))  # another build may replace dist/ meanwhile
            failed += try_on(version, python, copy, Path(scratch))
    return failed


def try_on(version: str, python: Path, wheel: Path, scratch: Path) -> list[str]:
    """Try every extra on one Python; the programs ask a server that runs in its extra's environment."""
    serving = install(python, wheel, SERVING, scratch)
    failed = []
    with server(serving) as (url, output):
        for extra in (PLAIN, *project()["optional-dependencies"]):
            name = f"Python {version}, {f'portkey-prompts[{extra}]' if extra else 'portkey-prompts'}"
            try:
                environment = serving if extra == SERVING else install(python, wheel, extra, scratch)
                try_programs(environment, extra, url, output)
            except DistributionError as error:
                failed.append(f"{name}: {error}")
            say(f"{name}: {'failed' if failed and failed[-1].startswith(f'{name}:') else 'ok'}")
    return failed


def install(python: Path, wheel: Path, extra: str, scratch: Path) -> Path:
    """Install a wheel into a new environment; answer its Python."""
    folder = scratch / (extra or "plain")
    run(str(python), "-m", "venv", str(folder))
    installed = folder / "bin" / "python"
    pip = [str(installed), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run(*pip, "install", f"portkey-prompts[{extra}] @ {wheel.as_uri()}" if extra else str(wheel))
    run(*pip, "check")
    return installed


@contextmanager
def server(python: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve what the programs of the interface ask for; gives the URL, and what the sync one has to print."""
    started = subprocess.Popen([python, SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")
    assert started.stdin is not None
    assert started.stdout is not None
    try:
        url, *output = (started.stdout.readline().rstrip("\n") for _ in range(6))
        yield url, output
    finally:
        started.stdin.close()
        started.wait(timeout=60)
        started.stdout.close()


def try_programs(python: Path, extra: str, url: str, output: list[str]) -> None:
    """Run the interface's programs, and the extra's own one."""
    printed = run(str(python), "-W", "error", str(SEED / "sync_program.py"), PORTKEY_BASE_URL=url)
    if printed.splitlines() != output:
        raise DistributionError(f"the sync program printed\n{printed}")
    run(str(python), "-W", "error", str(SEED / "async_program.py"), PORTKEY_BASE_URL=url)
    run(str(python), *PROGRAMS[extra], PORTKEY_BASE_URL=url, PORTKEY_API_KEY="any")


def run(*command: str, **environment: str) -> str:
    """Run a program without input, away from this repository; answer what it printed.

    Raises:
        DistributionError: it failed; with all that it said.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PORTKEY_", "PYTHON"))}
    done = subprocess.run(
        command, cwd="/", env={**ours, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise DistributionError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def main(arguments: list[str] | None = None) -> int:
    """Build and try, or record; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--build-only", action="store_true", help="install nothing")
    parser.add_argument("--record", action="store_true", help="write the list of the wheel's files anew")
    parser.add_argument("--only", metavar="VERSION", help="try this Python alone, such as 3.13")
    parser.add_argument("--newest", action="store_true", help="print the newest Python that is here, and do no more")
    options = parser.parse_args(arguments)
    if options.newest:
        say(str(newest() or ""))
        return 0
    try:
        built = build(ROOT / "dist")
        if options.record:
            record(built.wheel)
        problems = differences(built.wheel)
        if problems:
            problems.append("Where files came or went on purpose: make dist RECORD=1")
        if not problems and not options.build_only:
            problems = try_all(built.wheel, options.only)
    except DistributionError as error:
        say(str(error), error=True)
        return 1
    if problems:
        say("\n".join(problems), error=True)
        return 1
    say(f"dist/ has {built.wheel.name} and {built.sdist.name}")
    return 0


def say(text: str, *, error: bool = False) -> None:
    """Print a line for people."""
    (sys.stderr if error else sys.stdout).write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
