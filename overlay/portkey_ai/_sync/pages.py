# Derived from overlay/portkey_ai/_async/pages.py by `make generate`. Do not edit.
"""Pages of a list, each of which knows how to fetch the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from portkey_openapi import Page

P = TypeVar("P", bound="Page[Any]")


def with_further_pages(fetch: Callable[[int | None], P], first: int | None) -> P:
    """Fetch the first page of a list, and give it the way to those that follow.

    Args:
        fetch: fetches the page of a number, counted from 0; None leaves the choice to the service.
        first: the page to begin with.
    """
    page = fetch(first)

    def following(offset: int) -> P:
        return fetch((first or 0) + offset)

    page._next = following
    return page
