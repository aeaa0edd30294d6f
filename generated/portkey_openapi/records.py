# Compiled from openapi.yaml by `make generate`. Do not edit.
"""The base of every model: decoded JSON whose items can also be read by name."""

from __future__ import annotations

import sys

from .fields import Field, Kind, Views, many, one, view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, ClassVar, Self, dataclass_transform

    _Dict = dict  # in `Record`, `dict` is a method
    Selection = dict[Any, Any] | set[Any] | None
else:
    Any = Self = Selection = object  # importing the real ones would take longer than all else here
    Callable = Iterable = Mapping = _Dict = dict

    def dataclass_transform(**_options):
        """Stand for the decorator of `typing`, which would cost an import."""
        return lambda kind: kind


_new = dict.__new__
_update = dict.update
_item = dict.__getitem__
_CONTAINERS = (dict, list)
_NOTHING: Any = ()
_MAPPING = dict[str, object]


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False, field_specifiers=(view,))
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

    if TYPE_CHECKING:  # `typing.get_type_hints` of a model would look for these names
        _meta: Any
        _fields: ClassVar[dict[str, Field]]
        _open: ClassVar[bool]
        _extra: ClassVar[Views | None]

    _fields = {}
    _open = True
    _extra = None

    def __init_subclass__(cls, *, more: bool | Kind = False) -> None:
        """Make properties of a model's fields.

        Args:
            more: whether further fields may be given; how their values are viewed, where they are all of one kind.
        """
        super().__init_subclass__()
        cls._open = bool(more)
        cls._fields = {name: field for base in reversed(cls.__mro__[1:]) for name, field in _own(base).items()}
        for name, field in list(vars(cls).items()):
            if isinstance(field, Field):
                cls._fields[name] = field
                setattr(cls, name, field.attribute(cls, name))
        if not isinstance(more, bool):
            cls._extra = Views(more)

    def __init__(self, items: Any = _NOTHING, /, **fields: Any) -> None:
        """Make a record from keyword arguments; what is not given isn't there, and None is kept.

        Args:
            items: as `dict` takes them, not looked at: `dataclasses.asdict` makes mappings anew in this way.
            **fields: the described fields.

        Raises:
            TypeError: where a required field is missing, or an unknown one is given to a closed type.
        """
        if items is not _NOTHING:
            _update(self, items, **fields)
            return
        described = type(self)._fields
        _check_names(type(self), fields)
        for name, value in fields.items():
            field = described.get(name)
            self[field.wire if field else name] = value.isoformat() if hasattr(type(value), "isoformat") else value

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Take decoded JSON over as it is, without checking it."""
        record = _new(cls)
        record |= data  # type: ignore[call-overload]  # takes any mapping, and less time than `update`
        if cls._extra is not None:
            _view_extra(record, cls._extra)
        return record

    @classmethod
    def model_validate(cls, obj: Mapping[str, Any]) -> Self:
        """Take decoded JSON over: the name that models of Pydantic have for `from_dict`."""
        return cls.from_dict(obj)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes) -> Self:
        """Take JSON over, such as `model_dump_json` writes."""
        from json import loads

        return cls.from_dict(loads(json_data))

    def get_headers(self) -> _Dict[str, str]:
        """Return the headers of the response that this came with; {} for none.

        Names are in lower case. The service's own are there without their `x-portkey-` too, such as `trace-id`.
        """
        headers = getattr(getattr(self, "_meta", None), "headers", None) or {}
        named = {str(name).lower(): value for name, value in headers.items()}
        return {**{name.removeprefix("x-portkey-"): value for name, value in named.items()}, **named}

    def with_meta(self, meta: Any) -> Self:
        """Note where this came from, beside the JSON: anything with `status_code` and `headers`."""
        self._meta = meta
        if "yaml" in sys.modules:
            _teach_yaml()
        return self

    def model_dump(
        self,
        *,
        mode: str = "python",
        include: Selection = None,
        exclude: Selection = None,
        by_alias: bool | None = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        round_trip: bool = False,
        warnings: bool | str = True,
    ) -> _Dict[str, Any]:
        """Return a copy of plain dicts and lists, as models of Pydantic do; a record is a dict already.

        Args:
            mode: makes no difference: all values are JSON.
            include: names of the fields to keep; a dict of names chooses further below.
            exclude: names of the fields to leave out; a dict of names chooses further below.
            by_alias: makes no difference: fields bear the names that they travel with.
            exclude_unset: makes no difference: what was not answered isn't there.
            exclude_defaults: makes no difference.
            exclude_none: whether fields that are None are left out, at every depth.
            round_trip: makes no difference.
            warnings: makes no difference.
        """
        plain: _Dict[str, Any] = _plain(self, include, exclude, exclude_none)
        return plain

    def model_dump_json(
        self,
        *,
        indent: int | None = None,
        include: Selection = None,
        exclude: Selection = None,
        by_alias: bool | None = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        round_trip: bool = False,
        warnings: bool | str = True,
    ) -> str:
        """Write as JSON, as models of Pydantic do.

        Args:
            indent: how many spaces to indent by; None for one line.
            include: names of the fields to keep; a dict of names chooses further below.
            exclude: names of the fields to leave out; a dict of names chooses further below.
            by_alias: makes no difference: fields bear the names that they travel with.
            exclude_unset: makes no difference: what was not answered isn't there.
            exclude_defaults: makes no difference.
            exclude_none: whether fields that are None are left out, at every depth.
            round_trip: makes no difference.
            warnings: makes no difference.
        """
        from json import dumps

        plain = _plain(self, include, exclude, exclude_none)
        return dumps(plain, indent=indent, ensure_ascii=False, separators=(",", ":") if indent is None else None)

    def to_dict(self) -> _Dict[str, Any]:
        """Return a copy of plain dicts and lists, for programs that are written for other SDKs."""
        return self.model_dump()

    def dict(self, **options: Any) -> _Dict[str, Any]:
        """Return a copy of plain dicts and lists: the older name of `model_dump`, with the same options."""
        return self.model_dump(**options)

    def json(self, **options: Any) -> str:
        """Write as JSON: the older name of `model_dump_json`, with the same options."""
        return self.model_dump_json(**options)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Callable[[Any], Any]) -> _Dict[str, Any]:
        """Say to Pydantic, where an app has it, that a field of this type takes a record or a mapping, as it is."""
        mapping = handler(_MAPPING)
        check = {"type": "no-info", "function": cls._validated}
        return {"type": "function-wrap", "function": check, "schema": mapping}

    @classmethod
    def _validated(cls, value: Any, handler: Callable[[Any], Any]) -> Self:
        return value if isinstance(value, cls) else cls.from_dict(handler(value))

    def copy(self) -> Self:
        """Return a shallow copy of the same type, with the same provenance."""
        return self.__copy__()

    def __copy__(self) -> Self:
        return self._twin(self)

    def __deepcopy__(self, memo: _Dict[int, Any]) -> Self:
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

    def __getitem__(self, key: str) -> Any:
        """Return an item; an object or a list of a described field with its models in place, as its attribute has."""
        value = _item(self, key)
        if type(value) in _CONTAINERS and (field := type(self)._fields.get(key)) is not None and field.wire == key:
            if not field.views.fresh and (convert := field.views.get(type(value))) is not None:
                value = self[key] = convert(value)
        return value

    def __missing__(self, key: str) -> None:
        """Read a described field that is absent as None, like its attribute."""
        if key not in {field.wire for field in type(self)._fields.values()}:
            raise KeyError(key)

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


def _plain(value: Any, include: Selection, exclude: Selection, exclude_none: bool) -> Any:
    """Copy a value as plain dicts and lists, without fields that were not chosen."""
    if isinstance(value, dict):
        return {
            key: _plain(item, _below(include, key), _below(exclude, key), exclude_none)
            for key, item in value.items()
            if not (exclude_none and item is None) and _is_chosen(key, include, exclude)
        }
    if isinstance(value, list):
        return [
            _plain(item, _below(include, index), _below(exclude, index), exclude_none)
            for index, item in enumerate(value)
            if _is_chosen(index, include, exclude)
        ]
    return value


def _is_chosen(key: Any, include: Selection, exclude: Selection) -> bool:
    kept = include is None or _find(include, key) not in (None, False)
    return kept and _find(exclude, key) not in (True, ...)


def _below(selection: Selection, key: Any) -> Selection:
    """Return what is chosen further below; None where nothing is said of that."""
    found = _find(selection, key)
    return None if found in (None, False, True, ...) else found


def _find(selection: Selection, key: Any) -> Any:
    """Look up what a selection says of a field, or of an item of a list: `__all__` stands for all items."""
    if selection is None:
        return None
    if isinstance(selection, dict):
        return selection.get(key, selection.get("__all__"))
    return True if key in selection or "__all__" in selection else None


def _teach_yaml() -> None:
    """Have `yaml` write records as the mappings that they are; its safe dumper refuses any subclass of `dict`."""
    global _yaml_knows
    if _yaml_knows:
        return
    representer = getattr(sys.modules["yaml"], "representer", None)
    if representer is None:  # another package of that name, or one that is being imported
        return
    _yaml_knows = True
    for kind in (representer.SafeRepresenter, representer.Representer):
        kind.add_multi_representer(Record, kind.represent_dict)


_yaml_knows = False


def wire_names(model: type[Record]) -> tuple[str, ...]:
    """Name a model's fields as JSON has them; some of their attributes have other names."""
    return tuple(field.wire for field in model._fields.values())


