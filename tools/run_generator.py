"""Run the generator on a contract, and write the resources and the options of calls, which it has no templates for.

    python tools/run_generator.py DOCUMENT PACKAGE

`tools/compile_client.py` starts it in a process of its own. DOCUMENT is the contract as JSON; PACKAGE is made.
"""

from __future__ import annotations

import json
import keyword
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openapi_python_client import Project, strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import AnyProperty, ModelProperty, Property
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.schema import Reference
from openapi_python_client.schema.untrusted_string import UntrustedString

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "generator-templates"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
TAKEN = {"answer", "body", "fetch", "fields", "given", "models", "options", "segment", "self"}
"""Names of locals of a compiled method, or of the function that builds its request."""
RECORD_NAMES = {
    *("clear", "copy", "dict", "from_dict", "fromkeys", "get", "get_headers", "items", "json", "keys", "model_dump"),
    *("model_dump_json", "model_validate", "model_validate_json", "pop", "popitem", "setdefault", "to_dict", "update"),
    *("values", "with_meta"),
}
"""The methods of records."""
ANNOTATION_NAMES = {"bool", "datetime", "dict", "float", "int", "list", "models", "str"}
"""Names in annotations, which a field or an argument of that name would hide."""
CLIENT_NAMES = {
    *("aclose", "api_key", "base_url", "call", "close", "config", "copy", "is_closed", "max_response_bytes"),
    *("max_retries", "metadata", "openai", "provider", "send", "stream", "timeout", "trace_id", "virtual_key"),
    "with_options",
}
"""What a client has beside its resources, here and in portkey_ai."""
EVERY_CALL = ("api_key", "extra_headers", "extra_query", "extra_body", "timeout", "max_retries")
"""Options of a call that are no header parameters of the contract; options.py.jinja says what they are."""
KINDS = {
    "text": "str | None",
    "texts": "Mapping[str, str] | str | None",
    "json": "Mapping[str, Any] | str | None",
    "list": "Sequence[str] | str | None",
    "boolean": "bool | str | None",
    "count": "int | None",
}
"""What an app may pass for a header, by the parameter's `x-value`."""

Node = dict[str, Any]


class ContractError(Exception):
    """The contract can't be compiled; the message says why and what to do."""


@dataclass
class Option:
    """An option of a call that travels as a header."""

    name: str
    header: str
    description: UntrustedString
    value: str
    every_call: bool

    @property
    def annotation(self) -> str:
        """What an app may pass."""
        return KINDS[self.value]


@dataclass
class Method:
    """A method of a resource, and the operation that it calls."""

    name: str
    operation_id: str
    endpoint: Endpoint
    aliases: dict[str, str]
    """The other name of a path parameter, by its own."""
    repeatable: bool
    every_call: dict[str, Option]
    """The options that are header parameters of every call, by the header."""
    deprecated: bool

    @property
    def module(self) -> str:
        """The operation's module, below `api`."""
        return f"{self.endpoint.tags[0]}.{self.function}"

    @property
    def function(self) -> str:
        """The operation's name in Python."""
        return strings.PythonIdentifier(self.endpoint.name, "field_")

    @property
    def keywords(self) -> str | None:
        """The name of the class of its keywords; None where these are the options of any call."""
        if self.body is None and not self.hidden:
            return None
        return f"{self.operation_id[0].upper()}{self.operation_id[1:]}{'Fields' if self.body else 'Options'}"

    @property
    def paged(self) -> bool:
        """Whether its answer is one of several pages."""
        asked = any(parameter.name == "current_page" for parameter in self.endpoint.query_parameters)
        return asked and is_page(success_of(self.endpoint))

    @property
    def options(self) -> list[tuple[str, Property]]:
        """Its query and header parameters, by the names of the arguments; headers of every call are not among them."""
        headers = {one.name.get_untrusted_value(): one for one in self.endpoint.header_parameters}
        return [(one.python_name, one) for one in self.endpoint.query_parameters] + [
            (option_name(header), one) for header, one in headers.items() if header.lower() not in self.every_call
        ]

    @property
    def body(self) -> ModelProperty | None:
        """Its body, where the fields of that are its keywords."""
        prop = self.endpoint.bodies[0].prop if self.endpoint.bodies else None
        return prop if isinstance(prop, ModelProperty) else None

    @property
    def fields(self) -> list[Property]:
        """The fields of its body."""
        return [] if self.body is None else fields_of(self.body)

    def description_of(self, one: Property) -> UntrustedString | str | None:
        """Say what a field of its body is: in the words beside a reference, else in those of what is referred to."""
        assert self.body is not None
        schema = (self.body.data.properties or {}).get(one.name)
        own: str | None = (schema.model_extra or {}).get("description") if isinstance(schema, Reference) else None
        return own or one.description

    @property
    def arguments(self) -> list[str]:
        """The names of its arguments that are no keywords of the body or of the call."""
        placed = [one.python_name for one in self.endpoint.path_parameters]
        return [*placed, *self.aliases.values(), *(name for name, _ in self.options)]

    @property
    def hidden(self) -> list[str]:
        """The options of any call that a field of its body or an argument of that name hides."""
        names = {*self.arguments, *(one.python_name for one in self.fields)}
        return [name for name in [*EVERY_CALL, *(one.name for one in self.every_call.values())] if name in names]


