"""Comparing the variables of a call with those that its prompt uses, to find misspelt ones."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from portkey_ai.errors import APIConnectionError, PortkeyError
from portkey_cli.failures import listed
from portkey_cli.output import note

if TYPE_CHECKING:
    from portkey_ai import Portkey


def check_variables(portkey: Portkey, reference: str, variables: Mapping[str, Any], *, strict: bool) -> None:
    """Say on stderr which variables the prompt uses and were not given, and which were given and it does not use.

    Args:
        portkey: the client.
        reference: the prompt, with or without a version.
        variables: what was given.
        strict: whether a missing or an unused one is an error, and a prompt that can't be read too.

    Raises:
        PortkeyError: under `strict`, before anything is run.
    """
    try:
        missing, unused = _compared(portkey, reference, variables)
    except PortkeyError as error:
        if strict or isinstance(error, APIConnectionError):  # the call would wait as long, and fail alike
            raise
        return  # the call itself says what is wrong, or a key that may only run it can't read the prompt
    if not (missing or unused):
        return
    sentences = [*_sentence("Not given", missing), *_sentence("Not used", unused)]
    problem = f"{reference}: {' '.join(sentences)}{_guess(missing, unused)}"
    if strict:
        raise PortkeyError(problem)
    note(problem)


def _compared(portkey: Portkey, reference: str, variables: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """List the names that are missing, and those that are not used."""
    from portkey_cli.resolving import resolve
    from portkey_prompts.templates import TemplateError

    locked = resolve(portkey, [reference]).locked(reference)
    try:
        # A variable may bring a partial's text, or choose one that is not known here: the service knows it.
        report = locked.render(variables).rendering
    except TemplateError as error:
        raise PortkeyError(str(error)) from None
    return list(report.missing), [name for name in report.unused if name in variables]


def _sentence(what: str, names: list[str]) -> list[str]:
    return [f"{what}: {listed(names)}."] if names else []


def _guess(missing: list[str], unused: list[str]) -> str:
    """Ask whether a name that is not used was meant for one that is missing."""
    pairs = [(name, found) for name in unused for found in get_close_matches(name, missing, 1)]
    return "".join(f" Is {name} meant for {found}?" for name, found in pairs[:1])