def _own(kind: type) -> dict[str, Field]:
    return {name: field for name, field in kind.__dict__.get("_fields", {}).items() if field.owner is kind}


def _check_names(kind: type[Record], given: Mapping[str, Any]) -> None:
    described = kind._fields
    missing = [name for name, field in described.items() if field.required and name not in given]
    if missing:
        raise TypeError(f"{kind.__name__} needs {', '.join(missing)}: pass {missing[0]}=…")
    unknown = [] if kind._open else [name for name in given if name not in described]
    if unknown:
        raise TypeError(f"{kind.__name__} has no field {unknown[0]!r}{_hint(unknown[0], described)}")


def _unnamed(record: Record, name: str) -> Any:
    """Read an item that nobody described; an object becomes a Record, so that one can read on."""
    convert = (record._extra or _ANYTHING).get(type(record[name]))
    if convert is not None:
        record[name] = convert(record[name])
    return record[name]


def _view_extra(record: Record, views: Views) -> None:
    for key, value in record.items():
        convert = views.get(type(value))
        if convert is not None and key not in record._fields:
            record[key] = convert(value)


def _absent(record: Record, name: str) -> str:
    kind = type(record).__name__
    if name.startswith("_"):
        return f"{kind!r} object has no attribute {name!r}"
    meant = _hint(name, {**type(record)._fields, **record})
    return f"{kind} has no field {name!r}{meant} (it holds {', '.join(map(str, record.keys())) or 'nothing'})"


def _hint(name: str, known: Iterable[str]) -> str:
    """Ask whether another name was meant, one that is known; nothing where none is like it."""
    from difflib import get_close_matches

    close = get_close_matches(name, [str(key) for key in known], n=1)
    return f": did you mean {close[0]!r}?" if close else ""


def unexpected(function: str, name: str, known: Iterable[str]) -> TypeError:
    """Make the error of a keyword that a function does not take, with the one that may have been meant."""
    return TypeError(f"{function}() got an unexpected keyword argument {name!r}{_hint(name, known)}")


_ANYTHING = Views(one(Record), many(one(Record)))
if "yaml" in sys.modules:
    _teach_yaml()
