"""A template that is rendered often becomes a Python function, and nobody can tell but by the clock."""

from __future__ import annotations

import io
import json
import re
import tokenize
import tracemalloc
from collections import OrderedDict, UserDict, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from portkey_prompts.templates import (
    Limits,
    Partial,
    PromptRendering,
    PromptTemplate,
    Rendering,
    Template,
    TemplateError,
    TemplateLimitError,
    program,
)
from portkey_prompts.templates.compiler import Source
from portkey_prompts.templates.names import ABSENT

HOSTILE = [
    "__import__",
    "__class__",
    "'",
    '"',
    "\\",
    "c0",
    "root",
    "run",
    "x1",
    "note(1)",
    "]; import os; [",
    "None",
    "é",
    "\x00",
]
NAMES = ["a", "b", "c", "xs", "o", "t"]
PATHS = ["o.a", "o.o.a", "xs.0", "xs.length", "a.length", "o.missing", "nothing.at.all"]
TEXTS = ["text ", "\n", " ", '"', "\\", "'''", "{ ", "}", "%s", "{0}", "\\N{DIGIT ONE}", "\x00", "\u2028"]
BAD_LIMITS = st.builds(Limits, depth=st.integers(1, 12), output=st.integers(1, 400), expansions=st.integers(1, 40))


class Text(str):
    __slots__ = ()


class Number(int):
    pass


names = st.sampled_from([*NAMES * 4, *PATHS, ".", "."]) | st.sampled_from(HOSTILE[:8])
slugs = st.sampled_from([*["pp-a", "pp-b"] * 4, "pp-none"])


@st.composite
def sources(draw: st.DrawFn, depth: int = 0) -> str:
    """Write a template that is well-formed."""
    pieces = []
    for kind in draw(st.lists(st.sampled_from("ttvvvvv&######^>*"), min_size=bool(depth), max_size=5)):
        name = draw(names)
        if kind == "t":
            pieces.append(draw(st.sampled_from(TEXTS)))
        elif kind == "v":
            pieces.append(f"{{{{{name}}}}}")
        elif kind == "&":
            pieces.append(f"{{{{&{name}}}}}")
        elif kind == ">":
            pieces.append(f"{{{{>{draw(slugs)}}}}}")
        elif kind == "*":
            pieces.append(f"{{{{>>{name}}}}}")
        elif depth < 4:
            pieces.append(f"{{{{{kind}{name}}}}}{draw(sources(depth + 1))}{{{{/{name}}}}}")
    return "".join(pieces)


scalars = st.sampled_from(
    [
        "",
        "text",
        "é\N{GRINNING FACE}",
        "{{a}}",
        "pp-a",
        '"\\\n',
        0,
        1,
        -7,
        2.5,
        0.0,
        1e16,
        True,
        True,
        False,
        None,
        "long " * 30,
    ]
)
odd = st.sampled_from(
    [
        *(float("nan"), float("inf"), Text("a text"), Text(""), Number(3), Number(0), 1j, b"bytes", object, {1: 2}),
        *((), ("tuple", 1), [[1], [2]], [{}], {}, [True], [None], UserDict(a="inner"), OrderedDict(a=1)),
        *(defaultdict(str), defaultdict(str, a="kept"), {"a": {"a": {"a": "deep"}}}, [{"a": 1}, "text", {"a": [2]}]),
    ]
)
tame = scalars | st.lists(scalars | st.fixed_dictionaries({}, optional={"a": scalars, "b": scalars}), max_size=3)
objects = st.fixed_dictionaries({}, optional={"a": tame, "b": scalars, "o": st.fixed_dictionaries({"a": scalars})})
usual = st.fixed_dictionaries(
    {"xs": st.lists(objects | scalars, max_size=4)},
    optional={
        "a": scalars,
        "b": tame,
        "c": tame,
        "o": objects,
        "t": st.just(True),
        **dict.fromkeys(HOSTILE[:4], scalars),
    },
)
values = st.recursive(
    scalars | odd,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*NAMES, *HOSTILE]), inner, max_size=4),
    max_leaves=12,
)
variables = usual | usual | st.dictionaries(st.sampled_from([*NAMES, *HOSTILE]), values, max_size=8)
policies = st.sampled_from(["empty", "empty", "error"])


