"""Picoschema, Dotprompt's short form of a schema: the `input.schema` of a prompt's file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_SCALARS = ("string", "number", "integer", "boolean", "null", "any")


def schema_from(value: Any) -> dict[str, Any] | None:
    """Read the `input.schema` of a prompt's file: a JSON Schema, or Picoschema.

    Args:
        value: the value of `input.schema`, decoded from YAML.

    Returns:
        A JSON Schema of an object; None where it only names a schema, or says nothing of single variables.

    Raises:
        ValueError: it is malformed, naming the field.
    """
    if value is None or isinstance(value, str):
        return None
    if not isinstance(value, dict):
        raise ValueError("input.schema must be an object.")
    if value.get("type") == "object" or isinstance(value.get("properties"), dict) or "$ref" in value:
        return {"type": "object", **_Reader(value).read(value, "input.schema")}
    return _picoschema(value, "input.schema")


class _Reader:
    """Read a JSON Schema: check its shape, and replace each `$ref` by what it names.

    Args:
        root: the whole schema, of which a `$ref` names a part.
    """

    def __init__(self, root: Any) -> None:
        self._root = root
        self._parts: dict[str, dict[str, Any]] = {}

    def read(self, schema: Any, path: str) -> dict[str, Any]:
        """Read a schema, or a part of one.

        Raises:
            ValueError: naming what is none.
        """
        if isinstance(schema, bool):
            return {}
        if not isinstance(schema, dict):
            raise ValueError(f"{path} must be a schema, such as {{type: string}}.")
        whole = {name: value for name, value in schema.items() if name not in ("$ref", "allOf")}
        if isinstance(whole.get("type"), list):
            _check_names(whole["type"], f"{path}.type")
        _check_names(_field(whole, "required", list, path), f"{path}.required")
        if "properties" in whole:
            properties = _field(whole, "properties", dict, path)
            _check_names(properties, f"{path}.properties")
            whole["properties"] = {name: self.read(each, f"{path}.{name}") for name, each in properties.items()}
        for name in ("items", "additionalProperties"):
            if name in whole:
                whole[name] = self.read(whole[name], f"{path}.{name}")
        for name in ("anyOf", "oneOf"):
            if name in whole:
                whole[name] = [self.read(each, f"{path}.{name}") for each in _field(whole, name, list, path)]
        for each in _field(schema, "allOf", list, path):
            whole = _joined(self.read(each, f"{path}.allOf"), whole)
        if "$ref" not in schema:
            return whole
        part = self._part(schema["$ref"], path)
        return _joined(part, whole) if whole else part  # the same object at each place, so that it becomes one type

    def _part(self, reference: Any, path: str) -> dict[str, Any]:
        """Read what a `$ref` names; a reference to itself within it allows any value."""
        name = str(reference)
        if name not in self._parts:
            self._parts[name] = {}
            part = self._root
            first, *steps = name.split("/")
            for step in steps:
                part = part.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(part, dict) else None
            if first != "#" or part is None:
                raise ValueError(f"{path}: there is no {name} here. A $ref names a part of this schema: #/$defs/NAME.")
            self._parts[name] = self.read(part, path)
        return self._parts[name]


def _check_names(names: Iterable[Any], path: str) -> None:
    for name in names:
        if not isinstance(name, str):
            raise ValueError(f"{path}: {name!r} must be text. Write it in quotes.")


def _field(schema: Mapping[str, Any], name: str, kind: type, path: str) -> Any:
    """Give a field of a schema, empty where it has none.

    Raises:
        ValueError: it is of another kind.
    """
    value = schema.get(name, kind())
    if not isinstance(value, kind):
        raise ValueError(f"{path}.{name} must be {'a list' if kind is list else 'an object'}.")
    return value


def _joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Make one schema of two that both hold; where they differ, the other wins."""
    joined = {**one, **other}
    if "properties" in one and "properties" in other:
        joined["properties"] = {**one["properties"], **other["properties"]}
    if "required" in one and "required" in other:
        joined["required"] = [*one["required"], *other["required"]]
    return joined


def _picoschema(value: Any, path: str) -> dict[str, Any]:
    if isinstance(value, str):
        kind, _, description = (part.strip() for part in value.partition(","))
        if kind not in _SCALARS:
            raise ValueError(f"{path}: {kind!r} is no type. There are: {', '.join(_SCALARS)}.")
        schema: dict[str, Any] = {} if kind == "any" else {"type": kind}
        return {**schema, "description": description} if description else schema
    if not isinstance(value, dict):
        raise ValueError(f"{path} must be a type, such as string, or an object of these.")
    found: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    for written, inner in value.items():
        if written == "(*)":
            found["additionalProperties"] = _picoschema(inner, f"{path}.(*)")
            continue
        before, _, kind = str(written).removesuffix(")").partition("(")
        name = before.removesuffix("?")
        kind, _, description = (part.strip() for part in kind.partition(","))
        schema = _of_kind(kind, inner, f"{path}.{name}")
        found["properties"][name] = {**schema, "description": description} if description else schema
        found["required"] += [] if before.endswith("?") else [name]
    return found


def _of_kind(kind: str, inner: Any, path: str) -> dict[str, Any]:
    if kind == "enum":
        if not isinstance(inner, list):
            raise ValueError(f"{path} must list what there is to choose from.")
        return {"enum": inner}
    if kind not in ("", "array", "object"):
        raise ValueError(f"{path}: {kind!r} is no kind. There are: array, object, enum.")
    schema = _picoschema(inner, path)
    return {"type": "array", "items": schema} if kind == "array" else schema
