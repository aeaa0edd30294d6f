"""Locking: resolves references to exact versions, without I/O. The caller fetches what it asks for, in rounds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from .entries import Includes, LockedPartial, LockedPrompt
from .errors import LockError


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
        """List what to fetch next, each once; empty when everything is there."""
        prompts = [Wanted("prompt", reference) for reference in self.references if reference not in self._prompts]
        needed = dict.fromkeys(name for detail in self._prompts.values() if detail for name in self._needs(detail))
        return (*prompts, *(Wanted("partial", reference) for reference in needed if reference not in self._partials))

    def add(self, wanted: Wanted, record: Mapping[str, Any] | None) -> None:
        """Take the answer to something that was wanted.

        Args:
            wanted: what was asked for.
            record: the service's answer; None where there is no such prompt or partial.
        """
        if wanted.kind == "prompt":
            self._prompts[wanted.reference] = record
        else:
            self._partials[wanted.reference] = record
            self._texts[wanted.reference] = None if record is None else record.get("string") or ""

    def locked(self, reference: str) -> LockedPrompt:
        """Lock a reference to the version that was answered.

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
            return []  # `locked` reports a malformed template, for that prompt alone
        return [*includes.missing, *includes.chosen]


def lock_prompt(
    reference: str, detail: Mapping[str, Any], partials: Mapping[str, Mapping[str, Any] | None]
) -> LockedPrompt:
    """Lock a prompt to the version that the service answered, without I/O.

    Args:
        reference: the prompt as the app writes it.
        detail: that version, as `retrievePrompt` answers it.
        partials: as `retrievePromptPartial` answers them, by the references in the templates; None where the service
            has no such partial. What the prompt can't reach is left out of the lock.

    Raises:
        LockError: a partial that a template includes is not there, a template is malformed, or an answer lacks the
            version that it should name.
    """
    try:
        return _locked(reference, _json(detail), partials)
    except LockError as error:
        error.reference = reference
        raise


def _locked(reference: str, detail: dict[str, Any], partials: Mapping[str, Mapping[str, Any] | None]) -> LockedPrompt:
    known = {name: None if record is None else _locked_partial(name, record) for name, record in partials.items()}
    if not isinstance(detail.get("string") or "", str):
        raise LockError("its `string` is no text.", remedy="Correct the prompt, and lock again.")
    includes = Includes(detail, {name: None if partial is None else partial.string for name, partial in known.items()})
    if includes.missing:
        raise LockError(
            f"it includes {_listed(includes.missing)}, which the service does not have.",
            remedy="Create what is missing, or correct the template, and lock again.",
        )
    return LockedPrompt(
        reference=reference,
        slug=detail.get("slug") or reference.partition("@")[0],
        version=_version(detail, "prompt_version"),
        version_id=detail.get("prompt_version_id") or "",
        detail=detail,
        partials={name: partial for name in includes.found if (partial := known[name])},
        variable_partials=tuple(includes.variables),
        name=name if isinstance(name := detail.get("name"), str) else None,
    )


def _locked_partial(reference: str, record: Mapping[str, Any]) -> LockedPartial:
    try:
        version = _version(record, "version")
    except LockError as error:
        error.problem = f"of the partial {reference!r}, {error.problem}"
        raise
    return LockedPartial(record.get("slug") or reference.partition("@")[0], version, _json(record.get("string") or ""))


def _version(record: Mapping[str, Any], field: str) -> int:
    number = record.get(field)
    if isinstance(number, int) and not isinstance(number, bool):
        return number
    raise LockError(
        f"the answer has no version number (`{field}` is {number!r}), so there is nothing to lock to.",
        remedy="Ask for the prompt with `portkey-prompts show` to see what the service answers.",
    )


def _json(value: Any) -> Any:
    """Copy what came over the wire, as plain JSON."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (ValueError, TypeError, RecursionError) as error:
        raise LockError(f"its content can't be written as JSON: {error}.", remedy="Correct it there.") from error


def _listed(references: Mapping[str, None]) -> str:
    shown = ", ".join(repr(reference) for reference in references)
    return f"the partial{'s' if len(references) > 1 else ''} {shown}"
