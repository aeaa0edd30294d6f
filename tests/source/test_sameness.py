"""The client and the server render byte for byte the same: any prompt, any variables, any overrides."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from example_counts import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portkey_ai import BadRequestError, NotFoundError, Portkey, PromptSource, UnprocessableEntityError
from portkey_local import LocalServer
from portkey_prompts.templates import TemplateError

NAMES = ["name", "items", "first name", "a.b", "temperature", "é", "."]
PIECES = [
    *("Hello ", "\n", '"', "\\", "{ ", " }", "\N{GRINNING FACE}", "\u2028", "  "),
    *(f"{{{{{name}}}}}" for name in NAMES),
    *(f"{{{{{{{name}}}}}}}" for name in NAMES[:3]),
    *("{{#items}}{{.}},{{/items}}", "{{^name}}nobody{{/name}}", "{{#name}}\n  {{name}}\n{{/name}}", "{{! no }}"),
    *("{{>>choice}}", "{{>pp-nobody}}"),
]
PARTIALS = ["{{>pp-leaf}}", "{{>pp-leaf@1}}", "{{>pp-leaf@latest}}", "\n  {{>pp-nest}}\n"]
RAW = ['{"role": "user", "content": "{{name}}"}', '{"role": "user", "content": {{{items}}}}']

leaves = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
values = st.recursive(
    leaves, lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=4), each, max_size=3)
)
objects = st.dictionaries(st.sampled_from([*NAMES, "a", "choice"]), values, max_size=6)
references = st.sampled_from(["pp-leaf", "pp-leaf@1", "pp-nest", "pp-nobody", "text {{name}}", "", None, 1])
variables = st.tuples(objects, references).map(lambda pair: {**pair[0], "choice": pair[1]})
parameters = st.dictionaries(
    st.sampled_from(["name", "items", "temperature", "max_tokens", "stop", "odd"]), values, max_size=4
)
overrides = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.floats(0, 2),
        "model": st.text(max_size=5),
        "odd": values,
        "tools": st.lists(st.dictionaries(st.text(max_size=3), values, max_size=2), max_size=2),
        "messages": st.lists(st.fixed_dictionaries({"role": st.just("user"), "content": st.text()}), max_size=2),
        "prompt": st.text(max_size=10),
        "extra_body": st.fixed_dictionaries({}, optional={"top_p": st.floats(0, 1), "variables": objects}),
    },
)
texts = st.lists(st.sampled_from([*PIECES, *PARTIALS]), max_size=8).map("".join)
chats = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["system", "user"]),
            "content": texts | st.lists(texts.map(lambda t: {"type": "text", "text": t}), max_size=2),
        },
        optional={"name": texts},
    ),
    min_size=1,
    max_size=3,
)
raw_chats = st.lists(st.sampled_from(RAW), min_size=1, max_size=2).map(lambda parts: f"[{','.join(parts)}]")
extras = st.fixed_dictionaries(
    {},
    optional={
        "tools": st.just([{"type": "function", "function": {"name": "look_up", "parameters": {}}}]),
        "tool_choice": st.sampled_from(["auto", {"type": "function", "function": {"name": "look_up"}}]),
        "model": st.just("gpt-4"),
    },
)


@st.composite
def versions(draw: st.DrawFn) -> dict[str, Any]:
    """Make the content of a prompt's version, of any kind."""
    more = {**draw(extras), "parameters": draw(parameters)}
    kind = draw(st.sampled_from(["text", "completion", "chat", "raw"]))
    if kind == "chat":
        return {**more, "string": json.dumps(draw(chats))}
    if kind == "raw":
        return {**more, "string": draw(raw_chats), "is_raw_template": 1}
    if kind == "completion":
        more["template_metadata"] = {"template_type": "completion"}
    return {**more, "string": draw(texts)}


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[LocalServer, Portkey, Portkey]]:
    """Serve partials, and make a client that renders by itself and one that does not."""
    with LocalServer() as server:
        server.add_partial(slug="pp-leaf", versions=["leaf 1 {{name}}\n", "leaf 2 {{name}}\n{{items}}"])
        server.add_partial(slug="pp-nest", versions=["nest ({{>pp-leaf@1}}) {{temperature}}\n{{>pp-leaf}}"])
        with (
            Portkey(base_url=server.base_url, prompts=PromptSource(ttl=3600)) as here,
            Portkey(base_url=server.base_url) as there,
        ):
            yield server, here, there


slugs = (f"pp-same-{number}" for number in count())


@given(versions(), variables, overrides)
@settings(
    max_examples=examples(50),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_rendered_here_is_what_the_service_renders(
    house: tuple[LocalServer, Portkey, Portkey],
    version: dict[str, Any],
    variables: dict[str, Any],
    overrides: dict[str, Any],
) -> None:
    server, here, there = house
    slug = next(slugs)
    server.add_prompt(slug=slug, versions=[version])
    ours, theirs = (
        outcome(lambda portkey=portkey: portkey.prompts.render(prompt_id=slug, variables=variables, **overrides))
        for portkey in (here, there)
    )
    assert ours == theirs


def outcome(call: Callable[[], Any]) -> tuple[str, str]:
    """Say what a render answers, or of which kind its failure is and where."""
    try:
        return "rendered", json.dumps(call())
    except TemplateError as error:
        return "refused", sentence(str(error))
    except (BadRequestError, NotFoundError, UnprocessableEntityError) as error:
        return "refused", sentence(error.message.removeprefix("The prompt can't be rendered: "))


def sentence(text: str) -> str:
    return text.rstrip(".")