@dataclass
class Resource:
    """A resource: its methods, and the resources below it."""

    path: str
    description: UntrustedString
    methods: list[Method] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)
    """The operations whose methods are written by hand, in a class that inherits from this one."""
    children: list[Resource] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What its parent calls it."""
        return self.path.rpartition(".")[2]

    @property
    def class_name(self) -> str:
        """The name of its class, such as PromptPartials of `prompts.partials`."""
        *above, last = self.path.split(".")
        return "".join(_camel(word) for word in [*map(_singular, above), last])

    @property
    def module(self) -> str:
        """The name of its module."""
        return "_".join([*map(_singular, self.path.split(".")[:-1]), self.name])


def _camel(word: str) -> str:
    return "".join(part.capitalize() for part in word.split("_"))


def _singular(word: str) -> str:
    return word.removesuffix("s")


def option_name(header: str) -> str:
    """Name the option that travels as a header."""
    name = strings.PythonIdentifier(header.lower().removeprefix("x-portkey-"), "field_")
    return python_name(name, ANNOTATION_NAMES | TAKEN)


def options_of(document: Node) -> list[Option]:
    """Find the options of calls: the header parameters of every call, and of the operations that are written by hand.

    Raises:
        ContractError: where two options bear one name, or `x-value` is no known word.
    """
    found: dict[str, Option] = {}
    for parameter in _header_parameters(document):
        header = parameter["name"].lower()
        name = option_name(header)
        value = parameter.get("x-value", "text")
        if value not in KINDS:
            raise ContractError(
                f"the header parameter {header} has the x-value {value!r}; known are {', '.join(KINDS)}"
            )
        option = Option(
            name,
            header,
            UntrustedString(parameter.get("description") or f"The header {header}."),
            value,
            parameter.get("x-every-call") is True,
        )
        if name in EVERY_CALL or found.setdefault(name, option).header != header:
            raise ContractError(f"the header parameter {header} makes the option {name}, which is another one already")
        found[name].every_call |= option.every_call
    return list(found.values())


def _header_parameters(document: Node) -> Iterator[Node]:
    """Yield the header parameters that are options, in the order of the contract."""
    for item in document["paths"].values():
        for operation in (item[method] for method in METHODS if method in item):
            for parameter in _parameters(document, item, operation):
                by_hand = operation.get("x-by-hand") is True
                if parameter.get("in") == "header" and (by_hand or parameter.get("x-every-call") is True):
                    yield parameter


def _parameters(document: Node, item: Node, operation: Node) -> list[Node]:
    return [_resolved(document, one) for one in [*item.get("parameters", []), *operation.get("parameters", [])]]


def _resolved(document: Node, node: Node) -> Node:
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def resources_of(document: Node, data: GeneratorData, options: list[Option]) -> list[Resource]:
    """Sort operations into resources: by their `x-resource`, else their tag's, else the tag's name.

    Returns:
        The resources that hang at a client itself, with those below them.

    Raises:
        ContractError: where a resource or a method has no name that can be called, or two have the same; where a path
            can't be routed.
    """
    endpoints = {
        endpoint.name: endpoint for group in data.endpoint_collections_by_tag.values() for endpoint in group.endpoints
    }
    tags = {tag["name"]: tag for tag in document.get("tags", [])}
    found: dict[str, Resource] = {}
    for path, item in document["paths"].items():
        _check_path(path)
        for verb in (verb for verb in METHODS if verb in item):
            operation = item[verb]
            if "operationId" not in operation:
                raise ContractError(f"an operation of the tag {operation.get('tags')} has no operationId: write one")
            endpoint = endpoints[strings.PythonIdentifier(operation["operationId"], "field_")]
            resource = _resource(found, operation, tags, endpoint)
            if operation.get("x-by-hand") is True:
                _check_keywords(operation["operationId"], endpoint)
                resource.by_hand.append(operation["operationId"])
                continue
            parameters = _parameters(document, item, operation)
            method = _method(verb, operation, parameters, endpoint, options)
            _add_method(resource, method)
    for resource in list(found.values()):
        _add_to_parent(resource, found)
    _check_names(found)
    for resource in found.values():
        # Type checkers read `list[str]` below a method called `list` as the method.
        resource.methods.sort(key=lambda method: method.name == "list")
    return [resource for resource in found.values() if "." not in resource.path]


def _check_path(path: str) -> None:
    """Refuse a segment that is a parameter in part: the local server takes a parameter for all of its segment."""
    for segment in path.split("/"):
        if "{" in segment and not re.fullmatch(r"\{[^{}]*\}", segment):
            raise ContractError(
                f"the path {path} has the segment {segment}: a segment is a fixed word or one parameter, so put a "
                "slash between its parts"
            )


def _resource(found: dict[str, Resource], operation: Node, tags: dict[str, Node], endpoint: Endpoint) -> Resource:
    tag = tags.get((operation.get("tags") or ["default"])[0], {})
    path = operation.get("x-resource") or tag.get("x-resource") or endpoint.tags[0]
    if not all(re.fullmatch(r"[a-z][a-z0-9_]*", name) and not keyword.iskeyword(name) for name in path.split(".")):
        raise ContractError(
            f"{operation['operationId']} would be a method of {path!r}: write x-resource as names in lower case, "
            "with dots between them"
        )
    described = None if "x-resource" in operation else tag.get("description")
    resource = found.setdefault(path, Resource(path, UntrustedString("")))
    if described and not resource.description.get_untrusted_value():
        resource.description = UntrustedString(described)
    return resource


def _method(verb: str, operation: Node, parameters: list[Node], endpoint: Endpoint, options: list[Option]) -> Method:
    operation_id = operation["operationId"]
    _check_kinds(operation_id, endpoint)
    words = re.match(r"[a-z0-9]+", operation_id)
    name = words[0] if words else operation_id
    method = Method(
        f"{name}_" if keyword.iskeyword(name) else name,
        operation_id,
        endpoint,
        {one["name"]: one["x-alias"] for one in parameters if "x-alias" in one},
        verb in ("get", "head") or operation.get("x-repeatable") is True,
        {option.header: option for option in options if option.every_call},
        operation.get("deprecated") is True,
    )
    if odd := [name for name in method.aliases.values() if not name.isidentifier() or keyword.iskeyword(name)]:
        raise ContractError(f"{operation_id} has a parameter with the x-alias {odd[0]!r}, which Python can't call so")
    names = [*method.arguments, *(one.python_name for one in method.fields)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ContractError(f"{operation_id} has two arguments called {twice[0]}: rename one of them")
    if taken := sorted(TAKEN.intersection(method.arguments)):
        raise ContractError(f"{operation_id} has a parameter called {taken[0]}, which its method can't take: rename it")
    return method


def _check_kinds(operation_id: str, endpoint: Endpoint) -> None:
    """Refuse what the client can't send or read: it would compile, and fail at every call."""
    if endpoint.bodies and endpoint.bodies[0].body_type != "json":
        raise ContractError(
            f"{operation_id} takes {endpoint.bodies[0].content_type.get_untrusted_value()}: only JSON can be sent"
        )
    if endpoint.cookie_parameters:
        name = endpoint.cookie_parameters[0].name.get_untrusted_value()
        raise ContractError(f"{operation_id} has the cookie {name}: only headers, queries and paths can be sent")
    for one in endpoint.query_parameters:
        if any(isinstance(kind, ModelProperty) for kind in _kinds(one)):
            name = one.name.get_untrusted_value()
            raise ContractError(f"{operation_id} has the query parameter {name}, an object, which no query can say")
        counted = any(isinstance(kind, IntProperty) for kind in _kinds(one))
        if one.name == "current_page" and (one.required or not counted):
            raise ContractError(f"{operation_id} has a current_page that is no optional integer: pages are counted")
    for response in endpoint.responses:
        success = response.status_code.pattern.startswith("2")
        if success and not any(isinstance(kind, ModelProperty | AnyProperty) for kind in _kinds(response.prop)):
            raise ContractError(
                f"{operation_id} answers no JSON object with {response.status_code.pattern}, and nothing else "
                "becomes a record: describe an object that holds it"
            )


