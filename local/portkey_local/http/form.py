"""Forms, as browsers send them without a script: application/x-www-form-urlencoded."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

_MOST_FIELDS = 10_000
_PIECE = 16 * 1024
"""Bytes of a field that are unescaped in one call."""


def fields_in(raw: bytes) -> list[tuple[str, str]]:
    """Read a form as browsers send it.

    Raises:
        ValueError: It has too many fields, or one is not UTF-8.
    """
    if raw.count(b"&") >= _MOST_FIELDS:
        raise ValueError("a form of too many fields")
    pairs = [each.partition(b"=") for each in raw.split(b"&") if each]
    return [(_unescaped(name), _unescaped(value)) for name, _, value in pairs]


def _unescaped(text: bytes) -> str:
    """Undo the escapes of a field."""
    # Piece by piece: other threads, the event loop's too, wait while one call runs.
    pieces, at = [], 0
    while at < len(text):
        end = at + _PIECE
        cut = text[end - 2 : end].rfind(b"%")
        if cut >= 0:  # in front of an escape, not through it
            end += cut - 2
        pieces.append(unquote_to_bytes(text[at:end].replace(b"+", b" ")))
        at = end
    return b"".join(pieces).decode()
