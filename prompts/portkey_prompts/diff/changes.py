"""One change of a prompt, how much it asks of the apps that call it, and its values as text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple


class Verdict(StrEnum):
    """Say what a change of a prompt means for the apps that call it.

    Attributes:
        NONE: nothing that a call could notice.
        TEXT_ONLY: the same messages and the same variables, in other words.
        COMPATIBLE: calls go on working as they are; what the model is told or how it is run has changed.
        BREAKING: a call, or what reads its answer, has to change first.
    """

    NONE = "none"
    TEXT_ONLY = "text only"
    COMPATIBLE = "compatible"
    BREAKING = "breaking"


class Change(NamedTuple):
    """Say what changed, where, and why that matters.

    Attributes:
        kind: what happened, a word for programs, such as `variable_needed`; `text` where only wording changed.
        where: the path in the prompt, such as `variables.items[].price`, `messages[0]` or `tools.weather.city`.
        old: what was there, JSON; None where nothing was.
        new: what is there now, JSON; None where nothing is.
        breaking: whether a call, or what reads its answer, has to change first.
        message: what it means, for people.
    """

    kind: str
    where: str
    old: Any
    new: Any
    breaking: bool
    message: str

    @property
    def verdict(self) -> Verdict:
        """Say what this change alone means."""
        if self.breaking:
            return Verdict.BREAKING
        return Verdict.TEXT_ONLY if self.kind == "text" else Verdict.COMPATIBLE


_SEVERITY = tuple(Verdict)


def verdict_of(changes: Iterable[Change]) -> Verdict:
    """Answer the gravest verdict of all changes."""
    return max((change.verdict for change in changes), key=_SEVERITY.index, default=Verdict.NONE)


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
