"""Asking the service what references mean now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from portkey_ai._outages import is_gone
from portkey_ai.errors import APIResponseValidationError, NotFoundError
from portkey_openapi.errors import UnexpectedBody
from portkey_prompts.lock.resolution import Resolution, Wanted
from portkey_prompts.rendering import check_detail

if TYPE_CHECKING:
    from portkey_ai import Portkey

AT_ONCE = 8
"""How many answers of the service are waited for at once."""


def resolve(
    portkey: Portkey, references: Iterable[str], *, progress: Callable[[int], object] | None = None
) -> Resolution:
    """Fetch prompts and all partials that they can reach: `retrievePrompt`, `retrievePromptPartial`.

    Args:
        portkey: a client.
        references: prompts as the app writes them.
        progress: called with the number of answers that have come so far, after each.

    Returns:
        What was answered; its `locked` makes the locked prompts.

    Raises:
        APIError: a call failed otherwise than with a 404.
    """
    resolution = Resolution(references)
    come = 0
    with threads() as pool:
        while wanted := resolution.wanted():
            for each, record in zip(wanted, pool.map(lambda each: _fetch(portkey, each), wanted), strict=True):
                resolution.add(each, record)
                come += 1
                if progress is not None:
                    progress(come)
    return resolution


@contextmanager
def threads() -> Iterator[ThreadPoolExecutor]:
    """Yield threads to ask the service on; after an error nothing more is asked for."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _fetch(portkey: Portkey, wanted: Wanted) -> Mapping[str, Any] | None:
    try:
        resource = portkey.prompts if wanted.kind == "prompt" else portkey.prompts.partials
        record = resource.retrieve(wanted.reference)
    except ValueError:  # as `..`, nothing that a URL can name
        return None
    except NotFoundError as error:
        if is_gone(error):
            return None
        raise
    try:
        check_detail(wanted.kind, wanted.reference, record)
    except UnexpectedBody as error:
        raise APIResponseValidationError(str(error), body=record) from None
    return record
