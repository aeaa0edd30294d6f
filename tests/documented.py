"""The tables of examples in `docs/templates.md`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

PAGE = Path(__file__).parents[1] / "docs/templates.md"
LOOP = {"pp-loop": "{{>pp-loop}}"}


class Example(NamedTuple):
    """A row: texts that templates render to are None where it is an error."""

    what: str
    template: str
    data: Any
    first: str | None
    second: str | None


def examples(heading: str) -> list[Example]:
    """Read the table below a heading."""
    section = PAGE.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return [Example(row[0].strip(), *map(_cell, row[1:5])) for row in rows[2:]]


def _cell(text: str) -> Any:
    return None if text == "error" else json.loads(text.strip("`"))
