# Compiled from openapi.yaml by `make generate`. Do not edit.
"""How annotations become read-only properties, evaluated at the first read."""

from __future__ import annotations

import sys
from operator import methodcaller
from types import GenericAlias, UnionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn


class Views(dict[type, "Callable[[Any], Any]"]):
    """What turns a value into what its annotation says, by the value's type; empty where it stays as it is.

    `fresh` views make a new value at each read (a moment from a text); the others may take the item's place.
    """

    __slots__ = ("fresh",)

    def __init__(self) -> None:
        self.fresh = False


class Field:
    """One described field of a model, which puts the fitting property in its place when it is first read."""

    __slots__ = ("annotation", "name", "owner", "required", "wire")

    def __init__(self, owner: type, name: str, wire: str, annotation: str, required: bool) -> None:
        self.owner = owner
        self.name = name
        self.wire = wire
        self.annotation = annotation
        self.required = required

    def __get__(self, record: Any, owner: type | None = None) -> Any:
        if record is None:
            return self
        read = reader(self.wire, self.views())
        setattr(self.owner, self.name, property(read, self.__set__))
        return read(record)

    def __set__(self, record: Any, value: object) -> NoReturn:
        raise AttributeError(
            f"{self.name!r} is read-only on {type(record).__name__}: write the item {self.wire!r} instead"
        )

    def views(self) -> Views:
        """Evaluate the annotation, which loads the models that it names."""
        return views(eval(self.annotation, {"__builtins__": {}}, _Names(self.owner)))


class _Names(dict[str, "Any"]):
    """The names that an annotation may use; models are loaded by their name."""

    def __init__(self, owner: type) -> None:
        super().__init__(Any=object, bool=bool, dict=dict, float=float, int=int, list=list, str=str)
        self.owner = owner

    def __missing__(self, name: str) -> Any:
        if name == "datetime":
            from .moments import datetime

            return datetime
        from . import models

        known = vars(sys.modules[self.owner.__module__])
        return known[name] if name in known else getattr(models, name, object)


def views(kind: Any) -> Views:
    """Return the views of an annotation's kind, which may be a union."""
    members = kind.__args__ if type(kind) is UnionType else (kind,)
    table = Views()
    for member in members:
        if type(member) is GenericAlias:
            _add_container(table, member)
        elif isinstance(member, type) and hasattr(member, "from_dict"):
            table[dict] = member.from_dict
        elif getattr(member, "__name__", "") == "datetime" and str not in members:
            from .moments import moment

            table[str], table.fresh = moment, True
    return table


def _add_container(table: Views, kind: GenericAlias) -> None:
    inner = views(kind.__args__[-1])
    if not inner:
        return
    table.fresh = table.fresh or inner.fresh
    if kind.__origin__ is list:
        table[list] = _list_view(inner)
    else:
        table[dict] = _map_view(inner)


def _list_view(inner: Views) -> Callable[[list[Any]], list[Any]]:
    def view(items: list[Any]) -> list[Any]:
        target = list(items) if inner.fresh else items
        for index, item in enumerate(items):
            if (convert := inner.get(type(item))) is not None:
                target[index] = convert(item)
        return target

    return view


def _map_view(inner: Views) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def view(items: dict[str, Any]) -> dict[str, Any]:
        target = dict(items) if inner.fresh else items
        for key, item in items.items():
            if (convert := inner.get(type(item))) is not None:
                target[key] = convert(item)
        return target

    return view


def reader(wire: str, table: Views) -> Callable[[Any], Any]:
    """Return the function that reads an item through its views; absent reads as None."""
    if not table:
        return methodcaller("get", wire)
    return _fresh_reader(wire, table) if table.fresh else _lasting_reader(wire, table)


def _fresh_reader(wire: str, table: Views) -> Callable[[Any], Any]:
    def read(record: Any) -> Any:
        value = record.get(wire)
        convert = table.get(type(value))
        return value if convert is None else convert(value)

    return read


def _lasting_reader(wire: str, table: Views) -> Callable[[Any], Any]:
    def read(record: Any) -> Any:
        value = record.get(wire)
        convert = table.get(type(value))
        if convert is None:
            return value
        view = record[wire] = convert(value)
        return view

    return read
