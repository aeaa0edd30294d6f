"""The variables that a call of a prompt gives, each with a JSON Schema, and whether it is required.

`inputs_of` walks through a version's template and its partials; the `input.schema` of a prompt's file wins where it
says something. What fits the schema renders without a missing name.

| in the template | what a call gives |
|---|---|
| `{{x}}` | text, a number or a boolean |
| `{{x.y}}` | an object that has `y` |
| `{{#x}}` with names of its own inside | a list of objects, one object, or null |
| `{{#x}}` with `{{.}}` inside | a list |
| `{{#x}}`, `{{^x}}` with neither | a boolean |
| `{{>>x}}` | text: the reference of a partial, or a text |

Example:
    >>> from portkey_prompts.inputs import inputs_of
    >>> found = inputs_of({"string": "Hello {{name}}!{{#formal}} Yours,{{/formal}}"})
    >>> [(each.name, each.kind, each.required) for each in found.arguments]
    [('name', 'text', True), ('formal', 'boolean', False)]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from portkey_prompts.diff.names import Condition, Key, Scope, Use, Uses, Walk, needs_of
from portkey_prompts.rendering import model_settings
from portkey_prompts.templates import Template, TemplateError, TemplateLimitError
from portkey_prompts.templates.prompt import body_of

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema."""

Kind: TypeAlias = Literal["text", "boolean", "object", "list", "section", "any"]

PLAIN: Final[tuple[str, ...]] = ("string", "number", "boolean")
"""The types of what a template writes as it is."""
MAX_DEPTH: Final = 100
"""Most levels of nested objects that a template may ask for."""


class Input(NamedTuple):
    """One variable of a prompt."""

    name: str
    """The name, as the template has it."""
    schema: Schema
    """A JSON Schema of its values, without references."""
    required: bool
    """Whether a call has to give it: the template asks for it, and there is no default."""
    default: Any = None
    """What it is where no call gives it; None where there is no default."""

    @property
    def kind(self) -> Kind:
        """The schema in a word: `text` is text, a number or a boolean; `section` a list of objects, one, or null."""
        types = self.schema.get("type")
        if "anyOf" in self.schema:
            return "section"
        if types in ("boolean", "object"):
            return "boolean" if types == "boolean" else "object"
        if types == "array":
            return "list"
        return "any" if types is None and "enum" not in self.schema else "text"

    @property
    def description(self) -> str:
        """What the prompt's file says of it; empty where it says nothing."""
        return str(self.schema.get("description") or "")


class Inputs(NamedTuple):
    """What a call of a prompt gives."""

    arguments: tuple[Input, ...]
    """The variables, in the order of the template, then those that only a schema has."""
    problems: tuple[str, ...] = ()
    """Why variables that fit may still not render: missing partials, partials that include themselves, and the like."""

    @property
    def schema(self) -> Schema:
        """All of them as the JSON Schema of one object."""
        return _object((each.name, each.schema, each.required) for each in self.arguments)


def inputs_of(
    detail: Mapping[str, Any], partials: Mapping[str, str] | None = None, stated: Schema | None = None
) -> Inputs:
    """Find the variables of a prompt's version.

    Args:
        detail: the version, with the wire's flat fields: `string`, `parameters`, `is_raw_template` and so on.
        partials: reference, as it stands in templates, to the partial's text.
        stated: a JSON Schema of the variables that wins over what is found, as `schema_from` reads it.

    Raises:
        TemplateError: a template is malformed, or goes deeper than `MAX_DEPTH`.
    """
    parameters = detail.get("parameters") or {}
    defaults = {
        name: value
        for name, value in parameters.items()
        if name not in model_settings() and value is not None and value != ""
    }
    texts = {reference: _parsed(reference, text) for reference, text in (partials or {}).items()}
    kind = (detail.get("template_metadata") or {}).get("template_type")
    body = body_of(
        detail.get("string") or "",
        raw=bool(detail.get("is_raw_template")),
        template_type=kind if kind in ("chat", "completion") else None,
    )
    walk = Walk(texts, raw=body.escape is not None, chosen=dict(_chosen(defaults, texts)))
    walk.all(body.blocks)
    found = _Inference(walk.uses, defaults, stated or {})
    arguments = tuple(_merged(found.arguments(), stated or {}, defaults))
    unknown = [f"there is no partial {each!r}" for each in walk.references if each not in texts]
    circles = [f"the partial {each.lstrip('>')!r} includes itself" for each in walk.circles]
    return Inputs(arguments, (*unknown, *circles, *found.problems))


