"""What is locked of a prompt: one exact version with its content, and the exact versions of all of its partials."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from portkey_openapi import API_VERSION
from portkey_prompts.rendering import Rendered, StoredPrompt, content_fields, model_settings, parse, parse_partial
from portkey_prompts.templates import Components, MissingPolicy, Partial, Template, TemplateError
from portkey_prompts.templates.partials import looks_like_reference

from .errors import LockError

IN_PLACE = ("virtual_key",)
"""Fields that may change in a version while its number and id stay; the hash does not cover them."""


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
        detail: the version's content with the wire's flat names, those of `rendering.content_fields`; what was null is
            left out.
        partials: reference as it stands in a template, `pp-tone` or `pp-tone@3`, to the version that was locked.
        variable_partials: names of the variables that choose a partial (`{{>>name}}`). What a call gives for them is
            not locked, except where it is among `partials`.
        sha256: over all of these but the virtual key; guards against slips, such as a merge gone wrong, not against
            forgery.
        name: the prompt's name for people when it was locked, which is no part of a version; None where the file is of
            a format that has none.
    """

    __slots__ = (
        "api_version",
        "detail",
        "name",
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
        name: str | None = None,
    ) -> None:
        self.reference = reference
        self.slug = slug
        self.version = version
        self.version_id = version_id
        self.api_version = api_version
        self.detail = {name: detail[name] for name in content_fields() if detail.get(name) is not None}
        self.partials = {each: partials[each] for each in sorted(partials)}
        self.variable_partials = tuple(sorted(variable_partials))
        self.name = name
        self.sha256 = self._digest()

    @property
    def texts(self) -> dict[str, str]:
        """The partials' texts, by the references in the templates."""
        return {reference: partial.string for reference, partial in self.partials.items()}

    @property
    def templates(self) -> dict[str, Partial]:
        """The partials, parsed, by the references in the templates.

        Raises:
            TemplateError: one is malformed.
        """
        return {reference: parse_partial(reference, each._asdict()) for reference, each in self.partials.items()}

    @property
    def record(self) -> dict[str, Any]:
        """The version as `retrievePrompt` answers it, as far as it is locked."""
        named = {"slug": self.slug, "prompt_version": self.version, "prompt_version_id": self.version_id}
        return {**named, "string": "", **self.detail}

    def render(self, variables: Mapping[str, Any], *, missing: MissingPolicy = "empty") -> Rendered:
        """Render it, and ask no service.

        Raises:
            TemplateError: it can't be rendered.
        """
        return StoredPrompt(self.record).render(variables, {}, partials=self.templates, missing=missing)

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
            "detail": {name: value for name, value in self.detail.items() if name not in IN_PLACE},
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


class Includes:
    """The partials that a prompt includes, directly or through other partials.

    Attributes:
        found: references that are known, in the order of their first appearance.
        missing: references that templates include and that are not known; a render that meets one fails.
        chosen: references that are not known and stand as the default of a variable that chooses a partial
            (`{{>>name}}`). The service may have no such partial: then the default is the partial's text.
        variables: names of the variables that choose partials; which ones, only a call says.
    """

    def __init__(self, detail: Mapping[str, Any], texts: Mapping[str, str | None]) -> None:
        """Walk through a prompt's templates.

        Args:
            detail: the prompt's version, with the wire's flat fields.
            texts: the partials' texts that are known, by reference; None where the service has no such partial.

        Raises:
            LockError: a template is malformed.
        """
        self.found: dict[str, None] = {}
        self.missing: dict[str, None] = {}
        self.chosen: dict[str, None] = {}
        self.variables: dict[str, None] = {}
        self._texts = texts
        self._parameters = detail.get("parameters") or {}
        waiting = self._take(_components_of_prompt(detail))
        while waiting:
            waiting = [further for reference in waiting for further in self._follow(reference)]

    def _take(self, components: Components) -> list[str]:
        """Note what one template includes; return what is new and known."""
        self.variables.update(dict.fromkeys(components["variablePartials"]))
        new = self._sorted_out(components["partials"], self.missing)
        return new + self._sorted_out(self._defaults(components["variablePartials"]), self.chosen)

    def _sorted_out(self, references: Iterable[str], unknown: dict[str, None]) -> list[str]:
        new = []
        for reference in references:
            if self._texts.get(reference) is None:
                if unknown is self.missing or reference not in self._texts:
                    unknown[reference] = None
            elif reference not in self.found:
                self.found[reference] = None
                new.append(reference)
        return new

    def _defaults(self, names: Iterable[str]) -> list[str]:
        values = [_walk(self._parameters, name) for name in names if name not in model_settings()]
        return [value for value in values if isinstance(value, str) and looks_like_reference(value)]

    def _follow(self, reference: str) -> list[str]:
        try:
            return self._take(Template(self._texts[reference] or "").components)
        except TemplateError as error:
            problem = f"the partial {reference!r} that it includes is malformed: {error}."
            raise LockError(problem, remedy="Correct the partial, and lock again.") from error


def _components_of_prompt(detail: Mapping[str, Any]) -> Components:
    try:
        return parse(detail).components
    except TemplateError as error:
        remedy = "Correct it, and lock again."
        raise LockError(f"its template is malformed: {error}.", remedy=remedy) from error


def _walk(parameters: Any, name: str) -> Any:
    """Look a dotted name up in the defaults, as a render does."""
    value = parameters
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value
