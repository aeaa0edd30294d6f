"""API keys: what they look like, what is kept of them, and what each of them may do."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Self

from attrs import field, frozen

SCOPES = {
    "read": "read and render prompts",
    "write": "create, change, label and delete",
    "run": "run prompts on a model",
    "release": "publish, and with `write` move protected labels",
}
"""What a key may be made for, and what that lets it do: operations whose `x-scope` in the contract names it."""

_PREFIX = "ppk"
_WRITTEN = re.compile(rf"{_PREFIX}-([0-9a-f]{{16}})-([0-9a-f]{{64}})")
_BEGINNING = re.compile(rf"{_PREFIX}-([0-9a-f]{{16}})(?![0-9a-f])")
_ID = re.compile("[0-9a-f]{16}")
_DIGEST = re.compile("[0-9a-f]{64}")
_LONGEST_NAME = 200
_DURATION = re.compile(r"([0-9]{1,8})([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_LONGEST_LIFE = timedelta(days=36_500)


@frozen
class ApiKey:
    """A key as its holder has it: `ppk-`, a public id, and 256 random bits."""

    id: str
    secret: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """Make a key that nobody has."""
        return cls(secrets.token_hex(8), secrets.token_hex(32))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a key, or return None where the text is none."""
        found = _WRITTEN.fullmatch(text)
        return None if found is None else cls(found[1], found[2])

    @property
    def text(self) -> str:
        """The key as it is sent."""
        return f"{_PREFIX}-{self.id}-{self.secret}"

    @property
    def digest(self) -> str:
        """What is kept of the secret: its SHA-256, in hexadecimal."""
        # One round is enough: slow hashes protect what people think up, and nobody tries 2 to the 256 secrets.
        return hashlib.sha256(self.secret.encode()).hexdigest()


def public_part(text: str) -> str:
    """Return what of a text may be repeated and stored: of a key, whole or maimed, its id alone, else all of it."""
    if not text.startswith(f"{_PREFIX}-"):
        return text
    found = _BEGINNING.match(text)
    return f"{_PREFIX}-…" if found is None else found[1]


def is_id(text: str) -> bool:
    """Tell whether a text can be the public id of a key."""
    return bool(_ID.fullmatch(text))


def is_digest(text: str) -> bool:
    """Tell whether a text can be what is kept of a key's secret."""
    return bool(_DIGEST.fullmatch(text))


def check_name(name: str) -> None:
    """Refuse what can't be a key's name.

    Raises:
        ValueError: The message says what is wrong with it.
    """
    if not 0 < len(name) <= _LONGEST_NAME or name != name.strip():
        raise ValueError(f"A key's name has 1 to {_LONGEST_NAME} characters, and no space at its ends.")
    if public_part(name) != name:
        raise ValueError("A key's name must not be a key itself: names are kept and shown.")


def read_scopes(texts: list[str]) -> list[str]:
    """Read scopes as people write them: several texts, each one or more scopes with commas between.

    Returns:
        Each scope once, in the order of `SCOPES`.

    Raises:
        ValueError: None is named, or one that there is not; the message names those that there are.
    """
    named = [scope.strip() for text in texts for scope in text.split(",")]
    known = f"The scopes are {', '.join(SCOPES)}."
    if not named or "" in named:
        raise ValueError(f"A scope is missing. {known}")
    for scope in named:
        if scope not in SCOPES:
            raise ValueError(f"There is no scope {scope!r}. {known}")
    return [scope for scope in SCOPES if scope in named]


def read_duration(text: str) -> timedelta:
    """Read how long something lasts, such as `90d`: a whole number of seconds, minutes, hours, days or weeks.

    Raises:
        ValueError: It is none, or longer than 36,500 days.
    """
    found = _DURATION.fullmatch(text)
    length = None if found is None else timedelta(seconds=int(found[1]) * _UNITS[found[2]])
    if length is None or length > _LONGEST_LIFE:
        raise ValueError(
            f"{text!r} is no length of time. Write a whole number and a unit (s, m, h, d or w): 90d; at most 36500d."
        )
    return length


def read_expiry(text: str, moment: datetime) -> datetime:
    """Read when a key shall expire: a length of time from now, such as `90d`, or a day, such as `2027-01-31`.

    Args:
        text: What was written. A day means its beginning, 00:00 UTC.
        moment: Now.

    Raises:
        ValueError: It is neither, or is over already.
    """
    try:
        # `fromisoformat` alone reads 20270131 and 2027-W05-1 too, which nobody means.
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if "-" in text else None
    except ValueError:
        raise ValueError(f"{text!r} is no day. Write it as 2027-01-31, or a length of time such as 90d.") from None
    expiry = moment + read_duration(text) if day is None else day
    if expiry <= moment:
        raise ValueError(f"{text!r} is over: it is {moment:%Y-%m-%d %H:%M} UTC, and a day ends a key at 00:00 UTC.")
    if expiry > moment + _LONGEST_LIFE:
        raise ValueError(f"{text!r} is further away than 36500 days. Leave it out for a key that does not expire.")
    return expiry
