"""`make release`, in a clone of this repository: what stands in its way is named, or it tags."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from portkey_ai import __version__

ROOT = Path(__file__).resolve().parents[2]
BUILDING = ROOT / ".venvs/dist/bin/python"
WHO = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "Ada", "EMAIL": "ada@example.org"}.items()
}


class Clone:
    """A clone on `main` with the files as they are here, uncommitted ones too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        subprocess.run(["git", "clone", "--quiet", "--no-checkout", ROOT, folder], check=True, capture_output=True)
        listed = subprocess.check_output(
            ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], text=True
        )
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        self.git("update-ref", "refs/heads/main", "HEAD")
        self.git("symbolic-ref", "HEAD", "refs/heads/main")
        self.commit()

    def git(self, *arguments: str) -> str:
        return subprocess.check_output(["git", *arguments], cwd=self.folder, env={**os.environ, **WHO}, text=True)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "As it is")

    def head_of_the_changelog(self, heading: str) -> None:
        path = self.folder / "CHANGELOG.md"
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"^## .*$", heading, text, count=1, flags=re.M), encoding="utf-8")

    def release(self, version: str) -> subprocess.CompletedProcess[str]:
        """Run what `make release` runs."""
        recipe = (self.folder / "Makefile").read_text(encoding="utf-8")
        assert "\t@$(BIN)/python tools/release.py $(VERSION)\n" in recipe
        return subprocess.run(
            [sys.executable, "tools/release.py", version, "--python", BUILDING],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **WHO},
            capture_output=True,
            text=True,
        )


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    if not BUILDING.exists():
        pytest.skip("what builds distributions is not installed; `make dist` installs it into .venvs/dist")
    return Clone(tmp_path / "clone")


def test_all_that_stands_in_the_way_is_named_and_nothing_is_done(clone: Clone) -> None:
    clone.head_of_the_changelog("## 9.9.9.9 (not released yet)")
    clone.git("checkout", "--quiet", "-b", "topic")
    clone.git("tag", "v9.9.9.9")
    with (clone.folder / "openapi.yaml").open("a", encoding="utf-8") as contract:
        contract.write("# edited\n")
    done = clone.release("9.9.9.8")
    assert done.returncode == 1
    for named in (
        f"this is {__version__}, not 9.9.9.8",
        "9.9.9.9 is tagged already",
        "the tree is not clean",
        " M openapi.yaml",
        "this is the branch `topic`",
        "contracts/9.9.9.yaml is not openapi.yaml: make record",
        "compile_client.py --check ended with 1",
        f"write `## 9.9.9.8 ({date.today().isoformat()})`",
        "9.9.9.8 is not released, and nothing was changed",
    ):
        assert named in done.stderr
    assert clone.git("tag").split() == ["v9.9.9.9"]
    assert not (clone.folder / "dist").exists()


def test_what_is_no_version_is_refused(clone: Clone) -> None:
    done = clone.release("1.1")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"`1.1` is no version: four numbers, such as {__version__}" in done.stderr


def test_it_builds_tags_and_says_what_is_left_and_never_twice(clone: Clone) -> None:
    clone.head_of_the_changelog(f"## {__version__} (2026-11-30)")
    clone.commit()
    done = clone.release(__version__)
    assert (done.returncode, done.stderr) == (0, "")
    built = {f"portkey_prompts-{__version__}-py3-none-any.whl", f"portkey_prompts-{__version__}.tar.gz"}
    sums = dict(line.split("  ")[::-1] for line in (clone.folder / "dist/SHA256SUMS").read_text().splitlines())
    assert sums == {name: hashlib.sha256((clone.folder / "dist" / name).read_bytes()).hexdigest() for name in built}
    assert clone.git("cat-file", "-t", f"v{__version__}") == "tag\n"
    assert clone.git("tag", "--list", "--format=%(subject)", f"v{__version__}") == f"portkey-prompts {__version__}\n"
    assert f"twine upload dist/portkey_prompts-{__version__}*" in done.stdout
    assert clone.git("status", "--porcelain") == ""
    again = clone.release(__version__)
    assert again.returncode == 1
    assert f"{__version__} is tagged already" in again.stderr
