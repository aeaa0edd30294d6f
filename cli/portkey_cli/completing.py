"""Shell completion of a word: from what the service has, and from files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from portkey_cli import settings
from portkey_prompts.errors import PortkeyError
from portkey_prompts.folder import SUFFIX

if TYPE_CHECKING:
    from portkey_ai import Portkey

_TIMEOUT = 2.0
"""Seconds for the service to answer: somebody waits at the shell."""
_OFFERED = 50
_LARGEST_PAGE = 1000

Offer = tuple[str, str]
"""A word, and its description."""


def slugs(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """List the slugs of prompts; after an `@` the labels."""
    return _references(ctx, incomplete, lambda portkey: portkey.prompts.list(page_size=_LARGEST_PAGE))


def partials(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """List the slugs of partials."""
    return _asked(ctx, incomplete, lambda portkey: _slugs(portkey.prompts.partials.list()))


def collections(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """List the slugs of collections."""
    return _asked(ctx, incomplete, lambda portkey: _slugs(portkey.collections.list(page_size=_LARGEST_PAGE)))


def labels(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """List the names of labels."""
    return _asked(ctx, incomplete, _labels)


def names(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """List the prompts' files by name, and the slugs."""
    try:
        folder = Path(settings.folder(ctx.params.get("folder")).value)
        files = sorted(file.name.removesuffix(SUFFIX) for file in folder.glob(f"*{SUFFIX}"))
    except (OSError, PortkeyError):
        files = []
    return _begun([(name, "") for name in files], incomplete) or slugs(ctx, incomplete)


def _references(ctx: typer.Context, incomplete: str, known: Callable[[Portkey], Iterable[object]]) -> list[Offer]:
    prompt, at, _ = incomplete.partition("@")
    if not at:
        return _asked(ctx, incomplete, lambda portkey: _slugs(known(portkey)))
    versions: list[Offer] = [("latest", "the newest version")]
    found = _asked(ctx, "", _labels)
    return _begun([(f"{prompt}@{name}", says) for name, says in [*found, *versions]], incomplete)


def _labels(portkey: Portkey) -> Iterator[Offer]:
    for label in portkey.labels.list(page_size=_LARGEST_PAGE):
        if label.name:
            yield label.name, label.description or ""


def _slugs(known: Iterable[object]) -> Iterator[Offer]:
    for each in known:
        if slug := getattr(each, "slug", None):
            yield slug, getattr(each, "name", None) or ""


def _asked(ctx: typer.Context, incomplete: str, known: Callable[[Portkey], Iterable[Offer]]) -> list[Offer]:
    """Ask the service; where it can't be asked, offer nothing."""
    from portkey_ai import Portkey

    given = ctx.find_root().params
    try:
        service = settings.base_url(given.get("base_url"))
        with Portkey(base_url=service.value, api_key=given.get("api_key"), timeout=_TIMEOUT, max_retries=0) as portkey:
            return _begun(known(portkey), incomplete)
    except (PortkeyError, ValueError):
        return []


def _begun(known: Iterable[Offer], incomplete: str) -> list[Offer]:
    found = [(word, " ".join(says.split())) for word, says in known if word.startswith(incomplete)]
    return found[:_OFFERED]
