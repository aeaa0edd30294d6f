"""Which version a caller means: a UUID, a number, `latest` or a label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_LABEL = re.compile(r"[^\s@/]*[^\s@/0-9][^\s@/]*")
LABEL_RULE = "A label's name is not latest, default or all digits, and holds no white space, @ or /."


def is_uuid(text: object) -> bool:
    """Say whether a text is a UUID."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def number_in(text: str) -> int | None:
    """Read a version's number as it stands after an `@`; None where the text is none: `01` is not 1."""
    return int(text) if _NUMBER.fullmatch(text) else None


def is_label(text: str) -> bool:
    """Say whether a text can be a label's name, as the contract's `LabelName` has it."""
    return _LABEL.fullmatch(text) is not None and len(text) <= 255 and text not in ("latest", "default")


def find_version(versions: Iterable[Mapping[str, Any]] | None, wanted: str | int) -> str | None:
    """Find a version's id: by its id, by its number (`2`, `"2"`, `"v2"`), or the newest (`"latest"`).

    Args:
        versions: a prompt's versions, as the service lists them.
        wanted: what the caller said.

    Returns:
        The version's id, or None where `wanted` is none of these: a label, perhaps.
    """
    known = [version for version in versions or () if isinstance(version, Mapping)]
    if any(version.get("id") == wanted for version in known):
        return str(wanted)
    if wanted == "latest":
        newest = max(known, key=lambda version: version.get("prompt_version") or 0, default=None)
        return None if newest is None else newest.get("id")
    text = str(wanted)
    number = number_in(text[text[:1] in ("v", "V") :])
    return next((v.get("id") for v in known if number is not None and v.get("prompt_version") == number), None)


def version_asked(reference: str, given: str | int | None) -> str | int:
    """Choose the version that is meant: the one that was given, else the one after a reference's `@`.

    Raises:
        TypeError: where there is none.
    """
    wanted = reference.partition("@")[2] if given is None else given
    if wanted == "":
        raise TypeError("Pass one version_id: a version's UUID, its number, 'latest' or a label.")
    return wanted


def bare(reference: str) -> str:
    """Take the `@version` off a reference."""
    return reference.partition("@")[0]
