"""What is locked of a prompt: one exact version with its content, and the exact versions of all of its partials."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from portkey_openapi import API_VERSION

from .errors import LockError
from .includes import Includes

CONTENT_FIELDS = (
    "string",
    "is_raw_template",
    "template_metadata",
    "model",
    "virtual_key",
    "parameters",
    "tools",
    "tool_choice",
    "functions",
)
"""The fields of a version that decide what is rendered and run, in the order of the file."""


class LockedPartial(NamedTuple):
    """One exact version of a partial."""

    slug: str
    """The partial's slug, without a version."""
    version: int
    """The version's number, from 1."""
    string: str
    """The version's text."""


class LockedPrompt:
    """One exact version of a prompt, with everything that it takes to render it. It is never changed.

    Attributes:
        reference: the prompt as the app writes it, such as `pp-greeting@production`.
        slug: the prompt's slug, without a version.
        version: the version's number, from 1.
        version_id: the version's UUID.
        api_version: the API version that it was locked under.
        detail: the version's content with the wire's flat names: `string`, `parameters`, `tools`, `functions`,
            `tool_choice`, `template_metadata`, `is_raw_template`, `model`, `virtual_key`; what was null is left out.
        partials: reference as it stands in a template, `pp-tone` or `pp-tone@3`, to the version that was locked.
        variable_partials: names of the variables that choose a partial (`{{>>name}}`). What a call gives for them is
            not locked, except where it is among `partials`.
        sha256: over all of these; guards against slips, such as a merge gone wrong, not against forgery.
    """

    __slots__ = (
        "api_version",
        "detail",
        "partials",
        "reference",
        "sha256",
        "slug",
        "variable_partials",
        "version",
        "version_id",
    )

    def __init__(
        self,
        *,
        reference: str,
        slug: str,
        version: int,
        version_id: str,
        detail: Mapping[str, Any],
        partials: Mapping[str, LockedPartial],
        variable_partials: tuple[str, ...] = (),
        api_version: str = API_VERSION,
    ) -> None:
        self.reference = reference
        self.slug = slug
        self.version = version
        self.version_id = version_id
        self.api_version = api_version
        self.detail = {name: detail[name] for name in CONTENT_FIELDS if detail.get(name) is not None}
        self.partials = {each: partials[each] for each in sorted(partials)}
        self.variable_partials = tuple(sorted(variable_partials))
        self.sha256 = self._digest()

    @property
    def texts(self) -> dict[str, str]:
        """The partials' texts, by the references in the templates."""
        return {reference: partial.string for reference, partial in self.partials.items()}

    @property
    def record(self) -> dict[str, Any]:
        """The version as `retrievePrompt` answers it, as far as it is locked."""
        named = {"slug": self.slug, "prompt_version": self.version, "prompt_version_id": self.version_id}
        return {**named, "string": "", **self.detail}

    def means_the_same(self, other: LockedPrompt) -> bool:
        """Tell whether two locks of a reference hold the same, whatever API version they were made under."""
        return self._text("") == other._text("")

    def _text(self, api_version: str) -> str:
        content = {
            "reference": self.reference,
            "slug": self.slug,
            "version": self.version,
            "version_id": self.version_id,
            "api_version": api_version,
            "detail": self.detail,
            "partials": {reference: partial._asdict() for reference, partial in self.partials.items()},
            "variable_partials": self.variable_partials,
        }
        return json.dumps(content, allow_nan=False, separators=(",", ":"))

    def _digest(self) -> str:
        """Hash the content: the SHA-256 of all attributes as one compact JSON object, in ASCII.

        The order of keys inside of `detail` counts: an object that a template writes shows it.
        """
        return sha256(self._text(self.api_version).encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LockedPrompt) and other.sha256 == self.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"LockedPrompt({self.reference!r}, version={self.version}, sha256={self.sha256[:12]!r}…)"


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
    """Copy what came over the wire, so that nobody changes it any more, as plain JSON."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (ValueError, TypeError, RecursionError) as error:
        raise LockError(f"its content can't be written as JSON: {error}.", remedy="Correct it there.") from error


def _listed(references: Mapping[str, None]) -> str:
    shown = ", ".join(repr(reference) for reference in references)
    return f"the partial{'s' if len(references) > 1 else ''} {shown}"
