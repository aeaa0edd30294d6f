"""Picoschema, the short way in which Dotprompt writes a schema: the `input.schema` of a prompt's file."""

from __future__ import annotations

from typing import Any

_SCALARS = ("string", "number", "integer", "boolean", "null", "any")


def schema_from(value: Any) -> dict[str, Any] | None:
    """Read the `input.schema` of a prompt's file: a JSON Schema, or Picoschema.

    Args:
        value: as YAML has it.

    Returns:
        A JSON Schema of an object; None where it only names a schema, or says nothing of single variables.

    Raises:
        ValueError: it is neither.
    """
    if value is None or isinstance(value, str):
        return None
    if not isinstance(value, dict):
        raise ValueError("input.schema must be an object.")
    if value.get("type") == "object" or isinstance(value.get("properties"), dict):
        return {"type": "object", **value}
    return _picoschema(value, "input.schema")


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
