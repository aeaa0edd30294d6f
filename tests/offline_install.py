"""What stands for `pip install` without a network: this repository's wheel, and the packages that it asks for."""

from __future__ import annotations

import shlex
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

REQUESTED = ("portkey-prompts[cli,local]", "pytest")
OURS = "portkey-prompts"


def install_command(wheel: Path, folder: Path) -> str:
    """Write the command that installs this repository's wheel with what it requires, into the `python` of the shell.

    What it requires, and nothing else, is linked from the packages of the Python that runs this, whose pip is used:
    the environment needs none of its own.

    Args:
        wheel: this repository's.
        folder: where to put the links.
    """
    links = folder / "links"
    link_packages(REQUESTED, links)
    site = "$(python -c 'import sysconfig; print(sysconfig.get_path(\"purelib\"))')"
    pip = f'{shlex.quote(sys.executable)} -m pip --python "$(command -v python)"'
    install = (
        f"{pip} install --quiet --disable-pip-version-check --no-index --no-deps --no-compile {shlex.quote(str(wheel))}"
    )
    return f'{install}\necho {shlex.quote(str(links))} > "{site}/links.pth"'


def link_packages(requested: tuple[str, ...], folder: Path) -> None:
    """Link all that requirements ask for, but this repository's own, into a new folder."""
    folder.mkdir()
    for name in sorted(required(requested) - {OURS}):
        _link(distribution(name), folder)


def required(requested: tuple[str, ...]) -> set[str]:
    """Find everything that requirements ask for, directly or not, by the metadata of what is installed."""
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(text) for text in requested]
    while waiting:
        requirement = waiting.pop()
        for extra in ("", *requirement.extras):
            key = (requirement.name.lower(), extra)
            if key in seen:
                continue
            seen.add(key)
            asked = [Requirement(text) for text in distribution(requirement.name).requires or ()]
            waiting += [each for each in asked if not each.marker or each.marker.evaluate({"extra": extra})]
    return {name for name, _ in seen}


def _link(installed: Distribution, folder: Path) -> None:
    """Link a distribution's modules and metadata; its scripts stay where they are."""
    tops = {file.parts[0] for file in installed.files or ()} - {"..", "__pycache__"}
    for top in tops:
        link = folder / top
        if not link.is_symlink():
            link.symlink_to(Path(str(installed.locate_file(top))))
