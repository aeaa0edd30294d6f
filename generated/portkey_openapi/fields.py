# Compiled from openapi.yaml by `make generate`. Do not edit.
"""How fields become read-only attributes: which items are viewed as models, and as which."""

from __future__ import annotations

from operator import methodcaller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn, TypeAlias

    Kind: TypeAlias = "Callable[[Views], None]"
else:
    Any = NoReturn = Kind = object  # for `typing.get_type_hints` of properties; typing itself takes long to load


class Views(dict[type, "Callable[[Any], Any]"]):
    """Functions that convert a field's value, by the value's type; empty where it stays as it is.

    `fresh` ones make a new value at each read (a datetime from a text); the result of others replaces the item.
    """

    __slots__ = ("fresh", "inner")

    inner: Views
    """Of a list, the views of its items."""

    def __init__(self, *kinds: Kind) -> None:
        self.fresh = False
        for kind in kinds:
            kind(self)


def one(model: str | type) -> Kind:
    """View an object as a model of the contract, which is loaded when the first one is met; or as a class."""

    def add(views: Views) -> None:
        def first(item: dict[str, Any]) -> Any:
            from . import models

            views[dict] = view = getattr(models, str(model)).from_dict
            return view(item)

        views[dict] = first if isinstance(model, str) else getattr(model, "from_dict")  # noqa: B009

    return add


def many(kind: Kind) -> Kind:
    """View what a list holds."""

    def add(views: Views) -> None:
        inner = Views(kind)

        def view(items: list[Any]) -> list[Any]:
            target = list(items) if inner.fresh else items
            for index, item in enumerate(items):
                if (convert := inner.get(type(item))) is not None:
                    target[index] = convert(item)
            return target

        views[list] = view
        views.fresh = views.fresh or inner.fresh
        views.inner = inner

    return add


def moment(views: Views) -> None:
    """View a text as the point in time that it names."""

    def view(text: str) -> Any:
        from .moments import moment

        return moment(text)

    views[str], views.fresh = view, True


class Field:
    """One described field of a model.

    Attributes:
        owner: the class that describes it.
        name: what its attribute is called.
        wire: its name as it travels.
        views: how its value is viewed.
        required: whether it has to be given.
    """

    __slots__ = ("name", "owner", "required", "views", "wire")

    owner: type
    name: str

    def __init__(self, wire: str, views: Views, required: bool) -> None:
        self.wire = wire
        self.views = views
        self.required = required

    def attribute(self, owner: type, name: str) -> property:
        """Make the property that reads it on its class."""
        self.owner, self.name = owner, name
        return property(_reader(self.wire, self.views), self._refuse)

    def _refuse(self, record: Any, value: object) -> NoReturn:
        raise AttributeError(
            f"{self.name!r} is read-only on {type(record).__name__}: write the item {self.wire!r} instead"
        )


_REQUIRED: Any = object()


def view(wire: str, *kinds: Kind, default: Any = _REQUIRED) -> Any:
    """Describe a field; models assign the result to its name in their body.

    Args:
        wire: its name as it travels.
        *kinds: how its value is viewed: `one("Label")`, `many(one("Label"))`, `moment`; none for what stays as it is.
        default: None where the field may be left out.
    """
    return Field(wire, Views(*kinds), default is _REQUIRED)


def _reader(wire: str, views: Views) -> Callable[[Any], Any]:
    """Return the function that reads an item through its views; absent reads as None."""
    if not views:
        return methodcaller("get", wire)
    if views.fresh:
        return _fresh_reader(wire, views)
    if len(views) > 1 or (list in views and list in views.inner):
        return _lasting_reader(wire, views)
    return _object_reader(wire, views) if dict in views else _list_reader(wire, views.inner)


def _object_reader(wire: str, views: Views) -> Callable[[Any], Any]:
    def read(record: Any) -> Any:
        value = record.get(wire)
        if type(value) is dict:
            value = record[wire] = views[dict](value)
        return value

    return read


def _list_reader(wire: str, inner: Views) -> Callable[[Any], Any]:
    def read(record: Any) -> Any:
        value = record.get(wire)
        if type(value) is list:
            for index, item in enumerate(value):
                if type(item) is dict:  # an item that was converted is a model
                    value[index] = inner[dict](item)
        return value

    return read


def _lasting_reader(wire: str, views: Views) -> Callable[[Any], Any]:
    def read(record: Any) -> Any:
        value = record.get(wire)
        convert = views.get(type(value))
        if convert is None:
            return value
        view = record[wire] = convert(value)
        return view

    return read


def _fresh_reader(wire: str, views: Views) -> Callable[[Any], Any]:
    def read(record: Any) -> Any:
        value = record.get(wire)
        convert = views.get(type(value))
        return value if convert is None else convert(value)

    return read
