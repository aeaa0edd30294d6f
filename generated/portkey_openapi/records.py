# Compiled from openapi.yaml by `make generate`. Do not edit.
"""The base of every model: decoded JSON whose items can also be read by name."""

from __future__ import annotations

from .fields import Field, views

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, ClassVar, Self, dataclass_transform
else:

    def dataclass_transform(**_options):
        """Stand for the decorator of `typing`, which would cost an import."""
        return lambda kind: kind


_new = dict.__new__
_update = dict.update


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False)
class Record(dict[str, "Any"]):
    """A JSON object of the contract: a `dict` whose described fields are attributes too.

    Nothing that was answered is dropped or refused. A described field that is absent reads as None; a field
    that nobody described can be read by its name all the same. Attributes are read-only, items are writable:
    an object below becomes its model in place, at the first read, so that what is changed there is changed here.

    Example:
        >>> choice = PromptChoice.from_dict({"index": 0, "message": {"content": "Hello"}})
        >>> choice.message.content, choice["message"]["content"]
        ('Hello', 'Hello')
    """

    __slots__ = ("_meta",)

    _meta: Any
    _fields: ClassVar[dict[str, Field]] = {}
    _open: ClassVar[bool] = True
    _extra: ClassVar[Field | None] = None

    def __init_subclass__(cls, *, more: bool | str = False, wire: Mapping[str, str] | None = None) -> None:
        """Make properties of a model's annotations.

        Args:
            more: whether further fields may be given; the annotation of their values, where there is one.
            wire: the names of fields as they travel, where those are no names for Python.
        """
        super().__init_subclass__()
        renamed = {} if wire is None else wire
        cls._open = bool(more)
        cls._fields = {name: field for base in reversed(cls.__mro__[1:]) for name, field in _own(base).items()}
        for name, annotation in vars(cls).get("__annotations__", {}).items():
            if annotation.startswith("ClassVar"):
                continue
            field = Field(cls, name, renamed.get(name, name), annotation, name not in cls.__dict__)
            cls._fields[name] = field
            setattr(cls, name, field)
        if isinstance(more, str):
            cls._extra = Field(cls, "", "", more, False)

    def __init__(self, /, **fields: Any) -> None:
        """Make a record from keyword arguments; what is not given isn't there, and None is kept.

        Raises:
            TypeError: where a required field is missing, or an unknown one is given to a closed type.
        """
        described = type(self)._fields
        _check_names(type(self), fields)
        for name, value in fields.items():
            field = described.get(name)
            self[field.wire if field else name] = value.isoformat() if hasattr(type(value), "isoformat") else value

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Take decoded JSON over as it is, without a look at what it holds."""
        record = _new(cls)
        _update(record, data)
        if cls._extra is not None:
            _view_extra(record, cls._extra)
        return record

    def get_headers(self) -> dict[str, str]:
        """Return the headers of the response that this came with, names in lower case; {} for none."""
        headers = getattr(getattr(self, "_meta", None), "headers", None) or {}
        return {str(name).lower(): value for name, value in headers.items()}

    def with_meta(self, meta: Any) -> Self:
        """Note where this came from, beside the JSON: anything with `status_code` and `headers`."""
        self._meta = meta
        return self

    def copy(self) -> Self:
        """Return a shallow copy of the same type, with the same provenance."""
        return self.__copy__()

    def __copy__(self) -> Self:
        return self._twin(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        from copy import deepcopy

        twin = memo[id(self)] = self._twin({})
        for key, value in self.items():
            twin[key] = deepcopy(value, memo)
        return twin

    def _twin(self, items: Mapping[str, Any]) -> Self:
        twin = _new(type(self))
        _update(twin, items)
        for kind in type(self).__mro__:
            for slot in kind.__dict__.get("__slots__", ()):
                if (value := getattr(self, slot, self)) is not self:
                    setattr(twin, slot, value)
        return twin

    def __str__(self) -> str:
        from json import dumps

        text = dumps(self, indent=2, ensure_ascii=False, default=str)
        return text.encode("utf-8", "backslashreplace").decode("utf-8")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict.__repr__(self)})"

    def __dir__(self) -> Iterable[str]:
        return sorted({*super().__dir__(), *(key for key in self.keys() if str(key).isidentifier())})

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            if name in self and not name.startswith("_"):
                return _unnamed(self, name)
            raise AttributeError(_absent(self, name), name=name, obj=None)


def _own(kind: type) -> dict[str, Field]:
    return {name: field for name, field in kind.__dict__.get("_fields", {}).items() if field.owner is kind}


def _check_names(kind: type[Record], given: Mapping[str, Any]) -> None:
    described = kind._fields
    missing = [name for name, field in described.items() if field.required and name not in given]
    if missing:
        raise TypeError(f"{kind.__name__} needs {', '.join(missing)}")
    unknown = [] if kind._open else [name for name in given if name not in described]
    if unknown:
        raise TypeError(f"{kind.__name__} has no field {unknown[0]!r}{_hint(unknown[0], described)}")


def _unnamed(record: Record, name: str) -> Any:
    """Read an item that nobody described; an object becomes a Record, so that one can read on."""
    field = record._extra
    convert: Callable[[Any], Any] | None = (field.views() if field else _ANYTHING).get(type(record[name]))
    if convert is not None:
        record[name] = convert(record[name])
    return record[name]


def _view_extra(record: Record, field: Field) -> None:
    table = field.views()
    for key, value in record.items():
        convert = table.get(type(value))
        if convert is not None and key not in record._fields:
            record[key] = convert(value)


def _absent(record: Record, name: str) -> str:
    kind = type(record).__name__
    if name.startswith("_"):
        return f"{kind!r} object has no attribute {name!r}"
    hint = _hint(name, {**type(record)._fields, **record})
    return f"{kind} has no field {name!r}{hint} (it holds {', '.join(map(str, record.keys())) or 'nothing'})"


def _hint(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, [str(key) for key in known], n=1)
    return f": did you mean {close[0]!r}?" if close else ""


_ANYTHING = views(Record | list[Record])
