"""A real browser, without the network beyond this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = os.environ.get("PORTKEY_TEST_CHROMIUM") or shutil.which("chromium") or ""
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
)


@contextmanager
def browser() -> Iterator[Any]:
    """Start Chromium, and end it with the block; where there is none, the test is skipped."""
    if not CHROMIUM:
        pytest.skip("no chromium is installed: apt-get install chromium; or PORTKEY_TEST_CHROMIUM names one")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        try:
            yield started
        finally:
            started.close()


class Tab:
    """A page in the browser that keeps count of what must not happen.

    Attributes:
        page: Playwright's page.
        complaints: What the console said: errors of scripts, and of the policy.
        requests: The addresses that were asked for.
    """

    def __init__(self, started: Any, base: str, **options: Any) -> None:
        self.context = started.new_context(**{"viewport": {"width": 1180, "height": 760}, **options})
        self.page = self.context.new_page()
        self.page.set_default_timeout(120_000)
        self.base = base
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def open(self, path: str) -> None:
        """Go to a path below `/ui`, and wait until everything there has been rendered."""
        self.page.goto(self.base + path)
        self.settle()

    def settle(self) -> None:
        """Wait until what is rendered is there."""
        self.page.wait_for_load_state("load")
        self.page.wait_for_function(
            "() => ![...document.querySelectorAll('[data-rendered]')].some(each => each.ariaBusy === 'true')"
        )

    def check(self) -> None:
        """Check that nothing went wrong, and that no other host was asked for anything."""
        assert self.complaints == []
        strangers = [url for url in self.requests if not url.startswith(self.base.removesuffix("/ui"))]
        assert strangers == []

    def close(self) -> None:
        self.context.close()