@contextmanager
def compiled_after(uses: int) -> Iterator[list[bool]]:
    """Have templates compiled after so many renders; yield what became of each attempt."""
    attempts: list[bool] = []
    attempt = program.Program.attempt

    def watched(self: program.Program, run: Any) -> Any:
        result = attempt(self, run)
        attempts.append(result is not ABSENT)
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "USES", uses)
        patch.setattr(program.Program, "attempt", watched)
        yield attempts


def partials_of(texts: tuple[str, str]) -> dict[str, Partial | None]:
    parsed: dict[str, Partial | None] = {"pp-none": None}
    return parsed | {
        f"pp-{letter}": Partial(f"pp-{letter}", 1, Template(text)) for letter, text in zip("ab", texts, strict=True)
    }


def said(render: Callable[[], Rendering | PromptRendering]) -> Any:
    try:
        result = render()
    except TemplateError as error:
        return type(error), str(error), error.line, error.column, error.path, error.location
    seen = result.used, result.missing, result.unused, result.partials
    if isinstance(result, Rendering):
        return type(result.text), result.text, *seen
    return result.messages, result.prompt, result.settings, *seen


def by_both(make: Callable[[], Callable[[], Rendering | PromptRendering]]) -> tuple[Any, Any, list[bool]]:
    """Say what comes of a render through the tree, and of one by the function."""
    with compiled_after(10**9):
        through_tree = said(make())
    with compiled_after(0) as attempts:
        render = make()
        by_function = said(render)
        assert by_function == said(render), "the second time it is another"
    return through_tree, by_function, attempts


@settings(max_examples=examples(80), deadline=None)
@given(
    text=sources(),
    partials=st.tuples(sources(), sources()),
    given_=variables | values,
    missing=policies,
    within=st.just(Limits()) | BAD_LIMITS,
    escape=st.sampled_from([None, None, lambda text: text.replace("t", "<t>"), lambda text: f"[{text}]"]),
)
def test_a_function_renders_what_the_tree_renders(
    text: str, partials: tuple[str, str], given_: Any, missing: Any, within: Limits, escape: Any
) -> None:
    def make() -> Callable[[], Rendering]:
        template, known = Template(text, escape=escape), partials_of(partials)
        return lambda: template.render(given_, partials=known, missing=missing, limits=within)

    through_tree, by_function, _ = by_both(make)
    assert by_function == through_tree


contents = (
    sources()
    | st.none()
    | st.integers(0, 2)
    | st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": sources()}))
)
chats = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "{{a}}"])}, optional={"content": contents, "name": sources()}
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=examples(50), deadline=None)
@given(
    string=chats.map(json.dumps) | sources() | sources().map(lambda text: f'[{{"role": "user", "content": "{text}"}}]'),
    raw=st.sampled_from([0, 0, 1]),
    partials=st.tuples(sources(), sources()),
    given_=variables,
    parameters=st.dictionaries(st.sampled_from([*NAMES, "temperature"]), scalars, max_size=4),
    missing=policies,
    within=st.just(Limits()) | BAD_LIMITS,
)
def test_a_prompt_as_a_function_renders_what_its_trees_render(
    string: str, raw: int, partials: tuple[str, str], given_: Any, parameters: Any, missing: Any, within: Limits
) -> None:
    def make() -> Callable[[], PromptRendering]:
        prompt, known = PromptTemplate(string, is_raw_template=raw, parameters=parameters), partials_of(partials)
        return lambda: prompt.render(given_, partials=known, missing=missing, limits=within)

    try:
        make()
    except TemplateError:
        return
    through_tree, by_function, _ = by_both(make)
    assert by_function == through_tree


# What becomes a function, and what is left to the tree