def _check_keywords(operation_id: str, endpoint: Endpoint) -> None:
    """Refuse fields whose name in Python is another one: a method by hand sends its keywords as they are."""
    model = endpoint.bodies[0].prop if endpoint.bodies else None
    for one in fields_of(model) if isinstance(model, ModelProperty) else ():
        if one.name != one.python_name:
            name = one.name.get_untrusted_value()
            raise ContractError(f"{operation_id} is written by hand, and has the field {name}, which is no keyword")


def _kinds(one: Property) -> list[PropertyProtocol]:
    """List what a value may be."""
    return [*one.inner_properties] if isinstance(one, UnionProperty) else [one]


def _add_method(resource: Resource, method: Method) -> None:
    for other in resource.methods:
        if other.name == method.name:
            raise ContractError(
                f"{other.operation_id} and {method.operation_id} would both be {resource.path}.{method.name}(): give "
                "one of them another first word, or another x-resource"
            )
    resource.methods.append(method)


def _add_to_parent(resource: Resource, found: dict[str, Resource]) -> None:
    """Add a resource to the one above it, which is made where it has no operations."""
    above = resource.path.rpartition(".")[0]
    if not above:
        return
    known = above in found
    parent = found.setdefault(above, Resource(above, UntrustedString("")))
    if any(method.name == resource.name for method in parent.methods):
        raise ContractError(f"{resource.path} is a resource and a method at once: give one of them another name")
    parent.children.append(resource)
    if not known:
        _add_to_parent(parent, found)


