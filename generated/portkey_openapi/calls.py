# Compiled from openapi.yaml by `make generate`. Do not edit.
"""What compiled resources share: who sends their calls, and how keywords become a request and its options."""

from __future__ import annotations

from .options import REQUEST_OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any, Protocol, TypeVar

    from typing_extensions import deprecated as deprecated

    from .pages import Page
    from .requests import Request

    P = TypeVar("P", bound=Page[Any])
    V = TypeVar("V")

    class Caller(Protocol):
        """Sends calls, and returns the records of their answers; raises where one is no success."""

        def call(
            self,
            request: Request,
            parse: Callable[[int, Any], Any],
            options: Mapping[str, Any],
            *,
            repeatable: bool = False,
        ) -> Any:
            """Send a request, and return the record that `parse` makes of a success.

            Args:
                request: the operation's request.
                parse: the operation's parser, which takes a status and decoded JSON.
                options: the call's options, `RequestOptions`.
                repeatable: whether carrying it out twice does no harm.
            """

    class AsyncCaller(Protocol):
        """Sends calls as `Caller` does, and is awaited."""

        def call(
            self,
            request: Request,
            parse: Callable[[int, Any], Any],
            options: Mapping[str, Any],
            *,
            repeatable: bool = False,
        ) -> Awaitable[Any]:
            """Send a request, and return the record that `parse` makes of a success; see Caller.call."""
            ...
else:
    Caller = AsyncCaller = object

    def deprecated(message):
        """Return a decorator by which type checkers know a deprecated method; it changes nothing."""
        return lambda method: method


class Resource:
    """The operations that concern one kind of thing."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller


class AsyncResource:
    """The operations that concern one kind of thing, for asyncio."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller


def take_options(keywords: dict[str, Any], names: frozenset[str] = REQUEST_OPTIONS) -> dict[str, Any]:
    """Move the options of a call out of a method's keywords; what stays is for the body.

    Raises:
        TypeError: where one that is merged into the request is no mapping, naming it.
    """
    options = {name: keywords.pop(name) for name in names.intersection(keywords)}
    if options:
        _check_merged(options)
    return options


def only_options(method: str, keywords: dict[str, Any]) -> dict[str, Any]:
    """Check the keywords of a method that has no body.

    Raises:
        TypeError: where one of them is no option of a call, or can't be used, naming it.
    """
    if not REQUEST_OPTIONS.issuperset(keywords):
        unknown = next(name for name in keywords if name not in REQUEST_OPTIONS)
        from .records import unexpected

        raise unexpected(method, unknown, REQUEST_OPTIONS)
    if keywords:
        _check_merged(keywords)
    return keywords


def _check_merged(options: Mapping[str, Any]) -> None:
    for name in ("extra_body", "extra_query"):
        value = options.get(name)
        if value is not None and not hasattr(value, "keys"):
            raise TypeError(f"`{name}` must be a mapping of names to values, not {type(value).__name__}.")


def warn_deprecated(operation_id: str) -> None:
    """Warn whoever calls a method whose operation is deprecated."""
    import warnings

    warnings.warn(f"`{operation_id}` is deprecated: a later contract may not have it", DeprecationWarning, stacklevel=3)


def one_of(name: str, given: V | None, alias: str, other: V | None) -> V:
    """Choose the value of a path argument that has two names.

    Raises:
        TypeError: where both or none are given.
    """
    chosen = other if given is None else given
    if chosen is None or (given is not None and other is not None):
        raise TypeError(f"Pass one {name}; {alias} is another name for it.")
    return chosen


def needed(name: str, given: V | None) -> V:
    """Return a path argument that has to be given.

    Raises:
        TypeError: where it is not.
    """
    if given is None:
        raise TypeError(f"Pass one {name}.")
    return given


def with_further_pages(fetch: Callable[[int | None], P], first: int | None) -> P:
    """Fetch the first page of a list, which fetches those that follow when it is iterated.

    Args:
        fetch: fetches a page by its number, from 0; None leaves the choice to the service.
        first: the page to begin with.
    """
    page = fetch(first)
    page._next = lambda further: fetch((first or 0) + further)
    return page


async def async_with_further_pages(fetch: Callable[[int | None], Awaitable[P]], first: int | None) -> P:
    """Fetch the first page of a list, which fetches those that follow; see with_further_pages."""
    page = await fetch(first)
    page._anext = lambda further: fetch((first or 0) + further)
    return page
