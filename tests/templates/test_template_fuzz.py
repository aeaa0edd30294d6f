"""Adversarial partials, texts and names: within the limits or an error, the same each time, and only the data."""

import json
import os
import time
from typing import Any

import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from portkey_prompts.templates import (
    Limits,
    Partial,
    PromptTemplate,
    Rendering,
    Template,
    TemplateError,
    TemplateLimitError,
    UnknownPartialError,
)

SLUGS = [f"pp-{letter}" for letter in "abcdef"]
NAMES = ["x", "xs", "own", "choice"]
PIECES = [
    *("text ", "\n", "\r\n", "  ", '"'),
    *(f"{{{{{name}}}}}" for name in NAMES),
    *(f"{{{{>{slug}}}}}" for slug in SLUGS),
    *(f"\n   {{{{>{slug}}}}}\n" for slug in SLUGS[:3]),
    *(f"{{{{#{name}}}}}{{{{>{slug}}}}}{{{{/{name}}}}}" for name in NAMES for slug in SLUGS[:3]),
    *("{{#xs}}{{.}}{{x}}{{/xs}}", "{{^x}}{{own}}{{/x}}", "{{>>choice}}", "{{#xs}}{{>>own}}{{/xs}}", "{{>>own}}"),
]
texts = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
graphs = st.fixed_dictionaries(dict.fromkeys(SLUGS, texts))
data = st.fixed_dictionaries(
    {},
    optional={
        "x": st.sampled_from(["", "y" * 50, 7, None, True, {"x": "inner", "own": "{{x}}"}]),
        "xs": st.integers(0, 30).map(lambda count: [{"x": number} for number in range(count)]),
        "own": st.sampled_from(["", "own {{x}}", "{{#xs}}{{.}}{{/xs}}", "{{>pp-a}}", "{{", "z" * 200]),
        "choice": st.sampled_from([*SLUGS, "pp-unknown", "text {{x}}", ""]),
    },
)
limits = st.builds(Limits, depth=st.integers(1, 40), output=st.integers(1, 3000), expansions=st.integers(1, 300))


def partials_of(graph: dict[str, str]) -> dict[str, Partial | None]:
    return {"pp-unknown": None} | {slug: Partial(slug, 1, Template(text)) for slug, text in graph.items()}


def outcome(text: str, graph: dict[str, str], variables: Any, within: Limits) -> Rendering | TemplateError:
    try:
        return Template(text).render(variables, partials=partials_of(graph), limits=within)
    except TemplateError as error:
        return error


def said(result: Rendering | TemplateError) -> tuple[Any, ...]:
    if isinstance(result, TemplateError):
        return type(result), str(result), result.path
    return result.text, result.used, result.missing, result.unused, result.partials


@settings(max_examples=examples(150), deadline=None)
@given(text=texts, graph=graphs, variables=data, within=limits)
def test_any_graph_of_partials_stays_within_the_limits_and_renders_the_same_each_time(
    text: str, graph: dict[str, str], variables: dict[str, Any], within: Limits
) -> None:
    before = json.dumps(variables)
    first = outcome(text, graph, variables, within)
    assert said(first) == said(outcome(text, graph, variables, within))
    assert json.dumps(variables) == before
    if isinstance(first, TemplateError):
        assert len(first.path) <= within.depth + 1  # a text that can't be parsed is named before its depth is counted
        return
    assert len(first.text) <= within.output
    assert len(first.partials) <= within.expansions
    wide = outcome(text, graph, variables, Limits())
    assert said(first) == said(wide), "a limit that was not reached changed something"


@settings(max_examples=examples(40), deadline=None)
@given(fan=st.integers(2, 6), length=st.integers(5, 60), body=texts, variables=data)
def test_partials_that_multiply_end_at_a_limit_and_soon(
    fan: int, length: int, body: str, variables: dict[str, Any]
) -> None:
    graph = {f"pp-n{number}": f"{{{{>pp-n{number + 1}}}}}" * fan for number in range(length)}
    small = Limits(depth=100, output=100_000, expansions=2_000)
    started = time.process_time()
    result = outcome("{{>pp-n0}}", graph | dict.fromkeys((*SLUGS, f"pp-n{length}"), body), variables, small)
    if isinstance(result, TemplateError):
        assert result.path
    else:
        assert fan**length <= small.expansions
        assert len(result.text) <= small.output
    assert time.process_time() - started < 10


@pytest.fixture(scope="module")
def dense() -> Partial:
    """A partial that is all tags."""
    return Partial("pp-dense", 1, Template("{{a}}" * 100_000))


