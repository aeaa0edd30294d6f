# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Points in time, from the text of an answer."""

from __future__ import annotations

from datetime import datetime as datetime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def moment(text: str) -> datetime | None:
    """Read a time stamp; None where the text names no full date. The item keeps the text."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _unusual(text)


def _unusual(text: str) -> datetime | None:
    """Read a date that is no ISO 8601, such as an HTTP date; None where a part of the date is missing."""
    # The parser takes missing parts from the default: where one is missing, two defaults give two results.
    first, second = _parsed(text, datetime(2000, 1, 1)), _parsed(text, datetime(2001, 2, 2))
    return first if first == second else None


def _parsed(text: str, default: datetime) -> datetime | None:
    from importlib import import_module

    parser: Any = import_module("dateutil.parser")
    try:
        found = parser.parse(text, default=default)
    except (ValueError, OverflowError, TypeError):
        return None
    return found if isinstance(found, datetime) else None
