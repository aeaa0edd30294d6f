"""Finding out what references mean now, without I/O: says what it needs, round by round, until it has it all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from .entries import LockedPrompt, lock_prompt
from .errors import LockError
from .includes import Includes


class Wanted(NamedTuple):
    """Something that the service has to be asked for."""

    kind: Literal["prompt", "partial"]
    """Which of `retrievePrompt` and `retrievePromptPartial` answers it."""
    reference: str
    """What to ask for."""


class Resolution:
    """Several references being locked together: each partial is asked for once, so that all prompts agree on it.

    Example:
        >>> resolution = Resolution(["pp-greeting@production"])
        >>> while wanted := resolution.wanted():
        ...     for each in wanted:
        ...         resolution.add(each, fetch(each))
        >>> resolution.locked("pp-greeting@production")
        LockedPrompt('pp-greeting@production', version=12, sha256='5d1c0b7e2f40'…)
    """

    def __init__(self, references: Iterable[str]) -> None:
        """Begin.

        Args:
            references: prompts as the app writes them; one that is given twice is asked for once.
        """
        self.references = tuple(dict.fromkeys(references))
        self._prompts: dict[str, Mapping[str, Any] | None] = {}
        self._partials: dict[str, Mapping[str, Any] | None] = {}
        self._texts: dict[str, str | None] = {}

    def wanted(self) -> tuple[Wanted, ...]:
        """List what is needed next, each once; nothing where everything is there."""
        prompts = [Wanted("prompt", reference) for reference in self.references if reference not in self._prompts]
        needed = dict.fromkeys(name for detail in self._prompts.values() if detail for name in self._needs(detail))
        return (*prompts, *(Wanted("partial", reference) for reference in needed if reference not in self._partials))

    def add(self, wanted: Wanted, record: Mapping[str, Any] | None) -> None:
        """Take what was asked for.

        Args:
            wanted: what it is.
            record: the service's answer; None where there is no such prompt or partial.
        """
        if wanted.kind == "prompt":
            self._prompts[wanted.reference] = record
        else:
            self._partials[wanted.reference] = record
            self._texts[wanted.reference] = None if record is None else record.get("string") or ""

    def locked(self, reference: str) -> LockedPrompt:
        """Lock a reference to what was answered.

        Raises:
            LockError: there is no such prompt, or a partial that it includes is missing or malformed.
        """
        detail = self._prompts[reference]
        if detail is None:
            problem = "the service has no such prompt, version or label."
            raise LockError(problem, remedy="See what there is: portkey-prompts list", reference=reference)
        return lock_prompt(reference, detail, self._partials)

    def _needs(self, detail: Mapping[str, Any]) -> list[str]:
        try:
            includes = Includes(detail, self._texts)
        except LockError:
            return []  # a malformed template is for `locked` to say, of the one prompt that has it
        return [*includes.missing, *includes.chosen]