TONE = Partial("pp-a", 3, Template("<{{a}}{{#xs}}{{b}}{{/xs}}{{>pp-b}}>\n{{b}}"))
PARTIALS = {
    "pp-a": TONE,
    "pp-b": Partial("pp-b", 1, Template("kind")),
    "pp-c": Partial("pp-c", 1, Template("{{>pp-c}}")),
}
DATA: dict[str, Any] = {
    "a": "Ada",
    "b": 2,
    "xs": [{"a": "one", "n": [{"deep": 1}]}, {"a": None}, "three", 4.5, True],
    "o": {"a": {"b": "deep"}, "t": False},
    "t": True,
    "no": [],
    "half": 0.5,
    "zero": 0.0,
    "empty": "",
    "rows": [{"a": "one", "b": 1}, {"a": "two"}, {"a": "three", "b": None}],
    "unused": "x",
}
USUAL = [
    "",
    "text alone",
    "{{a}}",
    "{{a}} {{{a}}} {{&b}}{{missing}}{{a}}",
    "{{#xs}}[{{a}}|{{b}}|{{missing}}|{{.}}]{{/xs}}",
    "{{#rows}}- {{a}}: {{b}}\n{{/rows}}{{b}}{{#rows}}{{a}}{{&b}}{{/rows}}{{#xs}}{{a}}{{/xs}}{{#o}}{{t}}{{/o}}",
    "{{#xs}}{{#n}}{{deep}}{{a}}{{b}}{{o.a.b}}{{/n}}{{^n}}none{{b}}{{/n}}{{/xs}}",
    "{{#t}}{{a}}{{#xs}}{{#t}}{{.}}{{/t}}{{/xs}}{{/t}}",
    "{{^no}}{{a}}{{^missing}}{{b}}{{>pp-a}}{{/missing}}{{/no}}{{^a}}{{unused}}{{/a}}",
    "{{#o}}{{a.b}}{{#a}}{{b}}{{/a}}{{^t}}{{b}}{{/t}}{{/o}}",
    "{{o.a.b}}{{o.a.b.c}}{{o.x}}{{nothing.x}}{{xs.0.a}}{{a.length}}{{#o.a}}{{b}}{{/o.a}}{{^o.t}}{{b}}{{/o.t}}{{#xs.1}}{{b}}{{/xs.1}}",
    "{{#missing}}{{unused}}{{/missing}}{{#a}}{{.}}{{/a}}{{#b}}{{.}}{{/b}}{{#xs}}{{#.}}{{a}}{{/.}}{{/xs}}",
    "{{^t}}no{{/t}}{{^o}}no{{/o}}{{^xs}}no{{/xs}}{{^b}}no{{/b}}{{^a}}no{{/a}}{{^half}}no{{/half}}{{^zero}}yes{{/zero}}",
    "{{#zero}}no{{/zero}}{{#empty}}no{{/empty}}{{#no}}no{{/no}}{{^empty}}yes{{/empty}}{{#half}}{{.}}{{/half}}",
    "{{#o}}{{a}}{{.}}{{/o}}{{xs}}",
    "a {{>pp-a}}\n  {{>pp-a}}\n{{#xs}}{{>pp-a}}{{/xs}}{{#t}}{{>pp-b}}{{/t}}",
    "{{>>a}}{{#xs}}{{>>a}}{{/xs}}",
    "{{.}}",
    "{{#a}}{{#b}}{{#t}}{{#o}}{{#xs}}{{a}}{{b}}{{/xs}}{{/o}}{{/t}}{{/b}}{{/a}}",
    "{{#t}}" * 9 + "{{a}}" + "{{/t}}" * 9,
    "{{#t}}" * 40 + "{{a}}" + "{{/t}}" * 40,
]


@pytest.mark.parametrize("text", USUAL)
@pytest.mark.parametrize("escape", [None, lambda text: f"<{text}>"])
def test_the_usual_is_done_by_the_function(text: str, escape: Any) -> None:
    def make() -> Callable[[], Rendering]:
        template = Template(text, escape=escape)
        return lambda: template.render(DATA, partials=PARTIALS)

    through_tree, by_function, attempts = by_both(make)
    assert by_function == through_tree
    assert len(through_tree) == 6
    assert attempts == [True, True]


