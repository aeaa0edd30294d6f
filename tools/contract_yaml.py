"""Reads a contract: YAML 1.2's core by PyYAML's parser, in a tenth of the time that ruamel's takes."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_CORE = (
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)\Z", "tTfF"),
    ("null", r"(?:null|Null|NULL|~|)\Z", ["n", "N", "~", ""]),
    ("int", r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z", "-+0123456789"),
    (
        "float",
        r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z",
        "-+.0123456789",
    ),
    ("merge", r"<<\Z", "<"),
)
"""What is no text without quotes: `no` and `2026-01-01` are texts."""


class YAMLError(ValueError):
    """A text is no YAML, or names a thing twice; the message says where."""


def read_yaml(text: str | bytes) -> Any:
    """Read a document.

    Raises:
        YAMLError: it is none, or a mapping has a name twice.
    """
    yaml, loader = _loader()
    try:
        return yaml.load(text, Loader=loader)
    except yaml.YAMLError as error:
        raise YAMLError(str(error)) from error


@cache
def _loader() -> tuple[Any, Any]:
    import yaml  # type: ignore[import-untyped]

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        yaml_implicit_resolvers: dict[str, Any] = {}

        def flatten_mapping(self, node: Any) -> None:
            # Merging adds names to a node, and it is merged again where another one refers to it.
            if not hasattr(node, "names"):
                node.names = _names(node)
            super().flatten_mapping(node)

    def _names(node: Any) -> set[tuple[str, str]]:
        names: set[tuple[str, str]] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in names:
                    raise yaml.constructor.ConstructorError(
                        "in a mapping", node.start_mark, f"the name {key.value!r} is there twice", key.start_mark
                    )
                names.add((key.tag, key.value))
        return names

    for tag, pattern, first in _CORE:
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))
    Loader.add_constructor("tag:yaml.org,2002:int", _int)
    return yaml, Loader


def _int(loader: Any, node: Any) -> int:
    text: str = loader.construct_scalar(node)
    return int(text, 0 if text[:2] in ("0o", "0x") else 10)  # YAML 1.1 reads 017 as 15
