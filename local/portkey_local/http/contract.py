"""The contract, read: which operations there are, and what each takes.

Only this module reads paths, parameters and bodies out of it. Handlers name their operations by `operationId`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml  # type: ignore[import-untyped,unused-ignore]
from attrs import frozen
from jsonschema_rs import Draft202012Validator

from .validation import Schema

METHODS = ("get", "put", "post", "delete", "patch")


@frozen
class Parameter:
    """A parameter in the query."""

    name: str
    required: bool
    schema: Schema
    default: Any


@frozen
class Operation:
    """One operation of the contract, its schemas compiled."""

    id: str
    method: str
    """In capitals."""
    path: str
    """Below the base URL, such as `/prompts/{prompt_id}`."""
    query: tuple[Parameter, ...]
    body: Schema | None
    """The schema of the JSON body; None where the operation takes none."""
    body_required: bool
    scope: str | None = None
    """The scope that a key needs, `x-scope`; None where the contract names none: then a key needs every scope."""

    @property
    def changes(self) -> bool:
        """Whether it changes something, as far as the contract says."""
        return self.scope in ("write", "release") or (self.scope is None and self.method != "GET")

    @property
    def runs(self) -> bool:
        """Whether it takes as long as a model does, once it was received."""
        return self.scope == "run"


@frozen
class Contract:
    """What the server reads out of `openapi.yaml`."""

    version: str
    operations: tuple[Operation, ...]


@cache
def load() -> Contract:
    """Read the contract that the compiled client ships, once a process."""
    from portkey_openapi.contract import read

    return parse(read())


def parse(text: str) -> Contract:
    """Read a contract.

    Args:
        text: An OpenAPI 3.1 document in YAML.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    reader = _Reader(yaml.load(text, Loader=loader))
    return Contract(reader.document["info"]["version"], tuple(reader.operations()))


@frozen
class _Reader:
    document: Mapping[str, Any]

    def operations(self) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield self._operation(path, method, item[method], item.get("parameters", []))

    def _operation(self, path: str, method: str, operation: Mapping[str, Any], shared: list[Any]) -> Operation:
        # What an operation says of a parameter wins over what its path says.
        by_name = {
            (found["name"], found["in"]): found for found in map(self._found, shared + operation.get("parameters", []))
        }
        query = tuple(self._parameter(each) for each in by_name.values() if each["in"] == "query")
        body = self._found(operation.get("requestBody", {}))
        schema = body.get("content", {}).get("application/json", {}).get("schema")
        compiled = None if schema is None else self._schema(schema)
        required = bool(body.get("required", False))
        return Operation(
            operation["operationId"], method.upper(), path, query, compiled, required, operation.get("x-scope")
        )

    def _parameter(self, parameter: Mapping[str, Any]) -> Parameter:
        schema = parameter.get("schema", {})
        required = bool(parameter.get("required", False))
        return Parameter(parameter["name"], required, self._schema(schema), schema.get("default"))

    def _schema(self, schema: Mapping[str, Any]) -> Schema:
        # References point at #/components/…, so every schema is compiled with the components beside it.
        root = {**schema, "components": self.document["components"]}
        return Schema(root, Draft202012Validator(root))

    def _found(self, node: Any) -> Mapping[str, Any]:
        """Follow a reference, where there is one."""
        if "$ref" not in node:
            return node  # type: ignore[no-any-return]
        found: Any = self.document
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found  # type: ignore[no-any-return]
