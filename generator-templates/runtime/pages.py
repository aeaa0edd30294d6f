"""List envelopes: a mapping like every record, whose iteration yields the items of all pages."""

from __future__ import annotations

from .fields import view
from .records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from typing import Any, Generic, TypeVar

    Item = TypeVar("Item")
else:
    Any, Item = object, None
    AsyncIterator = Awaitable = Callable = Iterator = dict

    class Generic:
        """Stands for `typing.Generic` at run time, which would cost an import."""

        __slots__ = ()

        def __class_getitem__(cls, _item):
            return cls


class _Links:
    """Where further pages come from; set where the first one is fetched."""

    __slots__ = ()

    if TYPE_CHECKING:
        _next: Callable[[int], Page[Any] | None] | None
        """Called with how many pages after this one (1, 2, …), answers that page, or None after the last one."""
        _anext: Callable[[int], Awaitable[Page[Any] | None]] | None
        """The same for an async client."""


class Page(Record, _Links, Generic[Item], more=True):
    """One page of a list: iterating it yields the items of this page and of all that follow.

    `dict(page)`, `**page`, `len(page)`, `in` and `json.dumps(page)` see the envelope, `{"object", "total",
    "data"}`, and `data` and `total` are this page's. Iteration ends at an empty page, at `total`, or when a page
    brings nothing new.
    """

    __slots__ = ("_anext", "_next")

    object: str = view("object")
    total: int = view("total")
    data: list[Item] = view("data")

    if not TYPE_CHECKING:

        def __class_getitem__(cls, _item):
            return cls

    def __iter__(self) -> Iterator[Item]:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        if getattr(self, "_anext", None) is not None:
            raise TypeError("this page comes from an async client: use `async for item in page`")
        return self._walk(getattr(self, "_next", None))

    def __aiter__(self) -> AsyncIterator[Item]:
        if getattr(self, "_next", None) is not None:
            raise TypeError("this page comes from a sync client: use `for item in page`")
        return self._awalk(getattr(self, "_anext", None))

    def __getstate__(self) -> Any:
        """Leave out where further pages come from: a connection can't be pickled."""
        meta = getattr(self, "_meta", None)
        return None if meta is None else (None, {"_meta": meta})

    def _walk(self, fetch: Callable[[int], Page[Any] | None] | None) -> Iterator[Item]:
        walk, page = _Walk(self), self
        while items := walk.take(page):
            yield from items
            if fetch is None or walk.complete:
                return
            following = fetch(walk.pages)
            if following is None:
                return
            page = following

    async def _awalk(self, fetch: Callable[[int], Awaitable[Page[Any] | None]] | None) -> AsyncIterator[Item]:
        walk, page = _Walk(self), self
        while items := walk.take(page):
            for item in items:
                yield item
            if fetch is None or walk.complete:
                return
            following = await fetch(walk.pages)
            if following is None:
                return
            page = following


class _Walk:
    """What was seen on the way through the pages; decides what is new and when to stop."""

    def __init__(self, first: Page[Any]) -> None:
        self.total = first.get("total")
        self.seen: set[str] = set()
        self.count = 0
        self.pages = 0

    @property
    def complete(self) -> bool:
        """Whether as many items as the first page promised have come."""
        return type(self.total) is int and self.count >= self.total

    def take(self, page: Page[Any]) -> list[Any]:
        """Return the page's items; of a later page, those that no earlier one had (items move)."""
        items = page.data or []
        keys = [_identity(item) for item in items]
        fresh = [item for item, key in zip(items, keys, strict=True) if self.pages == 0 or key not in self.seen]
        self.seen.update(keys)
        self.count += len(fresh)
        self.pages += 1
        return fresh


def _identity(item: Any) -> str:
    """Name an item: by its id, else by all that it holds."""
    if isinstance(item, dict) and isinstance(item.get("id"), str):
        return f"id {item['id']}"
    from json import dumps

    return dumps(item, sort_keys=True, default=str)