def _parsed(reference: str, text: str) -> Template:
    try:
        return Template(text)
    except TemplateError as error:
        error.path = error.path or (reference,)
        raise


def _chosen(defaults: Mapping[str, Any], texts: Mapping[str, Template]) -> Iterator[tuple[str, Template]]:
    """Iterate the templates that variables choose by default: a stored partial, or the default itself."""
    for name, value in defaults.items():
        if isinstance(value, str) and ("{{" in value or value in texts):
            try:
                yield name, texts.get(value) or Template(value)
            except TemplateError:  # a render reports it where `{{>>name}}` uses it
                continue


class _Inference:
    """Make schemas of the names that templates look up.

    Args:
        uses: the names, as the walk found them.
        defaults: what variables are where no call gives them. A name among them is the call's, wherever it is used.
        stated: the schema of the variables; its names are the call's too.
    """

    def __init__(self, uses: Uses, defaults: Mapping[str, Any], stated: Schema) -> None:
        raw = dict(_without_root(uses))
        outer = {Key((), name): Use() for name in (*defaults, *(stated.get("properties") or {}))}
        self.problems: list[str] = []
        self._names = needs_of(raw, outer, {})
        self._with_defaults = needs_of(raw, outer, defaults)
        self._defaults = defaults
        self._members: dict[Scope, list[Key]] = {}
        self._walked_from: dict[Key, list[Key]] = {}
        for key in self._names:
            if key.parent is not None:
                self._walked_from.setdefault(key.parent, []).append(key)
            elif key.name != ".":
                self._members.setdefault(key.scope, []).append(key)
        self._shadows: dict[Scope, list[Key]] = {}
        for key in raw:
            if key.scope and key.name != "." and key not in self._names and key.parent is None:
                self._shadows.setdefault(key.scope, []).append(key)

    def arguments(self) -> Iterator[Input]:
        for key in self._members.get((), ()):
            schema, default = self._schema(key, 1), self._defaults.get(key.name)
            misfit = default is not None and not _fits(default, schema)
            yield Input(key.name, schema, misfit or self._is_required(key, self._with_defaults), default)

    def _is_required(self, key: Key, names: Uses) -> bool:
        """Say whether a render misses a name without it: itself, or one below it that no section on it guards."""
        return bool(names[key].needed) or self._is_walked_from(key, names)

    def _is_walked_from(self, key: Key, names: Uses) -> bool:
        """Say whether a dotted name leads through it, outside of sections on it."""
        waiting = list(self._walked_from.get(key, ()))
        while waiting:
            each = waiting.pop()
            if any(_is_apart(condition, key) for condition in names[each].when | names[each].reads):
                return True
            waiting += self._walked_from.get(each, ())
        return False

    def _schema(self, key: Key, depth: int) -> Schema:
        if depth > MAX_DEPTH:
            raise TemplateLimitError("depth", f"{key.path!r:.80} goes deeper than {MAX_DEPTH} objects")
        use = self._names[key]
        below = self._walked_from.get(key, ())
        is_section, counted = "section" in use.kinds, {_end(each) for each in below} == {"length"}
        if "partial" in use.kinds:
            return self._choice(key, [each for each in below if _end(each) != "length"], use.bodies)
        if below and not counted:
            one = self._object([*self._fields(below, depth), *self._own(self._closed(use.bodies), depth)])
            is_needed = not is_section or self._is_walked_from(key, self._names)
            return one if is_needed else {"anyOf": [one, {"type": "null"}]}
        if is_section:
            return self._section(use, counted, depth)
        if counted:
            return {"type": "string"} if use.kinds & {"variable", "fragment"} else {"type": ["string", "array"]}
        return {"type": list(PLAIN)}

    def _section(self, use: Use, counted: bool, depth: int) -> Schema:
        item = self._item(use.bodies, depth)
        if item is None and not counted:
            return {"type": [*PLAIN, "null"] if use.kinds != {"section"} else "boolean"}
        many: Schema = {"type": "array"} if item is None else {"type": "array", "items": item}
        if item is None or counted or item.get("type") != "object":
            return many
        return {"anyOf": [many, item, {"type": "null"}]}

    def _item(self, bodies: Iterable[Scope], depth: int) -> Schema | None:
        """Make the schema of what a section's bodies show; None where they show nothing of it."""
        closed = self._closed(bodies)
        if any(self._members.get(body) for body in closed):
            return self._object(self._own(closed, depth))
        dots = self._dots(bodies)
        if any("partial" in self._names[key].kinds for key in dots):
            return {"type": "string"}
        inner = [body for key in dots for body in self._names[key].bodies]
        nested = self._item(inner, depth + 1) if inner else None
        if nested is not None:
            return {"type": "array", "items": nested}
        return {"type": list(PLAIN)} if dots else None

    def _choice(self, key: Key, below: Iterable[Key], bodies: Iterable[Scope]) -> Schema:
        inside = (each for body in bodies for each in self._members.get(body, ()))
        self._check_choice(key.name, [*below, *inside])
        return {"type": "string"}

    def _check_choice(self, name: str, members: Iterable[Key]) -> None:
        """Note where a text that chooses a partial would have to be an object too."""
        for each in members:
            problem = f"`{name}` chooses a partial, which text does, and `{each.name}` asks for an object"
            self.problems.append(problem)

    def _dots(self, bodies: Iterable[Scope]) -> list[Key]:
        return [key for body in bodies if (key := Key(body, ".")) in self._names]

    def _closed(self, bodies: Iterable[Scope]) -> list[Scope]:
        """Add the bodies of `{{#.}}`: of an object, that is the object once more."""
        closed = list(bodies)
        for body in closed:
            for key in self._dots([body]):
                closed += [each for each in self._names[key].bodies if each not in closed]
        return closed

    def _own(self, bodies: Sequence[Scope], depth: int) -> Iterator[tuple[str, Schema, bool]]:
        """Iterate the members that bodies ask an item for, then what it may have instead of a name around it."""
        members = [key for body in bodies for key in self._members.get(body, ())]
        if any("partial" in self._names[key].kinds for key in self._dots(bodies)):
            self._check_choice(".", members)
        yield from self._fields(members, depth)
        for body in bodies:
            for key in self._shadows.get(body, ()):
                kinds = self._kinds_outside(key)
                if kinds.isdisjoint({"section", "object"}):
                    yield key.name, {"type": "string" if "partial" in kinds else list(PLAIN)}, False

    def _fields(self, keys: Iterable[Key], depth: int) -> Iterator[tuple[str, Schema, bool]]:
        for key in keys:
            yield _end(key), self._schema(key, depth + 1), self._is_required(key, self._names)

    def _object(self, members: Iterable[tuple[str, Schema, bool]]) -> Schema:
        """Make the schema of an object, and note the members that nothing fits."""
        whole, clashes = _joined(members)
        self.problems += [f"`{name}` is asked for as two kinds of values in one object" for name in clashes]
        return whole

    def _kinds_outside(self, key: Key) -> set[str]:
        """Say as what a name is used that is found around the section in which it stands."""
        kinds: set[str] = set()
        for depth in range(len(key.scope)):
            use = self._names.get(Key(key.scope[:depth], key.name))
            kinds |= use.kinds if use else set()
        return kinds


