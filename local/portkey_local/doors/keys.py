"""API keys: what they look like, what is kept of them, and what each of them may do."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING, Self

from attrs import field, frozen

if TYPE_CHECKING:
    from portkey_local.contract import Operation

SCOPES = {
    "read": "read and render prompts",
    "write": "create, change, publish, label and delete",
    "run": "run prompts on a model",
}
"""What a key may be made for, and what that lets it do."""

_PREFIX = "ppk"
_WRITTEN = re.compile(rf"{_PREFIX}-([0-9a-f]{{16}})-([0-9a-f]{{64}})")
_BEGINNING = re.compile(rf"{_PREFIX}-([0-9a-f]{{16}})(?![0-9a-f])")
_RUNS = frozenset({"createPromptCompletion", "createGeneration"})
_READS = frozenset({"renderPrompt"})
"""Operations that are a POST and change nothing."""


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
        """What is kept of the secret.

        One round of SHA-256 is enough: slow hashes protect what people think up, and nobody tries 2 to the 256 secrets.
        """
        return hashlib.sha256(self.secret.encode()).hexdigest()


def public_part(text: str) -> str:
    """Return what of a text may be repeated and stored: of a key, whole or maimed, its id alone, else all of it."""
    if not text.startswith(f"{_PREFIX}-"):
        return text
    found = _BEGINNING.match(text)
    return f"{_PREFIX}-…" if found is None else found[1]


def scope_for(operation: Operation) -> str:
    """Return the scope that an operation of the contract takes."""
    if operation.id in _RUNS:
        return "run"
    return "read" if operation.method == "GET" or operation.id in _READS else "write"


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
