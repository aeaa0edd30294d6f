"""Writes Python functions for prompts, so that mypy and pyright check the variables of a call.

`write_module` writes one module for all prompts, with an object for each: calling it renders, and it has `run` and
`stream`. Its variables are a `TypedDict`, which takes any name, also one that is no identifier.
"""

from __future__ import annotations

import ast
import json
import keyword
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portkey_prompts.errors import SourceError
from portkey_prompts.folder import words_of
from portkey_prompts.inputs import PLAIN, Input, Inputs

COMMAND: Final = "portkey-prompts bindings"
NAMES_TABLE: Final = "[tool.portkey-prompts.bindings.names]"
_WIDTH: Final = 88
_LONGEST: Final = 2_000
_DEFAULT_SHOWN: Final = 60
_TYPING: Final = ("TYPE_CHECKING", "Any", "Final", "Literal", "NotRequired", "TypeAlias", "TypedDict", "Unpack")
_OURS: Final = ("Reference", "RunKeywords", "Text", "Texts")
_BUILTIN: Final = ("annotations", "bool", "dict", "float", "int", "list", "str")
_SCALARS: Final = {"string": "str", "number": "float", "integer": "int", "boolean": "bool", "null": "None"}


class BindingsError(SourceError):
    """Functions can't be made of prompts; the message names them and the remedy."""


@dataclass(frozen=True)
class Binding:
    """One prompt that becomes a function.

    Attributes:
        name: the function's name.
        reference: what it calls, such as `pp-greeting@12`.
        version: the version's number; None where the published one is called.
        inputs: the variables that a call gives.
        summary: what the prompt does, or its name.
        origin: where it was found, as a sentence.
    """

    name: str
    reference: str
    version: int | None
    inputs: Inputs
    summary: str
    origin: str


@dataclass(frozen=True)
class Candidate:
    """A name that a prompt's function may have.

    Attributes:
        wanted: a name of any kind: a file's, a prompt's, or one from the settings.
        of: where it comes from, for errors, such as `greeting.prompt`.
        key: its key in the settings.
        given: whether it comes from the settings, and is taken as it is.
    """

    wanted: str
    of: str
    key: str
    given: bool = False


def named(candidates: Mapping[str, Candidate]) -> dict[str, str]:
    """Choose the functions' names.

    Args:
        candidates: by reference.

    Raises:
        BindingsError: one can't be a function's name, or two would have the same.
    """
    names = {reference: each.wanted if each.given else name_from(each.wanted) for reference, each in candidates.items()}
    owners: dict[str, str] = {}
    for reference, name in names.items():
        one = candidates[reference]
        problem = _problem_of(name)
        if problem:
            raise BindingsError(f"{one.of} would be the function `{name}`, which {problem}. {_remedy(one)}")
        if name in owners:
            other = candidates[owners[name]]
            raise BindingsError(f"{other.of} and {one.of} would both be the function `{name}`. {_remedy(one)}")
        owners[name] = reference
    return names


def name_from(text: str) -> str:
    """Make a function's name of a name of any kind: lower-case letters and digits, with `_` between the words."""
    return "_".join(words_of(text)).lower()


def _problem_of(name: str) -> str | None:
    if not name:
        return "has no letter or digit"
    if not name.isidentifier() or unicodedata.normalize("NFKC", name) != name or name.startswith("__"):
        return "is no name in Python"
    if keyword.iskeyword(name):
        return "is a keyword of Python"
    if name in (*_BUILTIN, *_TYPING, *_OURS):
        return "would hide a name that the module needs"
    return None


def _remedy(one: Candidate) -> str:
    return f'Name it in pyproject.toml: {NAMES_TABLE} {json.dumps(one.key, ensure_ascii=False)} = "a_name"'