def _check_names(found: dict[str, Resource]) -> None:
    """Refuse resources whose name is an attribute of clients, or whose module is another one's."""
    modules: dict[str, str] = {}
    for path, resource in found.items():
        if path in CLIENT_NAMES:
            raise ContractError(f"a client has something else called {path}: give its operations an x-resource")
        other = modules.setdefault(resource.module, path)
        if other != path:
            raise ContractError(f"{other} and {path} would be one class: give one of them another x-resource")


def all_of(resources: list[Resource]) -> list[Resource]:
    """List resources with all that are below them."""
    return [found for resource in resources for found in [resource, *all_of(resource.children)]]


def success_of(endpoint: Endpoint) -> ModelProperty | None:
    """Find what an operation's success holds; None where nothing is described."""
    for response in endpoint.responses:
        if response.status_code.pattern.startswith("2"):
            for kind in _kinds(response.prop):
                if isinstance(kind, ModelProperty):
                    return kind
    return None


def deprecated_in(document: Node) -> set[str]:
    """Name the operations that are deprecated, as their endpoints are called."""
    operations = (item[verb] for item in document["paths"].values() for verb in METHODS if verb in item)
    return {
        strings.PythonIdentifier(one["operationId"], "field_") for one in operations if one.get("deprecated") is True
    }


def type_of(endpoint: Endpoint) -> str:
    """Name the type of an operation's success, as the operation's module names it."""
    success = success_of(endpoint)
    return "types.Record" if success is None else f"models.{success.class_info.name}"


