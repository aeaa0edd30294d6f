"""One strict reader of JSON, and the places that read by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portkey_cli.failures import UsageError
from portkey_cli.files import parse_json
from portkey_local.archive.lines import is_json
from portkey_local.errors import BadRequestError
from portkey_local.json import LARGE
from portkey_local.json import read_json as read_body
from portkey_prompts.lock import LockError, LockFile
from portkey_prompts.strict_json import JSONError, read_json
from portkey_prompts.templates import PromptTemplate, TemplateError

REFUSED = {
    '{"a": 1, "b": {"x": 1, "x": 2}}': "names `x` twice in one object",
    '{"a": 1, "\\u0061": 2}': "names `a` twice in one object",
    "[NaN]": "is no JSON: it holds NaN",
    "[-Infinity]": "is no JSON: it holds -Infinity",
    "[1e999]": "holds `1e999`, which is too large for a number",
    f"[0.{'1' * 20_001}]": "holds a number that is too long",
    f"[{'1' * 5_000}]": "holds a number that is too long",
    '["\\ud800"]': "holds half a surrogate pair",
    '["\\udc00\\ud800"]': "holds half a surrogate pair",
    "[" * 100_000: "is nested too deep",
    "": "is no JSON: Expecting value at line 1, column 1",
    "[1,\n 2": "at line 2, column 3",
    "[1] 2": "at line 1, column 5",
    "[01]": "is no JSON",
    "['a']": "is no JSON",
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_two_readers_could_read_differently_is_refused(text: str) -> None:
    with pytest.raises(JSONError) as caught:
        read_json(text)
    assert REFUSED[text] in str(caught.value)
    assert len(str(caught.value)) < 250


def test_half_a_pair_that_no_escape_brought_is_refused() -> None:
    with pytest.raises(JSONError, match="half a surrogate pair"):
        read_json('["\ud800"]')


@pytest.mark.parametrize(
    "text",
    ['{"a": {"x": 1}, "b": {"x": 2}}', '["\\ud83d\\ude00 \\u00e9 \\\\ud800"]', "1e308", "9" * 4000, "null", '"é"'],
)
def test_all_else_is_read_as_the_standard_library_reads_it(text: str) -> None:
    assert read_json(text) == json.loads(text)


def test_what_the_hosted_engine_reads_otherwise_is_read_as_it_does() -> None:
    text = '{"a": 1, "a": 2, "b": "\\ud800", "c": 1e999}'
    assert read_json(text, as_javascript=True) == json.loads(text)
    with pytest.raises(JSONError, match="NaN"):
        read_json("[NaN]", as_javascript=True)
    assert read_json('"\\ud800"', half_pairs=True) == "\ud800"


def body(text: str) -> Any:
    return read_body(text.encode(), values=10**6, names=10**6)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3),
    max_leaves=8,
)


@given(JSON, st.booleans(), st.sampled_from([None, 1]))
def test_a_small_body_is_read_as_the_standard_library_reads_it(
    value: Any, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    expected = json.loads(text)
    assert repr(body(text)) == repr(expected)  # 1 is no 1.0, nor True
    assert repr(body(text.replace("\n", "\r\n"))) == repr(expected)


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '{ "a":1,"b" :{"x":2, "x":2} }', '[ "a\tb" ]', '["a\nb"]'])
def test_white_space_hides_no_fault_of_a_small_body(text: str) -> None:
    with pytest.raises(BadRequestError):
        body(text)


def large_body(text: str) -> Any:
    return body(text + " " * LARGE)


def argument(text: str) -> Any:
    return parse_json(text, "It")


def archived(text: str) -> Any:
    if not is_json(text):
        raise JSONError("is none")


@pytest.mark.parametrize(("read", "error"), [
    (body, BadRequestError), (large_body, BadRequestError), (argument, UsageError), (archived, JSONError),
], ids=["a body", "a large body", "an argument", "a line of an archive"])  # fmt: skip
@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_requests_the_command_line_and_archives_are_read_by_it(
    read: Callable[[str], Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error):
        read(text)


def test_the_lock_file_is_read_by_it(tmp_path: Path) -> None:
    file = tmp_path / "portkey-prompts.lock"
    for text, said in {"[NaN]": "NaN", '{"format": 1, "format": 1}': "twice", "[1e999]": "too large"}.items():
        file.write_text(text)
        with pytest.raises(LockError) as caught:
            LockFile.read(file)
        assert said in caught.value.problem


def test_a_chat_prompt_reads_a_name_twice_as_the_hosted_engine_does() -> None:
    template = PromptTemplate('[{"role": "system", "role": "user", "content": "Hi"}]')
    assert template.render({}).messages == [{"role": "user", "content": "Hi"}]
    with pytest.raises(TemplateError, match="it holds NaN"):
        PromptTemplate('[{"role": "user", "content": NaN}]', template_type="chat")