def write_module(bindings: Sequence[Binding], source: str, *, is_async: bool = False) -> str:
    """Write the module.

    Args:
        bindings: the prompts, in the order in which they shall stand.
        source: what they were made from, such as `prompts.lock`.
        is_async: whether the functions are coroutines, for `AsyncPortkey`.
    """
    client = [f"{'Async' if is_async else ''}{name}" for name in ("Portkey", "Stream")]
    facade = sorted([*client, "PromptCompletion", "PromptCompletionChunk", "PromptRender"])
    types = _Types({*facade, *_TYPING, *_OURS})
    blocks = [part for each in bindings for part in _written(each, types, is_async)]
    heads = _aliases(bindings, _names_in(blocks))
    used = _names_in([*blocks, *heads])
    intro = f"The prompts of this app, as functions.\n\nWritten by `{COMMAND}` from {source}: don't edit, run it again."
    imports = [f"from typing import (\n{_lines(name for name in _TYPING if name in used or name == 'TYPE_CHECKING')})"]
    imports.append(f"from portkey_ai import (\n{_lines(facade)})")
    imports.append("if TYPE_CHECKING:\n    from portkey_ai.types import RunKeywords")
    top = [_docstring(intro), "from __future__ import annotations", *(imports if bindings else ()), *heads]
    return "\n\n".join(top) + "".join(f"\n\n\n{block}" for block in blocks) + "\n"


def same(one: str, other: str) -> bool:
    """Say whether two modules differ at most in their layout: a formatter may have changed one."""
    if one == other:
        return True
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError, RecursionError):
        return False


def has_nameless(schema: Any) -> bool:
    """Say whether an object in a schema has a member with an empty name, as `{{x.}}` asks for: no type has such."""
    if isinstance(schema, list):
        return any(map(has_nameless, schema))
    if not isinstance(schema, Mapping):
        return False
    properties = schema.get("properties") or {}
    inner = (schema.get(each) for each in ("anyOf", "oneOf", "items", "additionalProperties"))
    return "" in properties or any(map(has_nameless, (*properties.values(), *inner)))


def _aliases(bindings: Sequence[Binding], used: set[str]) -> list[str]:
    """Write the names of types that several prompts share."""
    if not bindings:
        return []
    text = "Text: TypeAlias = str | int | float | bool" if used & {"Text", "Texts"} else ""
    texts = "Texts: TypeAlias = list[str] | list[int] | list[float] | list[Text]" if "Texts" in used else ""
    references = _lines(_literal(each) for each in dict.fromkeys(each.reference for each in bindings))
    aliases = [text, texts, f"Reference: TypeAlias = Literal[\n{references}]"]
    return ["\n".join(filter(None, aliases)), "_NO_SETTINGS: RunKeywords = {}"]


def _written(binding: Binding, types: _Types, is_async: bool) -> list[str]:
    """Write the code of one prompt: types, a class, and its one instance."""
    camel = _camel(binding.name)
    variables = None
    if binding.inputs.arguments:
        variables = types.of_variables(f"{camel}Variables", binding)
    class_name = types.free(f"{camel}Prompt")
    members = [_indented(_docstring(f"{binding.summary}\n\n{binding.origin}", 4))]
    version = f"\nVERSION: Literal[{binding.version}] = {binding.version}" if binding.version is not None else ""
    members.append(_indented(f"REFERENCE: Final = {_literal(binding.reference)}{version}"))
    members += _methods([each.name for each in binding.inputs.arguments], variables, is_async)
    body = "\n\n".join(members)
    return [*types.taken(), f"class {class_name}:\n{body}", f"{binding.name} = {class_name}()"]


