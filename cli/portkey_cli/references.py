"""Which version of which prompt is meant: `pp-x`, `pp-x@12`, `pp-x@latest`, `pp-x@label`."""

from __future__ import annotations

from portkey_cli.failures import UsageError
from portkey_prompts.references import number_in


def split(reference: str) -> tuple[str, str]:
    """Split a reference into the prompt and what follows the `@`, "" where nothing does.

    Raises:
        UsageError: where the prompt is empty, or nothing follows an `@`.
    """
    prompt, at, version = reference.partition("@")
    if not prompt.strip(". "):
        raise UsageError(f"{reference!r} names no prompt. Write its slug or UUID, such as pp-greeting.")
    if at and not version.strip():
        raise UsageError(f"{reference!r} names no version. Write {prompt}@12, {prompt}@latest or {prompt}@production.")
    return prompt, version


def checked(reference: str) -> str:
    """Return a reference, checked.

    Raises:
        UsageError: as for `split`.
    """
    split(reference)
    return reference


def is_number(version: str) -> bool:
    """Say whether what follows an `@` is a version's number."""
    return number_in(version) is not None
