"""What the README says, runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from whole_runs import Run

from portkey_ai import AuthenticationError, Portkey
from portkey_openapi import API_VERSION
from portkey_prompts.contract_diff.report import parse_version

ROOT = Path(__file__).resolve().parents[2]
BADGES = ROOT / "docs/pictures/badges.svg"


def facts() -> list[tuple[str, str]]:
    """What the badges say, from where it is decided."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pythons = sorted(
        (each.rpartition(" :: ")[2] for each in project["classifiers"] if re.search(r"Python :: 3\.\d+$", each)),
        key=lambda version: int(version.partition(".")[2]),
    )
    typed = "typed" if (ROOT / "overlay/portkey_ai/py.typed").exists() else "untyped"
    return [
        ("Python", f"{pythons[0]} to {pythons[-1]}"),
        (typed, ""),
        (project["license"], ""),
        ("contract", API_VERSION),
    ]


def badges() -> str:
    """Draw them."""
    x, drawn = 0.0, list[str]()
    for name, value in facts():
        parts = [(text, colour) for text, colour in ((name, "#3b4252"), (value, "#3f6f8f")) if text]
        for text, colour in parts:
            width = round(len(text) * 6.6 + 14, 1)
            drawn.append(f'<rect x="{x:g}" width="{width:g}" height="20" fill="{colour}"/>')
            drawn.append(f'<text x="{x + width / 2:g}" y="14">{text}</text>')
            x = round(x + width, 1)
        x += 6
    style = "text{font:11px Verdana,DejaVu Sans,sans-serif;fill:#fff;text-anchor:middle}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{x - 6:g}" height="20">\n<style>{style}</style>\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    )


def _blocks(root: Path, language: str, page: str = "README.md") -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (root / page).read_text(), re.S)


def test_the_first_example_prints_what_stands_below_it(python: Run, root: Path) -> None:
    found = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", (root / "README.md").read_text(), re.S)
    program, printed = found[0]
    done = python("-c", program)
    assert (done.stdout.rstrip(), done.stderr) == (printed.rstrip(), "")


def test_the_team_s_commands_make_a_key_and_serve_those_who_have_it(root: Path, database: str, tmp_path: Path) -> None:
    block = next(text for text in _blocks(root, "sh", "docs/server.md") if "--host 0.0.0.0" in text)
    install, *commands = block.splitlines()
    assert install.startswith("pip install")
    # What a reader would change: the database, and which address is served.
    script = "\n".join([*commands[:2], 'printf "%s\\n" "$PORTKEY_API_KEY"', f"exec {commands[2]}"])
    script = re.sub(r"PORTKEY_DATABASE=\S+", f"PORTKEY_DATABASE='{database}'", script)
    script = script.replace("--host 0.0.0.0", "--host 127.0.0.1 --port 0")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    with subprocess.Popen(
        ["bash", "-ec", script],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        key, url = server.stdout.readline().strip(), server.stdout.readline().split()[-1]
        try:
            with Portkey(api_key=key, base_url=url) as portkey:
                assert list(portkey.prompts.list()) == []
            with Portkey(api_key="another", base_url=url) as portkey, pytest.raises(AuthenticationError):
                portkey.prompts.list()
        finally:
            server.terminate()
    assert server.returncode == 0
    shown = subprocess.run(
        [*commands[3].split()],
        env=environment | {"PORTKEY_DATABASE": database},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "no runs" in (shown.stdout + shown.stderr).lower()


def test_every_python_block_is_run_here(root: Path) -> None:
    assert len(_blocks(root, "python")) == 1


def test_the_first_example_is_ten_lines(root: Path) -> None:
    assert len([line for line in _blocks(root, "python")[0].splitlines() if line.strip()]) <= 10


def test_the_badges_are_true(root: Path) -> None:
    assert BADGES.read_text(encoding="utf-8") == badges(), "Draw them anew: python tests/whole/test_readme.py"
    said = re.search(r"!\[(.*?)\]\(docs/pictures/badges\.svg\)", (root / "README.md").read_text())
    assert said is not None
    assert said[1] == ", ".join(f"{name} {value}".strip() for name, value in facts())


def test_every_make_target_that_it_names_exists(root: Path) -> None:
    named = set(re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)", (root / "README.md").read_text(), re.M))
    listed = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True).stdout
    for target in {first or second for first, second in named}:
        assert re.search(rf"make {target}\s", listed), target


def test_every_file_that_it_names_exists(root: Path) -> None:
    text = (root / "README.md").read_text()
    linked = re.findall(r"\]\(((?!https?:)[^)#]+)", text)
    assert len(linked) > 10
    for path in linked:
        assert (root / path).exists(), path


def test_its_pins_name_the_version_that_was_released_last(root: Path) -> None:
    released = max((path.stem for path in (root / "contracts").glob("*.yaml")), key=parse_version)
    assert set(re.findall(r"portkey-prompts==([\d.]+)\.\*", (root / "README.md").read_text())) == {released}


if __name__ == "__main__":
    BADGES.write_text(badges(), encoding="utf-8")
