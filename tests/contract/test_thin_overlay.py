"""The overlay is thin: it holds what no contract can say."""

from __future__ import annotations

from repository_copy import ROOT

OVERLAY = ROOT / "overlay" / "portkey_ai"
LIMIT = 2_700
"""Lines written by hand that the overlay may hold; what is derived (`_sync/`) does not count."""


def lines_by_module() -> dict[str, int]:
    modules = (path for path in OVERLAY.rglob("*.py") if "_sync" not in path.parts)
    return {
        path.relative_to(OVERLAY).as_posix(): path.read_text(encoding="utf-8").count("\n")
        for path in sorted(modules, key=lambda path: path.stat().st_size, reverse=True)
    }


def largest(lines: dict[str, int]) -> str:
    found = sorted(lines.items(), key=lambda item: -item[1])[:8]
    return ", ".join(f"{name} {count}" for name, count in found)


def test_the_overlay_holds_at_most_what_it_may() -> None:
    lines = lines_by_module()
    assert 1_000 < sum(lines.values()) <= LIMIT, f"{sum(lines.values())} lines; the largest modules: {largest(lines)}"
