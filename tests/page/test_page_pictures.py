"""The pictures in docs/pictures show the page as it is. `python tests/page/test_page_pictures.py` takes them anew."""

from __future__ import annotations

import hashlib
import json
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path += [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "local")]

from browsing import Tab, browser
from puppet_upstream import wait_for
from test_page_looks import seed

import portkey_local
from portkey_local import LocalServer
from portkey_local.store import runs

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
SEEN = PICTURES / "seen.json"
"""What each picture shows: the words on it, and a digest of the style."""
STYLE = Path(portkey_local.__file__).parent / "ui" / "static" / "page.css"
LARGEST = 100 * 1024
"""Bytes of one picture."""
DAY = "2026-11-02 09:30"


def runs_of(server: LocalServer) -> None:
    """Put runs in the store that took the same time on every machine."""
    store = server._running().store
    seeded = runs.Choice(prompt="welcome")
    assert wait_for(lambda: len(store.read_now(runs.latest, seeded, 3)) == 2, 15)
    prompt = store.read_now(runs.latest, seeded, 1)[0]
    rows = []
    for number in range(120):
        version = 1 + number % 3
        latency = 420.0 + 130 * version + (number * 37 % 200) * (1 + (number % 19 == 0) * 4)
        row = dict(prompt._mapping) | {"id": f"run-{number}", "version_number": version, "latency_ms": latency}
        row |= {"first_token_ms": latency / 3, "reference": ("welcome", "welcome@staging", "welcome@1")[number % 3]}
        row |= {"total_tokens": 90 + 20 * version, "upstream": "openai", "model": "gpt-4o-mini"}
        rows.append(row)
    store.write_now(runs.remove_before, "9999")
    store.write_now(runs.add, rows)


def show_list(tab: Tab) -> None:
    tab.open("")


def show_prompt(tab: Tab) -> None:
    tab.open("/prompts/welcome")
    tab.page.get_by_label("name needed").fill("Ada")
    tab.page.get_by_label("company needed").fill("Lovelace & Co")
    tab.page.get_by_label("items").fill('[{"title": "An engine"}]')
    tab.page.locator(".turn").get_by_text("- An engine").wait_for()
    tab.page.get_by_role("button", name="Run", exact=True).click()
    tab.page.get_by_text("first word after").wait_for()


def show_comparison(tab: Tab) -> None:
    tab.open("/prompts/welcome/compare?old=2&new=3")
    tab.page.get_by_label("name needed").fill("Ada")
    tab.page.get_by_label("company needed").fill("Lovelace & Co")
    tab.page.get_by_label("items").fill('[{"title": "An engine"}]')
    tab.page.locator(".turn").get_by_text("- An engine").wait_for()
    tab.page.get_by_role("button", name="Run both").click()
    tab.page.get_by_text("first word after").nth(1).wait_for()


def show_runs(tab: Tab) -> None:
    tab.open("/prompts/welcome/runs")


SHOWN: dict[str, tuple[Callable[[Tab], None], dict[str, Any]]] = {
    "list": (show_list, {"viewport": {"width": 1000, "height": 400}}),
    "prompt": (show_prompt, {"viewport": {"width": 920, "height": 970}}),
    "prompt-dark": (show_prompt, {"viewport": {"width": 920, "height": 970}, "color_scheme": "dark"}),
    "prompt-narrow": (show_prompt, {"viewport": {"width": 400, "height": 840}}),
    "compare": (show_comparison, {"viewport": {"width": 860, "height": 1030}}),
    "runs": (show_runs, {"viewport": {"width": 1000, "height": 660}}),
}


def take(started: Any, name: str, path: Path) -> dict[str, str]:
    """Take a picture, and return what is to be seen on it."""
    show, options = SHOWN[name]
    with LocalServer() as server:
        seed(server)
        runs_of(server)
        tab = Tab(started, server.base_url.removesuffix("/v1") + "/ui", **options)
        show(tab)
        tab.page.evaluate(
            """day => {
                document.querySelectorAll("time").forEach(each => { each.textContent = day; });
                document.querySelectorAll("[data-status]").forEach(each => {
                    each.textContent = each.textContent.replace(/[0-9.]+ s/g, "0.08 s");
                });
                document.activeElement.blur();
                scrollTo(0, document.querySelector('.pair') ? 190 : 0);
            }""",
            DAY,
        )
        tab.page.screenshot(path=path, animations="disabled")
        words = tab.page.inner_text("body")
        tab.check()
        tab.close()
    return {"words": words, "style": hashlib.sha256(STYLE.read_bytes()).hexdigest()[:16]}


@pytest.mark.parametrize("name", SHOWN)
def test_a_picture_shows_the_page_as_it_is(chromium: Any, tmp_path: Path, name: str) -> None:
    seen = take(chromium, name, tmp_path / "picture.png")
    again = "take the pictures anew: python tests/page/test_page_pictures.py"
    assert json.loads(SEEN.read_text(encoding="utf-8"))[name] == seen, again
    assert size_of(PICTURES / f"{name}.png") == size_of(tmp_path / "picture.png"), again


def test_the_pictures_are_small_and_each_is_shown_somewhere() -> None:
    pictures = sorted(PICTURES.glob("*.png"))
    assert {path.stem for path in pictures} == set(SHOWN)
    assert all(path.stat().st_size < LARGEST for path in pictures)
    text = (ROOT / "docs" / "page.md").read_text(encoding="utf-8")
    assert all(f"(pictures/{path.name})" in text for path in pictures)


def size_of(path: Path) -> tuple[int, int]:
    """Read a PNG's width and height."""
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    return width, height


def take_all() -> None:
    """Take all pictures anew."""
    PICTURES.mkdir(exist_ok=True)
    with browser() as started:
        seen = {name: take(started, name, PICTURES / f"{name}.png") for name in SHOWN}
    SEEN.write_text(json.dumps(seen, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    take_all()