def _methods(names: Sequence[str], variables: str | None, is_async: bool) -> Iterator[str]:
    portkey, settings = _apart("portkey", names), _apart("settings", names)
    client, prefix = ("AsyncPortkey", "Async") if is_async else ("Portkey", "")
    parameters = ["self", f"{portkey}: {client}", f"{settings}: RunKeywords = _NO_SETTINGS", "/"]
    arguments = ["prompt_id=self.REFERENCE", "variables={}", f"**{settings}"]
    if variables:
        parameters.append(f"**variables: Unpack[{variables}]")
        arguments[1] = "variables=variables"
    for method, operation, kind, about in (
        ("__call__", "render", "PromptRender", "Fill the template in, and run nothing."),
        ("run", "completions", "PromptCompletion", "Run it against its model."),
        ("stream", "completions", f"{prefix}Stream[PromptCompletionChunk]", "Run it, and answer piece by piece."),
    ):
        given = [*arguments[:2], "stream=True", arguments[2]] if method == "stream" else arguments
        call = f"{'await ' if is_async else ''}{portkey}.prompts.{operation}(\n{_lines(given)})"
        definition = f"{'async ' if is_async else ''}def {method}(\n{_lines(parameters)}) -> {kind}:"
        # mypy can't choose an overload of completions by **settings, so the type is declared.
        answer = f"return {call}" if operation == "render" else f"answer: {kind} = {call}\nreturn answer"
        yield _indented(f'{definition}\n    """{about}"""\n{_indented(answer)}')


