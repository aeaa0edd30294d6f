"""Checking values of a request against the contract, with messages that say what is wrong and what is right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from portkey_local.errors import BadRequestError
from portkey_prompts.errors import quoted

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,19})")
"""A whole number as JSON writes it: `01` and `+1` are taken for different things by different readers."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?")
_COMPARED = 4 * 1024
"""Bytes of JSON up to which all violations are looked for, so that the most obvious can be reported."""
_ARTICLES = {"array": "an array", "integer": "an integer", "object": "an object", "null": "null"}


@frozen
class Schema:
    """A schema of the contract, as written and as compiled."""

    definition: Mapping[str, Any] = field(repr=False)
    validator: Draft202012Validator = field(repr=False)

    @property
    def type(self) -> object:
        """The type word, or words, of the schema itself."""
        return self.definition.get("type")

    def check(self, value: object, name: str = "", size: int = 0) -> None:
        """Refuse a value that the schema does not allow.

        Of a short value the most obvious violation is reported, of a long one the first that is found.

        Args:
            value: A JSON value.
            name: What the value is, in messages: a parameter's name; empty for a body.
            size: Bytes of the JSON that the value was read from.

        Raises:
            BadRequestError: The message names the field, what is wrong with it and what the contract says of it.
        """
        if self.validator.is_valid(value):
            return
        raise BadRequestError(self._message(self._violation(value, size), name))

    def _violation(self, value: object, size: int) -> ValidationError:
        from jsonschema_rs import ValidationError

        if size <= _COMPARED:
            return min(self.validator.iter_errors(value), key=_obviousness)
        # A body can hold half a million violations, and to collect them takes minutes that nobody else is served in.
        try:
            self.validator.validate(value)
        except ValidationError as first:
            return first
        raise AssertionError("a value that is not valid has no violation")

    def _message(self, error: ValidationError, name: str) -> str:
        path = list(error.instance_path)
        hint = self._hint(error)
        missing = getattr(error.kind, "property", None)
        if isinstance(missing, str):
            path.append(missing)
        problem = "is missing" if isinstance(missing, str) else _problem(error.kind, error.instance)
        pointer = dotted([name, *path] if name else path)
        return f"{quoted(pointer)} {problem}. {hint}".rstrip() if pointer else f"The body {problem}."

    def _hint(self, error: ValidationError) -> str:
        """Return the contract's description of the field: for a wrong type its property's, else the failed schema's."""
        parent = _walk(self.definition, error.schema_path[:-1])
        missing = getattr(error.kind, "property", None)
        if isinstance(missing, str):
            parent = _walk(parent, ["properties", missing])
        elif error.kind.name == "type":
            parent = self._field(error.evaluation_path) or parent
        return str(parent.get("description", ""))

    def _field(self, path: Sequence[str | int]) -> dict[str, Any]:
        """Return the schema of the last property on an evaluation's path, following references."""
        node: Any = self.definition
        found: dict[str, Any] = {}
        for before, step in zip(["", *path], path, strict=False):
            way = str(node["$ref"]).removeprefix("#/").split("/") if step == "$ref" else [step]
            node = _reach(self.definition if step == "$ref" else node, way)
            if before == "properties":
                found = node
        return found


def coerced(schema: Schema, text: str, name: str) -> object:
    """Turn the text of a query or path parameter into the value that its schema describes.

    Args:
        schema: The parameter's schema.
        text: What the URL says.
        name: The parameter's name, for messages.

    Raises:
        BadRequestError: The text is no such value.
    """
    value: object = text
    types = schema.type if isinstance(schema.type, list) else [schema.type]
    if "integer" in types and _INTEGER.fullmatch(text):
        value = int(text)
    elif "number" in types and _NUMBER.fullmatch(text):
        value = float(text)
    elif "boolean" in types and text in ("true", "false"):
        value = text == "true"
    try:
        schema.check(value, name)
    except BadRequestError as error:  # in a URL everything is a string
        raise BadRequestError(error.message.replace("not a string", f"not {quoted(text)}", 1)) from None
    return value


def dotted(path: Iterable[str | int]) -> str:
    """Write the way to a field, such as `tools[0].function.name`."""
    written = ""
    for step in path:
        written += f"[{step}]" if isinstance(step, int) else f".{step}" if written else step
    return written


def _obviousness(error: ValidationError) -> tuple[int, int]:
    """Sort what is missing before what is wrong, and what is wrong further up before what is wrong further down."""
    return (error.kind.name != "required", len(error.instance_path))


def _problem(kind: ValidationErrorKind, instance: object) -> str:
    """Say what is wrong with a field; the field's name goes before it."""
    match kind.name:
        case "type" | "anyOf":
            return f"must be {_either(_types(kind))}, not {_kind_of(instance)}"
        case "minLength" if not instance:
            return "must not be empty"
        case "maxLength":
            return f"may have {kind.value} characters, not {len(str(instance))}"
        case "minimum" | "maximum":
            bound = "at least" if kind.name == "minimum" else "at most"
            return f"must be {bound} {kind.value}, not {_shown(instance)}"
        case _:
            return f"can't be {_shown(instance)}"


def _types(kind: ValidationErrorKind) -> list[str]:
    """Return the types that would have been right; of a choice, those of all branches."""
    if kind.name == "type":
        return [str(name) for name in getattr(kind, "types", [])]
    branches: list[list[ValidationError]] = getattr(kind, "context", [])
    return [name for branch in branches for error in branch if error.kind.name == "type" for name in _types(error.kind)]


def _either(types: Sequence[str]) -> str:
    named = [_ARTICLES.get(name, f"a {name}") for name in dict.fromkeys(types)]
    named.sort(key=lambda name: name == "null")
    return " or ".join(named) if named else "something else"


def _kind_of(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int | float):
        return _shown(value)
    if isinstance(value, str | list):
        return "a string" if isinstance(value, str) else "an array"
    return "an object"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value if isinstance(value, str) else repr(value))


def _walk(document: Any, path: Iterable[str | int]) -> dict[str, Any]:
    """Return the object in a schema to which a path leads; an empty one where it leads to none."""
    reached = _reach(document, path)
    return reached if isinstance(reached, dict) else {}


def _reach(document: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document
