"""JSON values as text: to compare them as JSON does, and to show them to people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def canonical(value: Any) -> str:
    """Write a value so that two texts are equal where the values are: 1 is not true, and order of keys is nothing."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=_plain)


def shown(name: str, value: Any) -> list[str]:
    """Write `name: value` as lines that make a readable diff."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, indent=2, default=_plain)
    return f"{name}: {text}".split("\n") if name else text.split("\n")


def _plain(value: object) -> Any:
    """Turn what a mapping may hold besides JSON, such as a date, into JSON."""
    return dict(value) if isinstance(value, Mapping) else str(value)