class _Types:
    """Write schemas as Python's types, with a `TypedDict` for each object.

    Args:
        names: the names that the module has already.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(names)
        self._written: list[str] = []
        self._known: dict[int, str] = {}

    def taken(self) -> list[str]:
        """Return the definitions that were written since the last call."""
        written, self._written = self._written, []
        return written

    def free(self, name: str) -> str:
        """Make a name that the module does not have yet."""
        numbers = (str(number) for number in range(2, len(self._names) + 3))
        found = next(name + end for end in ("", *numbers) if name + end not in self._names)
        self._names.add(found)
        return found

    def of_variables(self, name: str, binding: Binding) -> str:
        """Write all variables of a prompt."""
        arguments = binding.inputs.arguments
        notes = {each.name: note for each in arguments if (note := _note_of(each))}
        return self._typed_dict(
            name, _camel(binding.name), binding.inputs.schema, f"What `{binding.name}` takes.", notes
        )

    def expression(self, schema: Any, name: str) -> str:
        """Write one schema; `name` is what an object in it is called."""
        if not isinstance(schema, Mapping):
            return "Any"
        for union in ("anyOf", "oneOf"):
            if isinstance(schema.get(union), list) and schema[union]:
                return _union(self.expression(each, name) for each in schema[union])
        choices = [schema["const"]] if "const" in schema else schema.get("enum")
        if isinstance(choices, list) and choices and all(isinstance(each, (str, int, type(None))) for each in choices):
            return f"Literal[{', '.join(dict.fromkeys(map(_value, choices)))}]"
        types = schema.get("type")
        if isinstance(types, list):
            plain = set(types) >= set(PLAIN)
            rest = [each for each in types if not plain or each not in PLAIN]
            return _union([*(["Text"] if plain else []), *(self._of_type(each, schema, name) for each in rest)])
        return self._of_type(types, schema, name)

    def _of_type(self, kind: Any, schema: Mapping[str, Any], name: str) -> str:
        if kind == "array":
            item = self.expression(schema.get("items"), name)
            return "Texts" if item == "Text" else f"list[{item}]"
        if kind == "object" or (kind is None and "properties" in schema):
            if schema.get("properties"):
                return self._known_dict(schema, name)
            return f"dict[str, {self.expression(schema.get('additionalProperties'), name)}]"
        return _SCALARS.get(kind, "Any") if isinstance(kind, str) else "Any"

    def _known_dict(self, schema: Mapping[str, Any], name: str) -> str:
        """Write an object once, also where it stands in several places."""
        known = self._known.get(id(schema))
        if known is None:
            properties = schema["properties"]
            notes = {each: str(inner["description"]) for each, inner in properties.items() if _is_described(inner)}
            known = self._known[id(schema)] = self._typed_dict(name, name, schema, "", notes)
        return known

    def _typed_dict(
        self, name: str, prefix: str, schema: Mapping[str, Any], about: str, notes: Mapping[str, str]
    ) -> str:
        """Write an object after those inside of it, as a class where all of its keys can be names there."""
        name = self.free(name)
        needed = schema.get("required") or ()
        fields = {}
        for key, inner in schema["properties"].items():
            written = self.expression(inner, f"{prefix}{_camel(key) or 'Value'}")
            fields[key] = written if key in needed else f"NotRequired[{written}]"
        is_class = all(_may_be_a_field(key, self._names) for key in fields)
        self._written.append((_class if is_class else _functional)(name, fields, about, notes))
        return name


def _class(name: str, fields: Mapping[str, str], about: str, notes: Mapping[str, str]) -> str:
    lines = [f'"""{about}"""\n'] if about else []
    for key, written in fields.items():
        lines += [f"{key}: {written}", *([_docstring(notes[key], 4)] if key in notes else [])]
    return f"class {name}(TypedDict):\n" + _indented("\n".join(lines))


def _functional(name: str, fields: Mapping[str, str], about: str, notes: Mapping[str, str]) -> str:
    lines = []
    for key, written in fields.items():
        lines += [f"# {line}" for line in _wrapped(notes.get(key, ""), 10)]
        lines.append(f"{_literal(key)}: {written},")
    inner = _indented("\n".join(lines), 8)
    return f'{name} = TypedDict(\n    "{name}",\n    {{\n{inner}\n    }},\n)' + (f'\n"""{about}"""' if about else "")


def _may_be_a_field(key: str, names: set[str]) -> bool:
    """Say whether a key can be a field of a class as it is: not mangled, not folded, hiding no type."""
    folded = unicodedata.normalize("NFKC", key) == key
    return (
        key.isidentifier()
        and folded
        and not (keyword.iskeyword(key) or key.startswith("__") or key in _BUILTIN or key in names)
    )


def _note_of(one: Input) -> str:
    """Say what a variable is and what it is by default."""
    if one.default is None:
        return one.description
    default = json.dumps(one.default, ensure_ascii=False)
    shown = f"By default {default}." if len(default) <= _DEFAULT_SHOWN else ""
    described = one.description and re.sub(r"(?<=[\w)])$", ".", one.description.strip())
    return " ".join(filter(None, (described, shown)))


def _is_described(schema: Any) -> bool:
    return isinstance(schema, Mapping) and bool(schema.get("description"))


def _union(parts: Iterable[str]) -> str:
    kinds = list(dict.fromkeys(parts))
    return "Any" if "Any" in kinds else " | ".join(sorted(kinds, key="None".__eq__))


def _value(value: Any) -> str:
    return _literal(value) if isinstance(value, str) else repr(value)


def _literal(text: str) -> str:
    """Write a text as Python source, in the quotes that need fewer escapes."""
    quote = '"' if text.count('"') <= text.count("'") else "'"
    return quote + "".join(f"\\{each}" if each in (quote, "\\") else _visible(each) for each in text) + quote


def _visible(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode()


def _docstring(text: str, indent: int = 0) -> str:
    """Write a docstring, wrapped, with nothing in it that ends it or can't be seen."""
    lines: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()[:_LONGEST]):
        if wrapped := _wrapped(_quotable(paragraph), indent + 6):
            lines += ["", *wrapped] if lines else wrapped
    body = "\n".join(lines)
    return f'"""{body}\n"""' if len(lines) > 1 else f'"""{body}"""'


def _wrapped(text: str, indent: int) -> list[str]:
    shown = "".join(" " if each.isspace() else _visible(each) for each in text)
    return textwrap.wrap(shown, _WIDTH - indent, break_long_words=False, break_on_hyphens=False)


def _quotable(text: str) -> str:
    """Escape what would end a docstring."""
    quoted = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'{quoted[:-1]}\\"' if quoted.endswith('"') and not quoted.endswith('\\"') else quoted


def _lines(items: Iterable[str]) -> str:
    return "".join(f"    {item},\n" for item in items)


def _indented(text: str, width: int = 4) -> str:
    return textwrap.indent(text, " " * width)


def _camel(text: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in words_of(text))


def _apart(name: str, others: Iterable[str]) -> str:
    taken = set(others)
    while name in taken:
        name += "_"
    return name


def _names_in(blocks: Iterable[str]) -> set[str]:
    """Find the names that source refers to."""
    tree = ast.parse("\n".join(blocks))
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