@pytest.mark.parametrize(
    ("text", "given_"),
    [
        ("{{a}}", {"a": float("nan")}),
        ("{{#a}}x{{/a}}", {"a": float("inf")}),
        ("{{^a}}x{{/a}}", {"a": float("nan")}),
        ("{{#xs}}x{{/xs}}", {"xs": [float("nan")]}),
        ("{{#xs}}x{{/xs}}", {"xs": [object()]}),
        ("{{#a}}x{{/a}}", {"a": object()}),
        ("{{^a}}x{{/a}}", {"a": object()}),
        ("{{a}}", {"a": {1: 2}}),
        ("{{#xs}}{{0}}{{/xs}}", {"xs": [["in a list"]]}),
        ("{{#xs}}{{a}}{{/xs}}", {"xs": [defaultdict(str)], "a": "outer"}),
        ("{{#t}}{{.}}{{/t}}", {"t": True}),
        ("{{a}}", UserDict(a="x")),
        ("{{a}}", OrderedDict(a="x")),
        ("{{.}}", "text"),
        ("{{0}}", ["text"]),
        ("{{>pp-c}}", {}),
        ("{{>pp-unknown}}", {}),
        ("{{>>a}}", {"a": "{{"}),
        ("{{>>a}}", {"a": 5}),
        ("{{>pp-a}}", {"a": object()}),
    ],
)
def test_what_is_rare_is_left_to_the_tree(text: str, given_: Any) -> None:
    def make() -> Callable[[], Rendering]:
        template = Template(text)
        return lambda: template.render(given_, partials=PARTIALS)

    through_tree, by_function, attempts = by_both(make)
    assert by_function == through_tree
    assert attempts == [False, False]


class FewSteps(Limits):
    """Bounds the work apart from the rest."""

    __slots__ = ("_steps",)

    def __init__(self, steps: int) -> None:
        super().__init__()
        self._steps = steps

    @property
    def steps(self) -> int:
        return self._steps


LONG = (
    "{{a}}{{#xs}}{{a}}{{#n}}{{deep}}{{/n}}{{b}}{{nothing.at.all}}{{/xs}}{{^no}}{{b}}{{/no}}{{>pp-a}}{{#t}}{{>pp-a}}{{/t}}"
    "{{#t}}{{#t}}{{#t}}{{^no}}{{#t}}{{#t}}{{#t}}{{>pp-a}}{{/t}}{{/t}}{{/t}}{{/no}}{{/t}}{{/t}}{{/t}}{{o}}{{xs}}"
)
SHORT = "{{#xs}}{{a}}{{a}}{{a}}{{/xs}}" + "long enough " * 20
ONLY_INVERTED = "{{^no}}{{a}}{{b}}{{#t}}{{a}}{{/t}}{{/no}}{{^no}}{{a}}{{/no}}" + "long enough " * 20
DEEP = "{{^no}}" * 7 + "{{>pp-d}}{{a}}" + "{{/no}}" * 7
DEEP_PARTIALS = PARTIALS | {"pp-d": Partial("pp-d", 1, Template("{{#t}}{{#t}}{{a}}{{#t}}{{a}}{{/t}}{{/t}}{{/t}}"))}
LIMITS: dict[str, list[Limits]] = {
    "output": [Limits(output=count) for count in range(1, 600)],
    "depth": [Limits(depth=count) for count in range(1, 16)],
    "expansions": [Limits(expansions=count) for count in range(1, 60)],
    "steps": [FewSteps(count) for count in range(1, 160)],
}


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("text", [LONG, DEEP, SHORT, ONLY_INVERTED])
@pytest.mark.parametrize("escape", [None, lambda text: text * 2])
def test_every_limit_is_exact_in_both(limit: str, text: str, escape: Any) -> None:
    """A limit is tried at each value from where nothing fits to where all does."""

    def outcomes() -> list[Any]:
        template = Template(text, escape=escape)
        return [said(partial(template.render, DATA, partials=DEEP_PARTIALS, limits=each)) for each in LIMITS[limit]]

    with compiled_after(10**9):
        through_tree = outcomes()
    with compiled_after(0) as attempts:
        assert outcomes() == through_tree
    assert attempts[0] is False or (limit, text) == ("depth", SHORT)
    assert attempts[-1] is True


def test_the_messages_of_a_chat_share_the_limits() -> None:
    string = json.dumps([{"role": "user", "content": "{{a}}{{#xs}}{{a}}{{/xs}}"}] * 3)

    def outcomes(limits: list[Limits]) -> list[Any]:
        prompt = PromptTemplate(string)
        return [said(partial(prompt.render, {"a": "text", "xs": [1, 2]}, limits=each)) for each in limits]

    for limits in LIMITS.values():
        with compiled_after(10**9):
            through_tree = outcomes(limits)
        with compiled_after(0):
            assert outcomes(limits) == through_tree


