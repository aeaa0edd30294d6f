"""References: `pp-greeting`, `pp-greeting@12`, `pp-greeting@latest`, `pp-greeting@staging`."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from portkey_prompts.errors import quoted

from .errors import NotFoundError

Selector = Literal["published", "number", "latest", "label"]

LARGEST_NUMBER = 2**31 - 1
"""The largest whole number that the database takes, so the largest version number too."""


@frozen
class Reference:
    """A prompt or partial, and which of its versions is meant."""

    name: str
    """The slug or UUID."""
    selector: Selector
    number: int = 0
    label: str = ""

    def __str__(self) -> str:
        suffix = {"published": "", "number": f"@{self.number}", "latest": "@latest", "label": f"@{self.label}"}
        return self.name + suffix[self.selector]


def parse(text: str) -> Reference:
    """Read a reference.

    Args:
        text: A slug or UUID, optionally followed by `@` and a version number, `latest` or a label's name.

    Raises:
        NotFoundError: Nothing stands before or after the `@`, or the number can't be one of a version.
    """
    name, at, selector = text.partition("@")
    if not name or (at and not selector):
        raise NotFoundError(f"{quoted(text)} names nothing. Write a slug or UUID, and after an @ a version or a label.")
    if not at:
        return Reference(name, "published")
    if selector == "latest":
        return Reference(name, "latest")
    if selector.isascii() and selector.isdigit():
        return Reference(name, "number", number=_number(text, selector))
    return Reference(name, "label", label=selector)


def selected(text: str, version: int | str | None) -> Reference:
    """Read a reference of which a query may select the version: the query wins.

    Args:
        text: The reference in the path.
        version: The query's version: a number, `latest`, `default` for the published one, or None.
    """
    reference = parse(text)
    if version is None:
        return reference
    if isinstance(version, int):
        return Reference(reference.name, "number", number=version)
    return Reference(reference.name, "latest" if version == "latest" else "published")


def bare(text: str) -> str:
    """Read a reference by which only the whole prompt or partial can be meant.

    Raises:
        NotFoundError: The reference selects a version; deleting `pp-x@3` must not delete all of `pp-x`.
    """
    reference = parse(text)
    if reference.selector != "published":
        raise NotFoundError(
            f"{quoted(text)} names one version. Leave out @ and what follows: this is done to all of it."
        )
    return reference.name


def _number(text: str, digits: str) -> int:
    number = int(digits) if len(digits) <= len(str(LARGEST_NUMBER)) else LARGEST_NUMBER + 1
    if not 1 <= number <= LARGEST_NUMBER:
        raise NotFoundError(f"{quoted(text)} names a version that can't exist. Versions count from 1.")
    if digits[0] == "0":
        raise NotFoundError(f"{quoted(text)} names no version: a number is written without zeros in front, @{number}.")
    return number
