"""YAML with the types of JSON only, and each key once, for prompts' files and tests. It loads PyYAML when needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Final

from portkey_prompts.errors import PortkeyError

_DEEPEST: Final = 1000


class YAMLMissingError(PortkeyError):
    """PyYAML is not installed; the message names the extra that brings it."""


def yaml_reader() -> tuple[Any, Any]:
    """Give PyYAML, and its reader that knows JSON's types only; `check_depth` comes before it.

    Raises:
        YAMLMissingError: PyYAML is missing, naming the extra that brings it.
    """
    return _yaml()[:2]


def check_depth(text: str) -> None:
    """Refuse YAML that is nested more than 1,000 levels deep.

    Raises:
        RecursionError: it is.
        YAMLError: it is no YAML.
    """
    # PyYAML's reader is written in C and would end the process; its events come without a stack.
    yaml, loader, *_ = _yaml()
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise RecursionError("it is nested too deep")


def write_yaml(value: Mapping[str, Any]) -> str:
    """Write an object of JSON's types as YAML, from which `yaml_reader` reads the same.

    Raises:
        ValueError: it holds a value that YAML can't say.
    """
    yaml, loader, *dumpers = _yaml()
    for dumper in dumpers:
        text = str(yaml.dump(value, Dumper=dumper, sort_keys=False, allow_unicode=True, width=100))
        # Some texts are not what they were as a block: what PyYAML reads from it decides.
        with suppress(yaml.YAMLError):
            if _same(yaml.load(text, Loader=loader), value):
                return text
    raise ValueError("it holds a value that YAML can't say")


def _same(one: Any, other: Any) -> bool:
    """Say whether two JSON values are the same, 1 and 1.0 and true apart."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and repr(one) == repr(other)


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
        """Reads YAML 1.2's core, and refuses a key that is given twice."""

        yaml_implicit_resolvers: dict[str, Any] = {}

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            keys = [self.construct_object(key, deep=True) for key, _ in node.value]
            twice = next((key for index, key in enumerate(keys) if key in keys[:index]), None)
            if twice is not None:
                raise yaml.MarkedYAMLError(problem=f"{twice!r} is given twice", problem_mark=node.start_mark)
            return super().construct_mapping(node, deep)

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