def test_what_was_written_before_a_missing_name_was_met_is_not_counted_twice() -> None:
    prompt = PromptTemplate(json.dumps([{"role": "user", "content": text} for text in ("{{a}}", "{{none}}{{a}}")]))
    with compiled_after(0) as attempts:
        rendering = prompt.render({"a": "12345"}, limits=Limits(output=10))
    assert attempts == [True]
    assert (rendering.prompt, rendering.missing) == ("12345\n\n12345", ("none",))


def test_output_beyond_the_limit_is_never_put_together() -> None:
    template = Template("{{a}}" * 100)
    with compiled_after(0) as attempts:
        tracemalloc.start()
        with pytest.raises(TemplateLimitError):
            template.render({"a": "x" * 1_000_000})
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert attempts == [False]
    assert peak < 10_000_000


# Nothing of a template is code

VOCABULARY = {
    *("def", "for", "in", "if", "else", "is", "and", "or", "not", "pass", "return", "try", "except", "continue"),
    *(
        "render",
        "start",
        "run",
        "root",
        "out",
        "depth",
        "note",
        "looked",
        "add",
        "append",
        "get",
        "frames",
        "variables",
    ),
    *("messages", "join", "v", *program.CALLED),
}


def words(source: str) -> set[str]:
    """The names in a source that are none of constants, frames, items and texts; there are no literals but numbers."""
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    assert not {token.string for token in tokens if token.type in (tokenize.STRING, tokenize.COMMENT)}
    return {
        token.string
        for token in tokens
        if token.type == tokenize.NAME and not re.fullmatch(r"[cxft][0-9]+", token.string)
    }


@settings(max_examples=examples(50), deadline=None)
@given(text=sources())
def test_no_text_of_a_template_becomes_source(text: str) -> None:
    assert words(Source(False).of_block(Template(text).block)) <= VOCABULARY
    assert words(Source(True).of_block(Template(text).block)) <= VOCABULARY


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_and_texts_are_constants(name: str) -> None:
    text = f"{name}\n{{{{{name}}}}}{{{{#{name}}}}}{name}{{{{{name}.{name}}}}}{{{{/{name}}}}}"
    chat = json.dumps([{"role": "user", name: name, "content": text, "parts": [name, {name: text}]}])
    for make in (Template, PromptTemplate):
        with compiled_after(0) as attempts:
            rendering = make(text).render({name: "value"})
        assert attempts == [True]
        shown = rendering.text if isinstance(rendering, Rendering) else rendering.prompt
        assert shown == f"{name}\nvalue{name}"
    with compiled_after(0) as attempts:
        (message,) = PromptTemplate(chat).render({name: "value"}).messages or []
    assert attempts == [True]
    assert message == {
        "role": "user",
        name: name,
        "content": f"{name}\nvalue{name}",
        "parts": [name, {name: f"{name}\nvalue{name}"}],
    }


def test_a_function_has_no_builtins() -> None:
    made = Template("{{a}}").compiled
    with compiled_after(0):
        found = made.program(False)
    assert found is not None
    assert found.start.__globals__["__builtins__"] == {}


# When it is made


def test_a_template_is_compiled_when_it_was_rendered_often() -> None:
    template = Template("{{a}}")
    with compiled_after(5) as attempts:
        for _ in range(8):
            assert template.render({"a": "x"}).text == "x"
    assert attempts == [True] * 3


@pytest.mark.parametrize(
    ("fits", "beyond"),
    [
        ("{{a}}" * program.LARGEST, "{{a}}" * (program.LARGEST + 1)),
        ("{{a" + ".a" * 200 + "}}", "{{a" + ".a" * program.LARGEST + "}}"),
        ("{{#a}}{{/a}}" * 50, "{{#a}}{{/a}}" * 200),
        ("{{#t}}" * 8 + "{{a}}" * 20 + "{{/t}}" * 8, "{{#t}}" * 8 + "{{a}}" * 200 + "{{/t}}" * 8),
    ],
    ids=["tags", "parts of names", "sections", "look-ups"],
)
def test_what_would_take_long_to_compile_is_left_to_the_tree(fits: str, beyond: str) -> None:
    small, large = Template(fits), Template(beyond)
    with compiled_after(0) as attempts:
        small.render({"a": "x", "t": True})
        for _ in range(2):
            large.render({"a": "x", "t": True})
    assert attempts == [True]


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "text", "text": "{{a}}"}] * program.LARGEST,
        json.loads('[{"x":' * 20 + '"{{a}}"' + "}]" * 20),
    ],
    ids=["many values", "deep ones"],
)
def test_a_large_chat_is_never_compiled(content: Any) -> None:
    string = json.dumps([{"role": "user", "content": content}])
    prompt = PromptTemplate(string)
    with compiled_after(0) as attempts:
        first, second = prompt.render({"a": "x"}), prompt.render({"a": "x"})
    assert attempts == []
    assert first.messages == second.messages == json.loads(string.replace("{{a}}", "x"))