_LOOSE: Final[tuple[Schema, ...]] = ({"type": "boolean"}, {"type": [*PLAIN, "null"]}, {"type": list(PLAIN)})
"""What any kind of value will do for, the least particular first: a condition, a text that is tested, a text."""


def _end(key: Key) -> str:
    """Give the last part of a dotted name."""
    return key.name.rpartition(".")[2] if key.parent is not None else key.name


def _both(one: Schema, other: Schema) -> Schema | None:
    """Make the schema of what fits two; None where there is none, or it would take more than this to say."""
    if one == other:
        return one
    for loose in _LOOSE:
        if loose in (one, other):
            return other if one == loose else one
    if one.get("type") == other.get("type") == "object":
        whole, clashes = _joined(
            (name, schema, name in each["required"])
            for each in (one, other)
            for name, schema in each["properties"].items()
        )
        return None if clashes else whole
    return None


def _joined(members: Iterable[tuple[str, Schema, bool]]) -> tuple[Schema, list[str]]:
    """Make the schema of an object; a member that is asked for in several ways has to fit all of them.

    Returns:
        It, and the members that nothing fits.
    """
    found: dict[str, tuple[Schema, bool]] = {}
    clashes: list[str] = []
    for name, schema, needed in members:
        before, was_needed = found.get(name, (schema, False))
        both = _both(before, schema)
        clashes += [name] if both is None else []
        found[name] = both or schema, needed or was_needed
    return _object((name, schema, needed) for name, (schema, needed) in found.items()), clashes