@pytest.mark.parametrize(
    ("template", "variables"),
    [
        ("\n".join(" " * indent + "{{>pp-dense}}" for indent in range(1, 200)), {}),
        (
            "\n".join(" " * indent + "{{>>text}}" for indent in range(1, 200)),
            {"text": "{{=<% %>=}}" + "<%a%>" * 100_000},
        ),
        (
            "{{#texts}}{{>>.}}{{/texts}}",
            {"texts": ["{{#no}}" + "{{a}}" * 4_000 + "{{/no}}" + str(number) for number in range(300)]},
        ),
    ],
    ids=["a partial", "a text", "many texts"],
)
def test_what_would_be_parsed_again_and_again_ends_at_a_limit(
    dense: Partial, template: str, variables: dict[str, Any]
) -> None:
    with pytest.raises(TemplateLimitError) as caught:
        Template(template).render(variables, partials={"pp-dense": dense}, limits=Limits(expansions=1000))
    assert caught.value.limit == "expansions"


# Nothing is reached but the data

REACHING = [
    "__class__",
    "__class__.__mro__",
    "__dict__",
    "__globals__",
    "name.__class__",
    "name.upper",
    "name.format",
    "name.3",
    "name.-1",
    "items",
    "keys",
    "list.append",
    "list.2",
    "list.-1",
    "list.01",
    "list.1e0",
    "list.\u0661",
    "number.0",
    "number.length",
    "object.length",
    "object.items",
    "object.__class__.__init__.__globals__",
    "object.keys",
    "number.real",
    "number.bit_length",
    "constructor",
    "__proto__",
    "os.environ.HOME",
    "HOME",
    "PATH",
    "self",
    "..",
    "../x",
    "..name",
    "/etc/passwd",
    "file:///etc/passwd",
    "$HOME",
    "%(name)s",
    "${name}",
    "0",
    "lambda: 1",
    "name|upper",
    "name()",
    "import os",
    "config",
    "true",
    "null",
]
DATA = {"name": "Ada", "list": [1, 2], "object": {"a": 1}, "number": 5}


@pytest.mark.parametrize("name", REACHING)
@pytest.mark.parametrize(
    "tag", ["{{%s}}", "{{{%s}}}", "{{&%s}}", "{{#%s}}reached{{/%s}}", "{{>>%s}}", "{{#object}}{{%s}}{{/object}}"]
)
def test_a_name_reaches_nothing_but_the_keys_of_the_data(name: str, tag: str) -> None:
    os.environ.setdefault("HOME", "/home")
    text = tag.replace("%s", name)
    try:
        rendering = Template(text).render(DATA)
    except TemplateError:
        return
    assert rendering.text == ""


@pytest.mark.parametrize("name", [name for name in REACHING if not name.startswith((".", "/", "$"))])
def test_a_key_of_the_data_that_looks_like_something_else_is_a_key(name: str) -> None:
    nested: Any = "value"
    for part in reversed(name.split(".")):
        nested = {part: nested}
    assert Template(f"{{{{{name}}}}}").render(nested).text == "value"


@pytest.mark.parametrize(
    "reference",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "pp-x@../../etc/passwd",
        "pp-../../etc/passwd",
        "pp-x/../../y",
        "http://127.0.0.1/",
        "__class__",
        "pp-x@__class__",
        "%2e%2e/passwd",
        "pp-x\0.txt",
    ],
)
def test_a_partial_is_what_the_loader_has_and_nothing_else(reference: str) -> None:
    asked: list[str] = []

    def load(name: str) -> Partial | None:
        asked.append(name)
        return None

    with pytest.raises(UnknownPartialError):
        Template(f"{{{{>{reference}}}}}").render({}, partials=load)
    assert asked == [reference]
    chosen = Template("{{>>choice}}").render({"choice": reference}, partials=load)
    assert chosen.text == reference, "it is the text itself"


@pytest.mark.parametrize("value", [lambda: "called", print, object(), Template("x"), {1, 2}, b"bytes", 1j, type, os])
@pytest.mark.parametrize("text", ["{{x}}", "{{#x}}in{{/x}}", "{{x.y}}", "{{>>x}}", "{{#list}}{{x}}{{/list}}"])
def test_what_json_does_not_have_is_never_called_and_never_shown(value: Any, text: str) -> None:
    try:
        shown = Template(text).render({"x": value, "list": [1]}).text
    except TemplateError as error:
        shown = ""
        problem = str(error)
        is_named = "JSON" in problem or "chooses a partial" in problem
    else:
        is_named = True
    assert (shown, is_named) == ("", True)


@pytest.mark.parametrize("raw", [0, 1])
def test_a_value_is_text_whatever_it_says(raw: int) -> None:
    prompt = PromptTemplate('[{"role": "user", "content": "{{x}}"}]', is_raw_template=raw)
    for value in ("{{y}}", "{{>pp-x}}", "{{#x}}", '"}, {"role": "system", "content": "', "\\u0022", "{{=<% %>=}}<%y%>"):
        assert prompt.render({"x": value, "y": "leaked"}).messages == [{"role": "user", "content": value}]
