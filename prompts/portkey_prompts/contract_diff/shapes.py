"""A schema as a list of shapes, each of one JSON type, and the pairing of two schemas' shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from .document import ANNOTATIONS, ContractError, Document, name_of
from .findings import Effect

MAX_SHAPES: Final = 500
"""Shapes that one schema may have."""

LOWER_BOUNDS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
UPPER_BOUNDS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")

_OWN_KEYWORDS: Final = {
    "string": ("minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType", "contentSchema"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"),
    "array": (
        *("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains"),
        "unevaluatedItems",
    ),
    "object": (
        *("properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties"),
        *("maxProperties", "dependentRequired", "dependentSchemas", "unevaluatedProperties", "discriminator"),
    ),
}
_OWNERS: Final = {
    word: frozenset(kind for kind, words in _OWN_KEYWORDS.items() if word in words)
    for words in _OWN_KEYWORDS.values()
    for word in words
}
_FORMS: Final = {"properties": Mapping, "patternProperties": Mapping, "required": list, "enum": list, "allOf": list}
_TELLING: Final = ("properties", "required", "additionalProperties", "items")
_SILENT: Final = ANNOTATIONS | {"default", "deprecated", "readOnly", "writeOnly", "$id", "$schema", "$anchor", "$defs"}
_APPLIED: Final = ("$ref", "allOf", "anyOf", "oneOf", "type", "nullable", "const")


class Shape:
    """Values of one JSON type that a schema allows.

    Attributes:
        type: the type; `any` where the schema names none.
        label: the component that this member of a union refers to, or None.
        rules: the keywords that limit its values.
    """

    __slots__ = ("label", "rules", "type")

    def __init__(self, kind: str, label: str | None, rules: dict[str, Any]) -> None:
        self.type = kind
        self.label = label
        self.rules = rules

    @property
    def title(self) -> str:
        """Name the shape: by its component, else its type."""
        return self.label or self.type


class _Flat:
    """Keywords that hold at once, before they are split by type; `types` None allows all."""

    __slots__ = ("label", "rules", "types")

    def __init__(self, types: tuple[str, ...] | None, label: str | None, rules: dict[str, Any]) -> None:
        self.types = types
        self.label = label
        self.rules = rules


def shapes_of(document: Document, schema: Any) -> list[Shape]:
    """List the shapes of a schema, each once.

    Raises:
        ContractError: a reference leads nowhere, or there are more shapes than can be compared.
    """
    shapes = [shape for flat in _spread(document, schema, ()) for shape in _split(flat)]
    unique: dict[tuple[str, str | None, str], Shape] = {}
    for shape in shapes:
        unique.setdefault((shape.type, shape.label, str(shape.rules)), shape)
    return list(unique.values())


def _spread(document: Document, schema: Any, around: tuple[str, ...]) -> list[_Flat]:
    """List what a schema allows, unions apart; a reference that leads back to itself adds nothing."""
    if schema is False:
        return []
    if not isinstance(schema, Mapping):
        return [_Flat(None, None, {})]
    flats = [_Flat(_types_of(schema), None, _rules_of(document, schema))]
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in around:
        target = _spread(document, document.target(reference), (*around, reference))
        flats = _joined(document, flats, target)
    for member in _members(schema, "allOf"):
        flats = _joined(document, flats, _spread(document, member, around))
    for keyword in ("anyOf", "oneOf"):
        if schema.get(keyword):
            flats = _joined(document, flats, _union(document, _members(schema, keyword), around))
    return flats


def _union(document: Document, members: Iterable[Any], around: tuple[str, ...]) -> list[_Flat]:
    flats: list[_Flat] = []
    for member in members:
        for flat in _spread(document, member, around):
            flats.append(_Flat(flat.types, name_of(member) or flat.label, flat.rules))
    return flats


def _members(schema: Mapping[str, Any], keyword: str) -> list[Any]:
    value = schema.get(keyword)
    return value if isinstance(value, list) else []


def _types_of(schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    value = schema.get("type")
    types = tuple(str(each) for each in value) if isinstance(value, list) else (value,) if value else None
    if "const" in schema and types is None:
        types = (_json_type(schema["const"]),)
    elif isinstance(schema.get("enum"), list) and types is None:
        types = tuple(dict.fromkeys(_json_type(each) for each in schema["enum"]))
    elif types is None and (telling := next((word for word in _TELLING if word in schema), None)):
        types = ("array" if telling == "items" else "object",)
    return (*types, "null") if types and schema.get("nullable") is True else types


def _rules_of(document: Document, schema: Mapping[str, Any]) -> dict[str, Any]:
    for word, kind in _FORMS.items():
        if word in schema and not isinstance(schema[word], kind):
            raise ContractError(f"{document.name}: `{word}` in a schema can't be {schema[word]!r:.60}")
    rules = {
        key: value
        for key, value in schema.items()
        if key not in _SILENT and key not in _APPLIED and not str(key).startswith("x-")
    }
    if "const" in schema:
        rules["enum"] = [schema["const"]]
    return rules


def _joined(document: Document, ones: list[_Flat], others: list[_Flat]) -> list[_Flat]:
    """Join each of one list with each of the other; those that no value can be are left out."""
    if len(ones) * len(others) > MAX_SHAPES:
        raise ContractError(f"{document.name}: a schema has more than {MAX_SHAPES} shapes: make its unions smaller")
    joined = []
    for one in ones:
        for other in others:
            types = _common(one.types, other.types)
            if types != ():
                joined.append(_Flat(types, one.label or other.label, _merged(document, one.rules, other.rules)))
    return joined


def _common(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if one is None or other is None:
        return other if one is None else one
    common = [kind for kind in one if kind in other or (kind == "integer" and "number" in other)]
    common += [kind for kind in other if kind == "integer" and "number" in one and kind not in common]
    return tuple(common)


def _merged(document: Document, one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    merged = dict(one)
    for key, value in other.items():
        merged[key] = _merge(document, key, merged[key], value) if key in merged else value
    return merged


def _merge(document: Document, key: str, one: Any, other: Any) -> Any:
    """Join two values of a keyword that hold at once."""
    if one == other and type(one) is type(other):
        return one
    if key in ("properties", "patternProperties"):
        both = {name: document.both(one[name], other[name]) for name in one.keys() & other.keys()}
        return {**one, **other, **both}
    if key == "required":
        return list(dict.fromkeys([*one, *other]))
    if key == "enum":
        return [value for value in one if value in other]
    if key in LOWER_BOUNDS or key in UPPER_BOUNDS:
        return max(one, other) if key in LOWER_BOUNDS else min(one, other)
    if key == "additionalProperties" and isinstance(one, bool) and isinstance(other, bool):
        return one and other
    if key in ("items", "additionalProperties"):
        return document.both(one, other)
    return [one, other]


def _split(flat: _Flat) -> Iterable[Shape]:
    """Make a shape for each type, with the keywords and the listed values that concern it."""
    types = flat.types or ("any",)
    for kind in types:
        rules = {key: value for key, value in flat.rules.items() if _concerns(key, kind)}
        if kind != "any" and isinstance(rules.get("enum"), list):
            rules["enum"] = [value for value in rules["enum"] if _is_of(value, kind)]
            if kind == "null" and rules["enum"]:
                del rules["enum"]
        yield Shape(kind, None if kind == "null" else flat.label, rules)


def _concerns(keyword: str, kind: str) -> bool:
    owners = _OWNERS.get(keyword)
    return owners is None or kind == "any" or ("number" if kind == "integer" else kind) in owners


def _is_of(value: Any, kind: str) -> bool:
    actual = _json_type(value)
    return actual == kind or (actual == "integer" and kind == "number") or (actual == "number" and kind == "integer")


def _json_type(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    kinds = {float: "number", list: "array"}
    return kinds.get(type(value), "object" if isinstance(value, Mapping) else "string")


class Pairing(NamedTuple):
    """Shapes that belong together, and the differences of those that don't."""

    pairs: list[tuple[Shape, Shape]]
    differences: list[tuple[Effect, str]]


