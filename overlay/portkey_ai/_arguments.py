"""What methods were given, sorted: which thing is meant, what goes into the body, what concerns the call itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portkey_ai._options import RequestOptions, RunOptions

REQUEST_OPTIONS = frozenset(RequestOptions.__annotations__)
RUN_OPTIONS = frozenset(RunOptions.__annotations__)


NOTHING: dict[str, Any] = {}
"""The options and the settings of a call that was given none; not to be written to."""


def take_options(keywords: dict[str, Any], names: frozenset[str] = REQUEST_OPTIONS) -> dict[str, Any]:
    """Move the options of a call out of a method's keywords; what stays is for the body."""
    return {name: keywords.pop(name) for name in names.intersection(keywords)}


def only_options(keywords: dict[str, Any], method: str) -> dict[str, Any]:
    """Take the options of a call that has no body.

    Raises:
        TypeError: where a keyword is none of them, naming it.
    """
    options = take_options(keywords)
    if keywords:
        raise TypeError(f"{method}() got an unexpected keyword argument {next(iter(keywords))!r}")
    return options


def reference(keywords: dict[str, Any], given: str | None, kind: str) -> str:
    """Choose the id of a prompt (or partial): `prompt_id`, or `prompt_slug` as it is called elsewhere.

    Raises:
        TypeError: where both or none are given.
    """
    slug = keywords.pop(f"{kind}_slug", None)
    if (given is None) == (slug is None):
        raise TypeError(f"Pass one {kind}_id, the slug or UUID of the {kind}.")
    return str(slug) if given is None else given


def run_body(variables: Mapping[str, Any] | None, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Put a render's or a run's body together: the variables, and the settings at its root.

    Raises:
        TypeError: where the variables are no mapping.
    """
    if variables is None:
        return dict(settings)
    if not isinstance(variables, (dict, Mapping)):  # which is found out sooner of a dict
        raise TypeError(f"`variables` must be a mapping of names to values, not {type(variables).__name__}.")
    return {"variables": dict(variables), **settings}
