"""Arbitrary versions of prompts, as a service may hold them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

ODD = [
    "no",
    "1.0",
    "1e3",
    "0o17",
    "0x1F",
    "1_000",
    "null",
    "~",
    "",
    "true",
    "Yes",
    "2026-01-01",
    "12:30:00",
    "=",
    "<<",
    "- a",
    "# b",
    "---",
    "a\n---\nb",
    "---\n---\n",
    "a\r\nb",
    "\r",
    "\ufeffx",
    "x\ufeff",
    " lead",
    "trail ",
    "\nlead",
    "trail\n",
    "\n\n",
    "\n  a\n b",
    "\x85\u2028\u2029",
    "\x00\x1b",
    "emoji 🙂/slash",
    '{{role "user"}}',
    "{{role 'x'~}} a",
    "{{history}}",
    "{{media url=x}}",
    "{{#section}}",
    "a: b",
    "'\"",
    "\\n",
    "\t",
    "{{>tone}}",
    "key: |\n  x",
    "%TAG",
    "@x",
    "`",
    "&a *a",
    "!!str x",
]
texts = st.one_of(
    st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.sampled_from(ODD)).map("".join)
)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
objects = st.dictionaries(texts | st.sampled_from(["temperature", "max_tokens", "topic"]), values, max_size=4)
roles = st.sampled_from(["system", "user", "assistant", "developer", "model", "Odd Role"])
simple = st.fixed_dictionaries({"role": roles, "content": texts})
parts = st.fixed_dictionaries({"role": roles, "content": texts.map(lambda text: [{"type": "text", "text": text}])})
further = st.fixed_dictionaries({"content": values, "role": roles, "tool_calls": values})
chats = st.lists(simple, min_size=1) | st.lists(parts, min_size=1) | st.lists(simple | parts | further, min_size=1)
styles: list[dict[str, Any]] = [{}, {"separators": (",", ":")}, {"indent": 2}, {"indent": 4}, {"ensure_ascii": True}]


@st.composite
def strings(draw: st.DrawFn) -> str:
    if draw(st.booleans()):
        return draw(texts)
    return json.dumps(draw(chats), **{"ensure_ascii": False, **draw(st.sampled_from(styles))})


@st.composite
def versions(draw: st.DrawFn) -> dict[str, Any]:
    optional = {
        "model": texts,
        "parameters": objects.filter(bool),
        "virtual_key": texts,
        "tools": st.lists(objects, max_size=2),
        "functions": st.lists(objects, max_size=2),
        "tool_choice": texts | objects,
        "template_metadata": objects,
        "is_raw_template": st.sampled_from([0, 1]),
    }
    return draw(st.fixed_dictionaries({"string": strings()}, optional=optional))
