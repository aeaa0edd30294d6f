"""Whatever is locked comes back; whatever happens to the file, no wrong prompt comes out of it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from lock_shapes import detail, two

from portkey_prompts.lock import LockError, LockFile, lock_prompt

words = st.sampled_from(["lines", "literal", "style", "messages", "role", "\n", "\r\n", "{{x}}", "\u202e", "\x00", "é"])
texts = st.lists(words | st.text(max_size=8), max_size=6).map("".join)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(texts, values, max_size=3)
messages = st.lists(st.builds(lambda more: {"role": "user", **more}, objects), min_size=1, max_size=3)
layouts = st.sampled_from([{}, {"separators": (",", ":")}, {"indent": 2}, {"ensure_ascii": False, "indent": "\t"}])
chats = st.builds(lambda value, layout: json.dumps(value, **layout), messages, layouts)


def tagless(string: str) -> str:
    """Take the braces out, so that a text is no malformed template; the values keep them."""
    return string.replace("{{", "{")


contents = st.fixed_dictionaries(
    {
        "string": (texts.map(tagless) | chats.map(tagless)),
        "parameters": st.none() | objects,
        "tools": st.none() | st.lists(objects, max_size=2),
        "tool_choice": st.none() | texts | objects,
        "template_metadata": st.none() | objects.map(lambda value: {**value, "template_type": "completion"}),
        "model": st.none() | texts,
        "prompt_version": st.integers(1, 10**6),
    }
)


def written(lock: LockFile, folder: str) -> Path:
    lock.write(Path(folder, "prompts.lock"))
    return Path(folder, "prompts.lock")


@given(content=contents, reference=texts.filter(bool), partial=texts.map(tagless))
@settings(max_examples=examples(100), deadline=None)
def test_any_content_comes_back_exactly(content: dict[str, Any], reference: str, partial: str) -> None:
    content["string"] += "{{>pp-p}}" if not content["string"].startswith("[") else ""
    answer = json.loads(json.dumps(detail(**content)))
    record = {"slug": "pp-p", "version": 1, "string": partial}
    try:
        locked = lock_prompt(json.loads(json.dumps(reference)), answer, {"pp-p": record})
    except LockError:
        return
    with tempfile.TemporaryDirectory() as folder:
        (again,) = LockFile.read(written(LockFile.of([locked]), folder)).prompts.values()
    assert again == locked
    assert json.dumps(again.detail) == json.dumps(locked.detail)
    assert {name: answer[name] for name in again.detail} == again.detail
    assert again.partials == locked.partials
    assert (again.slug, again.version, again.version_id) == (locked.slug, locked.version, locked.version_id)


WHOLE = two().text().encode()


@given(position=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255), how=st.sampled_from(["put", "insert", "cut"]))
@settings(max_examples=examples(500), deadline=None)
def test_a_change_of_any_byte_is_refused_or_changes_nothing_that_matters(position: int, byte: int, how: str) -> None:
    kept = position if how == "insert" else position + 1
    changed = WHOLE[:position] + (b"" if how == "cut" else bytes([byte])) + WHOLE[kept:]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "prompts.lock")
        path.write_bytes(changed)
        try:
            lock = LockFile.read(path)
        except LockError:
            return
    assert lock == two()
    assert all(lock.prompts[name].detail == locked.detail for name, locked in two().prompts.items())


@given(
    data=st.binary(max_size=60)
    | st.text(max_size=60).map(str.encode)
    | values.map(lambda value: json.dumps(value).encode())
)
@settings(max_examples=examples(100), deadline=None)
def test_anything_else_is_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "prompts.lock")
        path.write_bytes(data)
        try:
            LockFile.read(path)
        except LockError:
            return
    raise AssertionError(data)
