"""YAML with JSON's types only, and each key once, for prompts' files and tests. PyYAML is imported on first use."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Final

from portkey_prompts.errors import PortkeyError, quoted

_DEEPEST: Final = 1000
_SCALARS: Final = ("bool", "float", "int", "null", "str")
_IN_QUOTES: Final = ". A text that holds {{ stands in quotes"
_MOST_VALUES: Final = 2_000_000
"""Most values that a text may hold with its aliases expanded."""


class YAMLMissingError(PortkeyError):
    """PyYAML is not installed; the message names the extra that brings it."""


class MalformedYAMLError(ValueError):
    """A text is no YAML that is read here; the message says why.

    Attributes:
        line: where, from 1.
    """

    def __init__(self, problem: str, line: int = 1) -> None:
        super().__init__(problem)
        self.line = line


class Object(dict[str, Any]):
    """An object that was read, with the line of each of its keys."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}


class List(list[Any]):
    """A list that was read, with the line of each of its items."""

    lines: list[int]


def read_yaml(text: str, *, aliases: bool = False) -> Any:
    """Read YAML in JSON's types alone: `no` is text, and so is 2026-01-01.

    Args:
        text: one document.
        aliases: whether `*name` may stand for what `&name` named before, and `<<` for an object's fields.

    Returns:
        What it holds; None where it is empty. Each object is an `Object`, each list a `List`.

    Raises:
        MalformedYAMLError: it is no YAML, holds a key twice, or is nested more than 1,000 levels deep.
        YAMLMissingError: PyYAML is missing.
    """
    yaml, loader_class, *_ = _yaml()
    try:
        _check_events(text, aliases)
        loader = loader_class(text)
        node = loader.get_single_node()
        return None if node is None else _Builder(yaml, loader, aliases).value(node)
    except MalformedYAMLError:
        raise
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem, line = getattr(error, "problem", None) or "it is no YAML", mark.line + 1 if mark else 1
        near = text.splitlines()[max(0, line - 2) : line]  # where it is not closed, the line after it is named
        problem += _IN_QUOTES if "{{" in "".join(near) else ""
        raise MalformedYAMLError(problem, line) from None
    except RecursionError:
        raise MalformedYAMLError("it is nested too deep, or an alias stands for what it stands in") from None
    except ValueError as error:
        raise MalformedYAMLError(f"it can't be read: {error}") from None


def _check_events(text: str, aliases: bool) -> None:
    # Deep nesting overflows the stack of PyYAML's C reader, which ends the process; its events need no stack.
    yaml, loader, *_ = _yaml()
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise RecursionError
        if isinstance(event, yaml.AliasEvent) and not aliases:
            problem = f"an alias (*{event.anchor}) is not read here. Write the value out, or the text in quotes"
            raise MalformedYAMLError(problem, event.start_mark.line + 1)


