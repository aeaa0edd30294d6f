"""From a request's fields to a version's content: defaults, what the latest version fills in, a parsed template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from portkey_local.config import LocalLimits
from portkey_local.errors import BadRequestError, TooLargeError
from portkey_prompts.rendering import content_fields, parse
from portkey_prompts.templates import Template, TemplateError

_SPELLINGS = {
    **{name: (name,) for name in content_fields()},
    "template_metadata": ("prompt_metadata", "template_metadata"),
    "description": ("version_description",),
}
"""A version's fields in the store, and how requests spell them; the first spelling wins."""

IN_PLACE = ("virtual_key", "description")
"""Fields of a version that may change while its number and id stay: a render depends on neither."""
_TEMPLATE = ("string", "is_raw_template", "template_metadata")
"""A template, and what says how it is read."""
_DEFAULTS: dict[str, Any] = {"parameters": {}, "template_metadata": {}, "is_raw_template": 0}


@frozen
class ContentReader:
    """Turn requests into versions' contents.

    Args:
        limits: How large a template may be.
    """

    limits: LocalLimits

    def first(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the content of a version in which what is left out has its default.

        Raises:
            BadRequestError: The template is malformed; the message gives line and column. Or there is none.
            TooLargeError: The template is longer than the limit.
        """
        return self._complete(_given(fields))

    def next(self, fields: Mapping[str, Any], latest: Mapping[str, Any]) -> dict[str, Any]:
        """Return the content of a version that follows another one, like `first`.

        A template has no default: where none is given, that of the latest version is taken over, with its kind. With
        `patch`, every field that is left out is taken over, except the description, which says what is new.
        """
        given = _given(fields)
        if fields.get("patch"):
            given = {name: latest.get(name) for name in _SPELLINGS if name != "description"} | given
        elif "string" not in given:
            given = {name: latest[name] for name in _TEMPLATE} | given
        return self._complete(given)

    def partial(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the content of a partial's version.

        Raises:
            BadRequestError: The template is malformed; the message gives line and column.
            TooLargeError: The template is longer than the limit.
        """
        string = fields["string"]
        self._check_length(string)
        try:
            components = Template(string).components
        except TemplateError as error:
            raise BadRequestError(f"`string` is malformed: {error}.") from error
        return {"string": string, "variable_components": components, "description": described(fields)}

    def _complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if "string" not in given:
            raise BadRequestError("`string` is missing. Send the template.")
        content: dict[str, Any] = {**dict.fromkeys(_SPELLINGS), **given}
        content |= {name: default for name, default in _DEFAULTS.items() if content[name] is None}
        content["is_raw_template"] = int(content["is_raw_template"])
        self._check_length(content["string"])
        try:
            content["variable_components"] = parse(content).components
        except TemplateError as error:
            raise BadRequestError(f"`string` is malformed: {error}.") from error
        return content

    def _check_length(self, string: str) -> None:
        if len(string) > self.limits.template:
            most = f"{self.limits.template:,} (limits.template)"
            raise TooLargeError(f"`string` has {len(string):,} characters; a template may have {most}.")


def makes_version(fields: Mapping[str, Any]) -> bool:
    """Tell whether an update holds content, which makes a version."""
    return any(
        spelling in fields for name, spellings in _SPELLINGS.items() if name not in IN_PLACE for spelling in spellings
    )


def changes_in_place(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an update without content changes in the latest version, as the store names it."""
    return {name: value for name, value in _given(fields).items() if name in IN_PLACE}


def described(fields: Mapping[str, Any]) -> str | None:
    """Return the description that a request gives a partial's version, by either name of the field."""
    description: str | None = fields.get("version_description", fields.get("description"))
    return description


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, spellings in _SPELLINGS.items():
        for spelling in reversed(spellings):
            if spelling in fields:
                found[name] = fields[spelling]
    return found