def pair_shapes(old: list[Shape], new: list[Shape]) -> Pairing:
    """Pair shapes by type and component, then by type, then `integer` with `number`."""
    left, right = list(old), list(new)
    pairs: list[tuple[Shape, Shape]] = []
    for same in (_identical, _same_component, _same_type):
        pairs += _take(left, right, same)
    numbers = _take(left, right, _both_numbers)
    differences = [_number_difference(one) for one, _ in numbers]
    return Pairing(pairs + numbers, differences + _unpaired(old, new, left, right))


def _take(left: list[Shape], right: list[Shape], same: Callable[[Shape, Shape], bool]) -> list[tuple[Shape, Shape]]:
    """Take pairs out of two lists, in order."""
    pairs = []
    for one in list(left):
        other = next((each for each in right if same(one, each)), None)
        if other is not None:
            pairs.append((one, other))
            left.remove(one)
            right.remove(other)
    return pairs


def _identical(one: Shape, other: Shape) -> bool:
    return _same_component(one, other) and one.rules == other.rules


def _same_component(one: Shape, other: Shape) -> bool:
    return one.type == other.type and one.label == other.label


def _same_type(one: Shape, other: Shape) -> bool:
    return one.type == other.type


def _both_numbers(one: Shape, other: Shape) -> bool:
    return {one.type, other.type} == {"integer", "number"}


def _number_difference(old: Shape) -> tuple[Effect, str]:
    if old.type == "integer":
        return Effect.WIDENED, "was a whole number and is any number now"
    return Effect.NARROWED, "was any number and is a whole number now"


def _unpaired(old: list[Shape], new: list[Shape], left: list[Shape], right: list[Shape]) -> list[tuple[Effect, str]]:
    """Describe the difference that shapes make which only one schema has."""
    if left and right:
        if any(shape.type == "any" for shape in left):
            return [(Effect.NARROWED, f"was anything and is {_titles(new)} now")]
        if any(shape.type == "any" for shape in right):
            return [(Effect.WIDENED, f"was {_titles(old)} and is anything now")]
        return [(Effect.CHANGED, f"was {_titles(old)} and is {_titles(new)} now")]
    differences = [(Effect.NARROWED, f"is {_title(shape)} no more") for shape in left if not _has_any(new)]
    return differences + [(Effect.WIDENED, f"may be {_title(shape)} now") for shape in right if not _has_any(old)]


def _has_any(shapes: list[Shape]) -> bool:
    return any(shape.type == "any" and not shape.rules for shape in shapes)


def _titles(shapes: list[Shape]) -> str:
    return " or ".join(dict.fromkeys(shape.title for shape in shapes)) or "nothing"


def _title(shape: Shape) -> str:
    return f"{shape.type} {shape.label}" if shape.label else shape.type
