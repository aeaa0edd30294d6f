"""What browsers are sent: pages from templates, their files, redirects, and charts as SVG."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from . import forms

PREFIX = "/ui"

_WIDTH = 240
_RECT = Markup('<rect class="{}" y="{}" width="{:.1f}" height="{}" rx="2"/>')
_SVG = Markup('<svg class="bar" viewBox="0 0 240 14" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>')
_BANDS = (("p99", 4), ("p95", 2), ("p50", 0))
"""Percentiles, and by how many pixels each band is lower at its top and bottom; each is drawn over the one before."""


def go(path: str, cookie: str = "") -> Response:
    """Send a browser on to a path below `/ui`."""
    return RedirectResponse(PREFIX + path, 303, {"set-cookie": cookie} if cookie else {})


@cache
def assets() -> dict[str, bytes]:
    """Read the files that pages ask for, by name."""
    folder = files("portkey_local.ui") / "static"
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def _asset(name: str) -> str:
    """Return a file's address, with a digest of its content: browsers keep each for ever."""
    return f"{PREFIX}/static/{name}?{hashlib.sha256(assets()[name]).hexdigest()[:12]}"


@cache
def templates() -> Environment:
    """Load the templates of pages, with what they call."""
    loader = PackageLoader("portkey_local.ui")
    made = Environment(autoescape=True, loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals |= {"asset": _asset, "ui": PREFIX, "roles": forms.ROLES, "shown": forms.MOST}
    made.filters |= {"day": lambda stamp: stamp[:16].replace("T", " "), "ms": milliseconds, "json": forms.shown}
    return made


def bars(times: Sequence[Mapping[str, float] | None]) -> list[Markup]:
    """Draw a bar for each of several spreads of milliseconds, `p50`, `p95` and `p99`, on one scale; none for None."""
    most = max((each["p99"] for each in times if each), default=0.0) or 1.0
    return [_bar(each, most) if each else Markup("") for each in times]


def _bar(times: Mapping[str, float], most: float) -> Markup:
    widths = [(name, above, max(times[name] / most * _WIDTH, 2)) for name, above in _BANDS]
    bands = [_RECT.format(name, above, width, 14 - 2 * above) for name, above, width in widths]
    label = ", ".join(f"{name} {milliseconds(times[name])}" for name in ("p50", "p95", "p99"))
    return _SVG.format(label, Markup("").join(bands))


def milliseconds(value: float | None) -> str:
    """Write a time for people: `12 ms`, `1.4 s`."""
    if value is None:
        return "-"
    return f"{value:.0f}\u00a0ms" if value < 1000 else f"{value / 1000:.1f}\u00a0s"
