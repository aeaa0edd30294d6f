"""The partials that a template includes, and whether the service has them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from portkey_ai.errors import NotFoundError, PortkeyError
from portkey_cli.output import note

if TYPE_CHECKING:
    from portkey_ai import Portkey


def includes(text: str) -> list[str]:
    """List the partials that a template includes, with their versions as written; of a malformed one, none."""
    from portkey_prompts.templates import Template, TemplateError

    try:
        return list(Template(text).components["partials"])
    except TemplateError:
        return []


def note_unknown(portkey: Portkey, text: str, where: str = "") -> None:
    """Say on stderr which partials of a template the service does not have: until it does, nothing renders.

    Args:
        portkey: the service.
        text: the template.
        where: what begins the line.
    """
    try:
        unknown = [reference for reference in includes(text) if not _is_known(portkey, reference)]
        known = [each.slug for each in portkey.prompts.partials.list()] if unknown else []
    except (PortkeyError, ValueError):
        return  # a key that may not read; the template was taken all the same
    for reference in unknown:
        slug, at, version = reference.partition("@")
        what = f"version {version} of the partial {slug!r}" if at and slug in known else f"partial {slug!r}"
        alike = get_close_matches(slug, known, 1) if slug not in known else []
        guess = f" Is {alike[0]} meant?" if alike else ""
        note(f"{where}There is no {what}: until there is, this renders to an error.{guess}")


def _is_known(portkey: Portkey, reference: str) -> bool:
    try:
        portkey.prompts.partials.retrieve(reference)
    except NotFoundError:
        return False
    return True