def test_messages_are_new_each_time() -> None:
    prompt = PromptTemplate('[{"role": "user", "content": [{"type": "text", "text": "{{a}}"}, {"kept": [1]}]}]')
    with compiled_after(0) as attempts:
        for _ in range(2):
            (message,) = prompt.render({"a": "x"}).messages or []
            assert message == {"role": "user", "content": [{"type": "text", "text": "x"}, {"kept": [1]}]}
            message["content"][1]["kept"].append("changed")
            message["content"].clear()
    assert attempts == [True, True]


def test_threads_that_use_a_template_first_at_once_all_render_it() -> None:
    with compiled_after(0):
        for _ in range(20):
            template, start = Template("{{a}}{{#xs}}{{b}}{{.}}{{/xs}}{{>pp-a}}"), Barrier(8)

            def render(number: int, template: Template = template, start: Barrier = start) -> str:
                start.wait()
                return template.render({"a": number, "b": number, "xs": [1]}, partials=PARTIALS).text

            with ThreadPoolExecutor(8) as pool:
                texts = list(pool.map(render, range(8)))
            assert texts == [f"{n}{n}1<{n}{n}kind>\n{n}" for n in range(8)]


def test_a_partial_that_changes_is_shown_as_it_is_now() -> None:
    template = Template("{{>pp-a}}!")
    with compiled_after(0) as attempts:
        for version, text in enumerate(["one", "{{a}}", "{{#t}}two{{/t}}"]):
            rendering = template.render(DATA, partials={"pp-a": Partial("pp-a", version, Template(text))})
            assert (rendering.text, rendering.partials) == (
                {0: "one!", 1: "Ada!", 2: "two!"}[version],
                {"pp-a": version},
            )
    assert attempts == [True] * 3


def test_each_partial_is_asked_for_once_though_the_tree_begins_again() -> None:
    asked: list[str] = []

    def load(reference: str) -> Partial | None:
        asked.append(reference)
        return PARTIALS[reference]

    template = Template("{{>pp-a}}{{>pp-a}}{{#xs}}{{#.}}{{0}}{{/.}}{{/xs}}{{>pp-b}}")
    with compiled_after(0) as attempts:
        template.render({"xs": [["a list"]]}, partials=load)
    assert attempts == [False]
    assert sorted(asked) == ["pp-a", "pp-b"]


@pytest.mark.parametrize("missing", ["empty", "error"])
def test_defaults_are_for_names_that_are_not_given(missing: Any) -> None:
    def make() -> Callable[[], PromptRendering]:
        defaults = {"a": "default a", "b": "default b", "c": None, "o": {"a": "inner"}, "temperature": 1, "top": 2}
        prompt = PromptTemplate(
            "{{a}}{{b}}{{#t}}{{c}}{{b}}{{o.a}}{{o.b}}{{/t}}{{>pp-a}}",
            parameters=defaults,
            model_settings=["temperature"],
        )
        return lambda: prompt.render({"a": "given", "t": True, "xs": [1]}, partials=PARTIALS, missing=missing)

    through_tree, by_function, attempts = by_both(make)
    assert by_function == through_tree
    assert attempts == [True, True]


@pytest.mark.parametrize("missing", ["empty", "error"])
def test_defaults_of_names_that_only_a_partial_has_are_no_settings(missing: Any) -> None:
    def make() -> Callable[[], PromptRendering]:
        prompt = PromptTemplate("{{>pp-a}}", parameters={"a": "default a", "b": "default b", "xs": "", "top": 2})
        return lambda: prompt.render({}, partials=PARTIALS, missing=missing)

    through_tree, by_function, attempts = by_both(make)
    assert by_function == through_tree
    assert by_function[2] == {"top": 2} | ({"xs": ""} if missing == "error" else {})
    assert attempts == [True, True]
