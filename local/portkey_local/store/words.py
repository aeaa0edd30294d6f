"""Texts of any characters, on databases that don't take all of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

_ESCAPE = "\ufdd0"
"""A code point that is no character: it stands in no text, and where it does, it is escaped too."""


class Words(TypeDecorator[str]):
    """A text as it was given, compared and sorted by its code points.

    PostgreSQL refuses U+0000 in texts, and sorts them by the rules of a language: there it is written as two other code
    points, and sorting is told not to.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the database's own type."""
        return dialect.type_descriptor(Text(collation="C") if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape what the database does not take."""
        if value is None or dialect.name != "postgresql" or ("\0" not in value and _ESCAPE not in value):
            return value
        return value.replace(_ESCAPE, f"{_ESCAPE}d").replace("\0", f"{_ESCAPE}0")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Undo the escapes."""
        if value is None or _ESCAPE not in value or dialect.name != "postgresql":
            return value
        return value.replace(f"{_ESCAPE}0", "\0").replace(f"{_ESCAPE}d", _ESCAPE)
