"""The contract as a page for people: its operations by tag, then its schemas, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")


class ContractPage:
    """Write a contract's page.

    Args:
        document: the contract, read from YAML.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._lines: list[str] = []

    def text(self) -> str:
        """Return the page."""
        info = self._document["info"]
        self._lines = [f"# The contract, {info['version']}", "", info["description"], ""]
        self._add("What follows is made from `openapi.yaml`, the only place that describes an endpoint or a field.")
        for tag in self._document["tags"]:
            self._add(f"## {tag['name'].capitalize()}", tag["description"])
            for path, item in self._document["paths"].items():
                for method in METHODS:
                    if tag["name"] in item.get(method, {}).get("tags", ()):
                        self._operation(path, method, item)
        self._add("## Schemas", "Every schema is open: a service may send fields that are not listed.")
        for name, schema in self._document["components"]["schemas"].items():
            self._add(f"### {name}", schema.get("description", ""))
            self._schema(schema)
        return "\n".join(self._lines)

    def _add(self, *paragraphs: str) -> None:
        for paragraph in paragraphs:
            self._lines += [paragraph.strip(), ""]

    def _operation(self, path: str, method: str, item: dict[str, Any]) -> None:
        operation = item[method]
        scope = f" It takes a key with the scope `{operation['x-scope']}`." if "x-scope" in operation else ""
        deprecated = " **Deprecated.**" if operation.get("deprecated") else ""
        self._add(f"### {operation['operationId']}", f"`{method.upper()} {path}`{deprecated}")
        self._add(f"{operation['description'].strip()}{scope}")
        parameters = [self._resolved(one) for one in (*item.get("parameters", ()), *operation.get("parameters", ()))]
        rows = [
            (f"`{one['name']}`", one["in"], self._type(one["schema"]), _needed(one.get("required")), one["description"])
            for one in parameters
        ]
        self._table(("parameter", "in", "type", "", "what it is"), rows)
        body = self._resolved(operation.get("requestBody", {}))
        for kind, content in body.get("content", {}).items():
            self._add(f"Body, `{kind}`: {self._type(content['schema'])}")
        answers = [(f"`{status}`", *self._answer(answer)) for status, answer in operation["responses"].items()]
        self._table(("answer", "what it is", "body", "headers"), answers)

    def _answer(self, answer: dict[str, Any]) -> tuple[str, str, str]:
        answer = self._resolved(answer)
        bodies = dict.fromkeys(self._type(content["schema"]) for content in answer.get("content", {}).values())
        headers = ", ".join(f"`{name}`" for name in answer.get("headers", {}))
        return answer["description"], " or ".join(bodies), headers

    def _schema(self, schema: dict[str, Any]) -> None:
        """Write a schema's fields; those of what it is made of are linked, not repeated."""
        parts = schema.get("allOf", [schema])
        if bases := [self._type(part) for part in parts if "$ref" in part]:
            self._add(f"All fields of {', '.join(bases)}, and:" if len(bases) < len(parts) else f"{', '.join(bases)}.")
        own = [part for part in parts if "$ref" not in part]
        required = {name for part in own for name in part.get("required", ())}
        rows = [
            (f"`{name}`", self._type(field), _needed(name in required), self._resolved(field).get("description", ""))
            for part in own
            for name, field in part.get("properties", {}).items()
        ]
        self._table(("field", "type", "", "what it is"), rows)
        if not rows and not bases:
            self._add(f"Type: {self._type(schema)}")

    def _type(self, schema: dict[str, Any]) -> str:
        """Name a schema's type, with a link where it is one of the components."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        for word in ("anyOf", "oneOf", "allOf"):
            if word in schema:
                return (" and " if word == "allOf" else " or ").join(dict.fromkeys(map(self._type, schema[word])))
        if "enum" in schema:
            return " or ".join(f"`{value}`" for value in schema["enum"])
        if "const" in schema:
            return f"`{schema['const']}`"
        kinds = schema.get("type", "anything")
        return " or ".join(self._kind(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds))

    def _kind(self, kind: str, schema: dict[str, Any]) -> str:
        if kind == "array" and "items" in schema:
            return f"list of {self._type(schema['items'])}"
        if kind == "object" and isinstance(values := schema.get("additionalProperties"), dict):
            return f"object of {self._type(values)}"
        return f"{kind} ({schema['format']})" if kind == "string" and "format" in schema else kind

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self._document
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def _table(self, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
        """Write a table; a column in which nothing stands is left out."""
        listed = list(rows)
        if not listed:
            return
        kept = [index for index in range(len(head)) if any(row[index] for row in listed)]
        for row in (head, ("---",) * len(head), *listed):
            cells = [" ".join(row[index].split()).replace("|", "\\|") for index in kept]
            self._lines.append(f"| {' | '.join(cells)} |")
        self._lines.append("")


def _needed(required: object) -> str:
    return "required" if required else ""