def _fits(value: Any, schema: Schema) -> bool:
    """Say whether a default can stand for what a template asks for; where it asks for text, anything can."""
    if "anyOf" in schema:
        return any(_fits(value, each) for each in schema["anyOf"])
    kind = schema.get("type")
    if kind == "object":
        return isinstance(value, Mapping) and all(
            name in value and _fits(value[name], schema["properties"][name]) for name in schema["required"]
        )
    if kind == "array":
        return isinstance(value, list) and all(_fits(each, schema.get("items", {})) for each in value)
    if kind == "string":
        return isinstance(value, str)
    if kind == ["string", "array"]:
        return isinstance(value, (str, list))
    return value is None if kind == "null" else True


def _without_root(uses: Uses) -> Iterator[tuple[Key, Use]]:
    """Iterate names and uses, with `{{#.}}` at the top of a template taken away: all variables are its item."""
    joined: Uses = {}
    for key, use in uses.items():
        key = Key(_stripped(key.scope), key.name)
        if key == ((), "."):
            continue
        whole = joined.setdefault(key, Use())
        whole.join(use)
        whole.bodies = {_stripped(body): set(conditions) for body, conditions in whole.bodies.items()}
    yield from joined.items()


def _stripped(scope: Scope) -> Scope:
    while scope[:1] == (".",):
        scope = scope[1:]
    return scope


def _is_apart(condition: Condition, key: Key) -> bool:
    return not any(name == key.name or name.startswith(f"{key.name}.") for name in condition)


def _object(members: Iterable[tuple[str, Schema, bool]]) -> Schema:
    known = {name: (schema, needed) for name, schema, needed in members}
    required = [name for name, (_, needed) in known.items() if needed]
    return {"type": "object", "properties": {name: schema for name, (schema, _) in known.items()}, "required": required}


def _merged(found: Iterable[Input], stated: Schema, defaults: Mapping[str, Any]) -> Iterator[Input]:
    """Replace what was found by what a schema says."""
    properties, required = stated.get("properties") or {}, stated.get("required") or ()
    named = {each.name: each for each in found}
    for name in dict.fromkeys((*named, *properties)):
        if name in properties:
            yield Input(name, properties[name], name in required and name not in defaults, defaults.get(name))
        else:
            yield named[name]
