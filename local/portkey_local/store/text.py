"""Texts of any characters, on databases that don't take all of them."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

_ESCAPES = {"\0": "\x01\x01", "\x01": "\x01\x02"}
"""Chosen so that escaped texts sort as the texts themselves do."""
_ESCAPED = {escape: character for character, escape in _ESCAPES.items()}
_NEEDING = re.compile("[\0\x01]")
_ESCAPE = re.compile("\x01[\x01\x02]")


class AnyText(TypeDecorator[str]):
    """A text as it was given, compared and sorted by its code points.

    PostgreSQL refuses U+0000 in texts, and sorts them by the rules of a language. There U+0000 is written as two other
    code points, and the column's collation is `C`.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the database's own type."""
        return dialect.type_descriptor(Text(collation="C") if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape what the database does not take."""
        if value is None or dialect.name != "postgresql" or ("\0" not in value and "\x01" not in value):
            return value
        return _NEEDING.sub(lambda found: _ESCAPES[found[0]], value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Undo the escapes."""
        if value is None or dialect.name != "postgresql" or "\x01" not in value:
            return value
        return _ESCAPE.sub(lambda found: _ESCAPED[found[0]], value)
