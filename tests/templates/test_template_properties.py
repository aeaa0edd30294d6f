"""Any template and any JSON data: a render or a `TemplateError`, and nothing else."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from portkey_prompts.templates import Limits, Partial, PromptTemplate, Template, TemplateError

NAMES = ["a", "b", "c", "a.b", "a.b.c", "first name", "é", ".", "pp-x", ""]
FRAGMENTS = [
    *("{", "}", "{{", "}}", "{{{", "}}}", "#", "^", "/", ">", ">>", "&", "!", "=", "{{=<% %>=}}", "<%", "%>", "|"),
    *(" ", "\n", "\r\n", "\t", "text", '"', "\\", "\N{GRINNING FACE}", "\x00", "\ud800", "[", "]", "[{"),
    *(f"{{{{{sigil}{name}}}}}" for sigil in ("", "#", "^", "/", ">", ">>", "&") for name in NAMES),
    *(f"{{{{{{{name}}}}}}}" for name in NAMES),
    *(
        "{{! comment }}",
        "{{=| |=}}",
        "{{#a}}\n  {{>pp-x}}\n{{/a}}",
        "{{#b}}{{.}}{{/b}}",
        '[{"role": "user", "content": "',
    ),
]
PIECES = ["text ", "{{a}}", "{{{b}}}", "{{a.b}}", "{{#c}}{{.}}{{/c}}", "{{^c}}{{b}}{{/c}}", "{{>>a}}", "\n"]
nasty = st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join) | st.text()
keys = st.sampled_from(["a", "b", "c", "first name", "é"]) | st.text(max_size=3)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(FRAGMENTS) | st.text(max_size=5)
plain = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=15
)
objects = st.dictionaries(keys, plain, max_size=5)
policies = st.sampled_from(["empty", "error"])
tame = st.lists(st.sampled_from([*PIECES])).map("".join)
small = Limits(depth=20, output=20_000, expansions=500)


T = TypeVar("T")


def outcome(call: Callable[[], T]) -> T | TemplateError:
    """Answer what a call does or the error of templates that it raises; let any other through."""
    try:
        return call()
    except TemplateError as error:
        return error


def load(texts: dict[str, str]) -> dict[str, Partial | None]:
    partials: dict[str, Partial | None] = {"pp-absent": None}
    for slug, text in texts.items():
        try:
            partials[slug] = Partial(slug, 1, Template(text))
        except TemplateError:
            partials[slug] = None
    return partials


@settings(max_examples=examples(150), deadline=None)
@given(text=nasty | tame, data=plain | objects, partial=nasty | tame, missing=policies)
def test_any_template_with_any_data_renders_or_raises_a_template_error(
    text: str, data: Any, partial: str, missing: Any
) -> None:
    partials = load({"pp-x": partial, "a": partial})
    result = outcome(lambda: Template(text).render(data, partials=partials, missing=missing, limits=small))
    if isinstance(result, TemplateError):
        assert str(result)
        assert result.line is None or (result.line >= 1 and result.column is not None and result.column >= 1)
        return
    names = sorted(data) if isinstance(data, dict) else []
    assert sorted(result.used + result.unused) == names
    assert len(result.text) <= small.output
    assert missing == "empty" or not result.missing


chats = st.lists(st.fixed_dictionaries({"role": nasty | tame, "content": nasty | tame | plain}), max_size=3)
tame_chats = st.lists(st.fixed_dictionaries({"role": st.just("user"), "content": tame}), min_size=1, max_size=3)


@settings(max_examples=examples(150), deadline=None)
@given(
    string=nasty | (chats | tame_chats).map(json.dumps),
    raw=st.integers(0, 1),
    template_type=st.sampled_from([None, "chat", "completion"]),
    data=objects,
    parameters=objects,
    missing=policies,
)
def test_any_prompt_with_any_data_renders_or_raises_a_template_error(
    string: str, raw: int, template_type: str | None, data: Any, parameters: Any, missing: Any
) -> None:
    options: Any = {"is_raw_template": raw, "template_type": template_type, "parameters": parameters}
    prompt = outcome(lambda: PromptTemplate(string, **options))
    if isinstance(prompt, TemplateError):
        assert str(prompt)
        return
    result = outcome(lambda: prompt.render(data, missing=missing, limits=small))
    if isinstance(result, TemplateError):
        assert str(result)
        return
    assert (result.messages is None) == (prompt.kind != "chat")
    assert set(result.settings) <= set(prompt.settings) <= set(parameters)


@given(text=st.text())
def test_a_text_without_opening_braces_renders_to_itself(text: str) -> None:
    text = text.replace("{{", "{ ")
    assert Template(text).render({}).text == text


@given(text=st.text(), value=st.text())
def test_a_value_goes_in_as_it_is_between_the_texts(text: str, value: str) -> None:
    text = text.replace("{", "(")
    assert Template(f"{text}{{{{x}}}}{text}").render({"x": value}).text == text + value + text


@given(value=st.text())
def test_a_raw_template_gives_back_any_text(value: str) -> None:
    prompt = PromptTemplate('[{"role": "user", "content": "{{x}}"}]', is_raw_template=1)
    assert prompt.render({"x": value}).messages == [{"role": "user", "content": value}]


@given(value=st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())))
def test_an_object_is_written_as_json_that_reads_back_the_same(value: Any) -> None:
    text = Template("{{x}}").render({"x": value}).text
    numbers = {
        name for name in value if name.isascii() and name.isdigit() and name == str(int(name)) and int(name) < 2**32 - 1
    }
    ordered = {
        name: value[name] for name in (*sorted(numbers, key=int), *(name for name in value if name not in numbers))
    }
    assert text == json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))
    assert json.loads(text) == value


@given(line=st.integers(0, 5), column=st.integers(0, 5), ending=st.sampled_from(["\n", "\r\n"]))
def test_the_position_of_a_tag_is_counted_in_lines_and_characters(line: int, column: int, ending: str) -> None:
    error = outcome(lambda: Template(f"{{{{! note }}}}é{ending}" * line + "ü" * column + "{{x"))
    assert isinstance(error, TemplateError)
    assert (error.line, error.column) == (line + 1, column + 1)


def test_one_template_renders_in_many_threads_at_once() -> None:
    partial = Partial("pp-x", 1, Template("{{n}}\n{{#xs}}\n  {{>pp-y}}\n{{/xs}}\n"))
    partials = {"pp-x": partial, "pp-y": Partial("pp-y", 2, Template("<{{n}}>\n"))}
    template = Template("{{n}}\n    {{>pp-x}}\n{{>>own}}{{missing}}")
    start = threading.Barrier(8)

    def render(number: int) -> tuple[str, tuple[str, ...]]:
        start.wait()
        for _ in range(50):
            data = {"n": number, "xs": [1, 2], "own": f"own {number} {{{{n}}}}"}
            rendering = template.render(data, partials=partials)
        return rendering.text, rendering.missing

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(render, range(8)))
    lines = "    {0}\n      <{0}>\n      <{0}>\n"
    assert results == [(f"{n}\n{lines.format(n)}own {n} {n}", ("missing",)) for n in range(8)]
