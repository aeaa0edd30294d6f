"""Release a version, except for the upload: check, build into dist/, tag, list what is left to do.

    python tools/release.py 1.1.0.0

Nothing is sent anywhere. Exit codes: 0 released, 1 something stands in the way: all of it is named, nothing is done.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADING = re.compile(r"^## (\S+) \((.+)\)$", re.M)
VERSION = re.compile(r"\d+\.\d+\.\d+\.\d+")


class ReleaseError(Exception):
    """A step failed; the message says why."""


def run(*command: str | Path) -> str:
    """Run a program in the repository; answer what it printed.

    Raises:
        ReleaseError: it failed; with all that it said.
    """
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        output = f"{done.stdout}{done.stderr}".strip()
        raise ReleaseError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{output}")
    return done.stdout


def this_version() -> str:
    """Read the version that the distribution would have."""
    program = "from portkey_ai import __version__; print(__version__)"
    packages = [str(ROOT / folder) for folder in ("generated", "prompts", "overlay")]
    return run(sys.executable, "-c", f"import sys; sys.path[:0] = {packages!r}; {program}").strip()


def problems(version: str, python: Path) -> Iterator[str]:
    """Say all that stands in the way."""
    if not VERSION.fullmatch(version):
        yield f"`{version}` is no version: four numbers, such as {this_version()}"
        return
    if version != (ours := this_version()):
        yield (
            f"this is {ours}, not {version}: the first three numbers are info.version of openapi.yaml, "
            "the last is OVERLAY_RELEASE of overlay/portkey_ai/_version.py"
        )
    yield from tag_problems(version)
    if changed := run("git", "status", "--porcelain"):
        yield f"the tree is not clean:\n{changed.rstrip()}"
    if (branch := run("git", "branch", "--show-current").strip()) != "main":
        yield f"this is the branch `{branch}`: releases are made on main"
    yield from contract_problems(version)
    yield from changelog_problems(version)
    if not python.exists():
        yield f"{python} is not there: make .venvs/dist/.installed"


def tag_problems(version: str) -> Iterator[str]:
    """Say whether the version is there already, or lower than one that is."""
    tags = [tag.removeprefix("v") for tag in run("git", "tag", "--list", "v*").split()]
    released = [tuple(map(int, tag.split("."))) for tag in tags if VERSION.fullmatch(tag)]
    if released and tuple(map(int, version.split("."))) <= max(released):
        yield f"{'.'.join(map(str, max(released)))} is tagged already: raise the version above it"


def contract_problems(version: str) -> Iterator[str]:
    """Say whether the contract is recorded, and is what the code was compiled from."""
    kept = ROOT / "contracts" / f"{version.rpartition('.')[0]}.yaml"
    if not kept.exists() or kept.read_bytes() != (ROOT / "openapi.yaml").read_bytes():
        yield f"contracts/{kept.name} is not openapi.yaml: make record"
    for check in (["check_contract_version.py"], ["compile_client.py", "--check"], ["derive_sync.py", "--check"]):
        try:
            run(sys.executable, ROOT / "tools" / check[0], *check[1:])
        except ReleaseError as error:
            yield str(error)


def changelog_problems(version: str) -> Iterator[str]:
    """Say whether the newest section of the changelog is this version's, bears a day, and says anything."""
    wanted = f"## {version} ({date.today().isoformat()})"
    first = HEADING.search((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    if first is None or first[1] != version or not is_day(first[2]):
        yield f"CHANGELOG.md begins with `{first[0] if first else 'no version'}`: write `{wanted}`"
    elif not notes(version):
        yield f"CHANGELOG.md says nothing below `{first[0]}`"


def is_day(text: str) -> bool:
    """Whether a text is a day, such as 2026-11-30."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def notes(version: str) -> str:
    """Read what the changelog says of a version."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(version)} \(.+\)$(.*?)(?=^## |\Z)", text, re.M | re.S)
    return section[1].strip() if section else ""


def build(python: Path) -> list[Path]:
    """Build what is released, with its sums beside it."""
    run(python, ROOT / "tools" / "distribute.py", "--build-only")
    built = sorted(path for path in (ROOT / "dist").iterdir() if path.suffix in (".whl", ".gz"))
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in built]
    (ROOT / "dist" / "SHA256SUMS").write_text("".join(sums), encoding="utf-8", newline="\n")
    return built


def left_to_do(version: str) -> Iterator[str]:
    """Say what no program does here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    yield "`make check` and `make dist`, if they did not pass on this very commit"
    yield f"git push --follow-tags, so that others get v{version}"
    if "Repository" not in project["urls"]:
        yield "name this repository's page in pyproject.toml (`Repository`) before the first upload"
    yield f"twine upload dist/portkey_prompts-{version}*, by whoever the name belongs to on the index"
    yield "publish build/site (`make docs`), where there is a place for it"
    yield "raise OVERLAY_RELEASE for what comes next, and begin a section `## … (not released yet)` in CHANGELOG.md"


def main(arguments: list[str] | None = None) -> int:
    """Release; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("version", help="the version to release, four numbers")
    parser.add_argument("--python", type=Path, default=ROOT / ".venvs" / "dist" / "bin" / "python", metavar="FILE")
    options = parser.parse_args(arguments)
    version = options.version
    try:
        if found := list(problems(version, options.python)):
            say("\n".join([*found, f"{version} is not released, and nothing was changed"]), error=True)
            return 1
        built = build(options.python)
        message = f"portkey-prompts {version}\n\n{notes(version)}"
        run("git", "tag", "--annotate", "--cleanup=verbatim", f"v{version}", "--message", message)
    except ReleaseError as error:
        say(str(error), error=True)
        return 1
    say(f"v{version} is tagged, and dist/ has {', '.join(path.name for path in built)} and SHA256SUMS.\nLeft to do:")
    for number, step in enumerate(left_to_do(version), start=1):
        say(f"  {number}. {step}")
    return 0


def say(text: str, *, error: bool = False) -> None:
    """Print a line for people."""
    (sys.stderr if error else sys.stdout).write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