def fields_of(model: ModelProperty) -> list[Property]:
    """List a model's fields, those that have to be there first."""
    return [*(model.required_properties or ()), *(model.optional_properties or ())]


def is_page(model: ModelProperty | None) -> bool:
    """Say whether a model is a page of a list: `object`, `total`, and the items in `data`."""
    fields = {one.name.get_untrusted_value(): one for one in (fields_of(model) if model else ())}
    return {"object", "total", "data"} <= fields.keys() and isinstance(fields["data"], ListProperty)


def python_name(name: str, taken: set[str]) -> str:
    """Name a field or an argument: the generator avoids all builtins, which is more than these need."""
    plain = name.removesuffix("_")
    if plain in taken:
        return f"{plain}_"
    avoided = plain in strings.RESERVED_WORDS and not keyword.iskeyword(plain)
    return plain if avoided else name


def rename(data: GeneratorData) -> None:
    """Give fields, and the arguments that are options, the names that they have in Python."""
    endpoints = [endpoint for group in data.endpoint_collections_by_tag.values() for endpoint in group.endpoints]
    bodies = [body.prop for endpoint in endpoints for body in endpoint.bodies]
    for model in [*data.models, *bodies]:
        if isinstance(model, ModelProperty):
            for one in fields_of(model):
                one.python_name = _identifier(python_name(one.python_name, RECORD_NAMES | ANNOTATION_NAMES | {"self"}))
    for endpoint in endpoints:
        for one in [*endpoint.query_parameters, *endpoint.header_parameters]:
            one.python_name = _identifier(python_name(one.python_name, ANNOTATION_NAMES | TAKEN))


def _identifier(name: str) -> strings.PythonIdentifier:
    return str.__new__(strings.PythonIdentifier, name)  # its own constructor would avoid builtins again


def build(document: Path, package: Path) -> list[GeneratorError]:
    """Compile a contract into a folder that is not there yet; return the generator's errors and warnings.

    Raises:
        ContractError: where the contract's `x-` fields make no sense together.
    """
    contract: Node = json.loads(document.read_text(encoding="utf-8"))
    config = Config.from_sources(
        ConfigFile.load_from_path(ROOT / "generator-config.yaml"),
        MetaType.NONE,
        document,
        "utf-8",
        False,
        output_path=package,
    )
    data = GeneratorData.from_dict(contract, config=config)
    if isinstance(data, GeneratorError):
        return [data]
    project = Project(openapi=data, config=config, custom_template_path=TEMPLATES)
    # What the generator leaves out is complained of before what is made of the rest.
    complaints: list[GeneratorError] = [*data.errors]
    for group in data.endpoint_collections_by_tag.values():
        complaints += group.parse_errors
    if complaints:
        return complaints
    rename(data)
    options = options_of(contract)
    roots = resources_of(contract, data, options)
    schemes = contract["components"]["securitySchemes"].values()
    header = next(scheme["name"] for scheme in schemes if scheme.get("in") == "header")
    project.env.globals.update(
        roots=roots,
        resources=all_of(roots),
        options=options,
        api_key_header=header,
        deprecated=deprecated_in(contract),
        type_of=type_of,
    )
    project.env.tests["page"] = is_page
    errors = list(project.build())
    write(project, "options.py", "options.py.jinja")
    (package / "resources").mkdir()
    write(project, "resources/__init__.py", "resources_init.py.jinja")
    for resource in all_of(roots):
        write(project, f"resources/{resource.module}.py", "resource.py.jinja", resource=resource)
    return errors


def write(project: Project, name: str, template: str, **values: object) -> None:
    """Write one module of the package from a template."""
    text = project.env.get_template(template).render(**values)
    (project.package_dir / name).write_text(text, encoding="utf-8", newline="\n")


def main() -> int:
    """Compile; return the exit code."""
    try:
        errors = build(Path(sys.argv[1]), Path(sys.argv[2]))
    except ContractError as refusal:
        print(refusal, file=sys.stderr)
        return 1
    for error in errors:
        data = getattr(error, "data", None)
        shown = "" if data is None else data.model_dump_json(indent=2, exclude_unset=True, by_alias=True)
        print(error.header, error.detail or "", shown, sep="\n\n", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