class _Builder:
    """Build values from PyYAML's nodes."""

    def __init__(self, yaml: Any, loader: Any, merges: bool) -> None:
        self._yaml = yaml
        self._loader = loader
        self._merges = merges
        self._count = 0

    def value(self, node: Any) -> Any:
        self._count += 1
        if self._count > _MOST_VALUES:
            raise MalformedYAMLError("its aliases stand for too much", _line(node))
        if isinstance(node, self._yaml.ScalarNode):
            return self._scalar(node)
        if node.tag not in ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            raise MalformedYAMLError(f"the tag {node.tag} is not known", _line(node))
        if isinstance(node, self._yaml.MappingNode):
            return self._object(node)
        items = List(map(self.value, node.value))
        items.lines = list(map(_line, node.value))
        return items

    def _scalar(self, node: Any) -> Any:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if kind not in _SCALARS:
            raise MalformedYAMLError(f"the tag {node.tag} is not known", _line(node))
        try:
            value = self._loader.construct_object(node)
        except (ValueError, LookupError):  # PyYAML looks up the first letter of a number and the word of a boolean
            raise MalformedYAMLError(f"{quoted(node.value)} is no {kind} that can be read", _line(node)) from None
        if isinstance(value, float) and not math.isfinite(value):
            problem = f"{quoted(node.value)} is {value}, which JSON lacks. Give a finite number"
            raise MalformedYAMLError(problem, _line(node))
        return value

    def _object(self, node: Any) -> Object:
        found, merged = Object(), Object()
        for key, inner in node.value:
            name = self.value(key)
            if not isinstance(name, str):
                problem = f"the key {json.dumps(name)} must be text"
                is_tag = isinstance(name, Object) and len(name) == 1  # {{name}} is an object in an object
                raise MalformedYAMLError(f"{problem}{_IN_QUOTES if is_tag else '. Write it in quotes'}", _line(key))
            if name in found or (name == "<<" and merged):
                raise MalformedYAMLError(f"{name} is given twice", _line(key))
            value = self.value(inner)
            if name == "<<" and self._merges and isinstance(value, Object):
                merged = value
            else:
                found[name], found.lines[name] = value, _line(key)
        for name in merged:
            if name not in found:
                found[name], found.lines[name] = merged[name], merged.lines[name]
        return found


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1


def write_yaml(value: Mapping[str, Any]) -> str:
    """Write an object of JSON's types as YAML, from which `read_yaml` reads the same.

    Raises:
        ValueError: it holds a value that YAML can't say.
    """
    yaml, _, *dumpers = _yaml()
    for dumper in dumpers:
        text = str(yaml.dump(value, Dumper=dumper, sort_keys=False, allow_unicode=True, width=100))
        # Some texts do not survive being written as a block: reading them back tells.
        with suppress(MalformedYAMLError):
            # A block may end with another line break. JSON tells 1, 1.0 and true apart, and keys in another order.
            if text.endswith("\n") and json.dumps(read_yaml(text)) == json.dumps(value):
                return text
    raise ValueError("it holds a value that YAML can't say")


@cache
def _yaml() -> tuple[Any, Any, Any, Any]:
    """Load PyYAML, its reader and its two writers that know JSON's types only: `no` is text, and so is 2026-01-01.

    The first writer writes long texts as blocks, the second one quotes them.
    """
    try:
        import yaml  # type: ignore[import-untyped]
    except ModuleNotFoundError as error:
        raise YAMLMissingError("Prompts as files need PyYAML: pip install 'portkey-prompts[cli]'") from error

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Reads YAML 1.2's core."""

        yaml_implicit_resolvers: dict[str, Any] = {}

    class Dumper(yaml.SafeDumper):  # type: ignore[misc]
        """Quotes what YAML 1.1 or 1.2 would take for something else than text."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
            return super().increase_indent(flow, False)

    Dumper.yaml_implicit_resolvers = {
        key: list(pairs) for key, pairs in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }
    for tag, pattern, first in _CORE:
        for owner in (Loader, Dumper):
            owner.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))
    Dumper.add_multi_representer(dict, Dumper.represent_dict)
    Dumper.add_multi_representer(list, Dumper.represent_list)
    Dumper.add_representer(float, _represent_float)
    Dumper.add_representer(str, _represent_quoted)

    class BlockDumper(Dumper):
        """Writes texts of several lines as blocks, so that a person reads them and a diff shows what changed."""

    BlockDumper.add_representer(str, _represent_block)
    return yaml, Loader, BlockDumper, Dumper


_CORE: Final = (
    ("bool", r"(?:true|false)\Z", "tf"),
    ("null", r"(?:null|~|)\Z", ["n", "~", ""]),
    ("int", r"[-+]?[0-9]+\Z", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z", "-+.0123456789"),
)


def _represent_block(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text.strip("\n") else None)


def _represent_quoted(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


def _represent_float(dumper: Any, value: float) -> Any:
    text = repr(value)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)
