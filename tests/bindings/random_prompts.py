"""Random prompts, and calls of them made from the types in their bindings."""

from __future__ import annotations

import json
import sys
import types
from typing import Any, Literal, NamedTuple, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from hypothesis import strategies as st

from portkey_prompts.bindings import Binding, write_module
from portkey_prompts.inputs import Inputs, inputs_of

NAMES = ("a", "b", "c", "class", "first name", "1x", "self", "portkey", "settings", "naïve", "ﬁ", "__x", "str", 'q"q')
PARTIALS = ("p", "q")
TEXTS = st.sampled_from(["", " ", "text", "\n", "don't", "1"])


class RandomPrompt(NamedTuple):
    """A prompt with its partials."""

    detail: dict[str, Any]
    partials: dict[str, str]

    @property
    def inputs(self) -> Inputs:
        return inputs_of(self.detail, self.partials)


def _tags(draw: Any, names: tuple[str, ...], depth: int, partials: tuple[str, ...]) -> str:
    kinds = ["text", "name", "name", "name", "dotted", "item", "counted"]
    kinds += ["section", "section", "inverted"] if depth else []
    kinds += ["partial"] if partials else []
    pieces = []
    for kind in draw(st.lists(st.sampled_from([*kinds, "chosen"]), max_size=4)):
        name = draw(st.sampled_from(names))
        if kind == "text":
            pieces.append(draw(TEXTS))
        elif kind in ("name", "item", "chosen"):
            pieces.append({"name": f"{{{{{name}}}}}", "item": "{{.}}", "chosen": f"{{{{>>{name}}}}}"}[kind])
        elif kind in ("dotted", "counted"):
            ends = ["length", "0"] if kind == "counted" else [*names, "x.y", ""]
            pieces.append(f"{{{{{name}.{draw(st.sampled_from(ends))}}}}}")
        elif kind == "partial":
            pieces.append(f"{{{{>{draw(st.sampled_from(partials))}}}}}")
        else:
            sigil = "#" if kind == "section" else "^"
            name = draw(st.sampled_from([name, f"{name}.s", "."])) if draw(st.booleans()) else name
            pieces.append(f"{{{{{sigil}{name}}}}}{_tags(draw, names, depth - 1, partials)}{{{{/{name}}}}}")
    return "".join(pieces)


@st.composite
def random_prompts(draw: Any) -> RandomPrompt:
    names = tuple(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True)))
    partials = {"q": _tags(draw, names, 1, ()), "p": _tags(draw, names, 1, ("q",))}
    texts = [_tags(draw, names, 3, PARTIALS) for _ in range(draw(st.integers(1, 2)))]
    string = texts[0] if len(texts) == 1 else json.dumps([{"role": "user", "content": text} for text in texts])
    defaults = st.one_of(TEXTS, st.integers(0, 1), st.none(), st.lists(TEXTS, max_size=2), st.just({"s": "x"}))
    parameters = draw(st.dictionaries(st.sampled_from(names), defaults, max_size=2))
    return RandomPrompt({"string": string, "parameters": parameters}, partials)


def module_of(prompts: dict[str, RandomPrompt], *, is_async: bool = False) -> str:
    bindings = [
        Binding(name, f"pp-{name}@1", 1, prompt.inputs, "A prompt.", "Made at random.")
        for name, prompt in prompts.items()
    ]
    return write_module(bindings, "a test", is_async=is_async)


def variables_of(source: str, name: str) -> Any:
    """Load the type of a prompt's variables; None where it has none."""
    module = sys.modules["made"] = types.ModuleType("made")  # where types are looked up by their names
    exec(compile(source, "made.py", "exec"), module.__dict__)
    return module.__dict__.get(f"{name[:1].upper()}{name[1:]}Variables")


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Make values of a type, as type checkers understand it."""
    origin, arguments = get_origin(kind), get_args(kind)
    if is_typeddict(kind):
        hints = get_type_hints(kind, include_extras=True)
        optional = {name for name, hint in hints.items() if get_origin(hint) is NotRequired}
        fields = {name: values(get_args(hint)[0] if name in optional else hint) for name, hint in hints.items()}
        return st.fixed_dictionaries(
            {name: each for name, each in fields.items() if name not in optional},
            optional={name: fields[name] for name in fields if name in optional},
        )
    if origin in (Union, types.UnionType):
        return st.one_of(*map(values, arguments))
    if origin is list:
        return st.lists(values(arguments[0]), max_size=2)
    if origin is dict:
        return st.dictionaries(st.text(max_size=3), values(arguments[1]), max_size=2)
    if origin is Literal:
        return st.sampled_from(arguments)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: st.sampled_from(["", "text", "don't", "ü"]),
        int: st.integers(-3, 3),
        float: st.sampled_from([0.0, -1.5, 1e30]),
        bool: st.booleans(),
        type(None): st.none(),
        Any: st.sampled_from(["x", 1, None]),
    }
    return plain[kind]
