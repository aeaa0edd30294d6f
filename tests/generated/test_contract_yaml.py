"""A contract is read as YAML 1.2 says, and no name in it is lost."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from contract_yaml import YAMLError, read_yaml
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = [ROOT / "openapi.yaml", *sorted((ROOT / "contracts").glob("*.yaml"))]


@pytest.mark.parametrize("path", CONTRACTS, ids=[path.name for path in CONTRACTS])
def test_a_contract_is_what_another_reader_makes_of_it(path: Path) -> None:
    read = read_yaml(path.read_bytes())
    assert repr(read) == repr(YAML(typ="safe").load(path))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("1:30", "1:30"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("Null", None),
        ("", None),
        ("017", 17),
        ("-8", -8),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", -math.inf),
        ("'12'", "12"),
        ("&a {b: 1}", {"b": 1}),
    ],
)
def test_what_is_no_text_without_quotes(text: str, value: Any) -> None:
    assert repr(read_yaml(f"x: {text}")) == repr({"x": value})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\nb: 2\na: 3", "line 3, column 1"),
        ("x: {'a': 1, a: 2}", "line 1, column 13"),
        ("x:\n- a: 1\n- {1: 2, 1: 3}", "line 3, column 10"),
        ("x: &x {a: 1}\ny: {<<: *x, <<: *x}", "line 2, column 13"),
    ],
)
def test_a_name_that_is_there_twice_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(YAMLError, match=f"there twice(?s:.*){place}"):
        read_yaml(text)


def test_names_that_only_look_alike_are_two() -> None:
    assert read_yaml("200: a\n'200': b") == {200: "a", "200": "b"}


def test_a_merged_mapping_takes_names_over_and_hides_them() -> None:
    text = "a: &a {x: 1}\nb: &b {<<: *a, x: 2, y: 3}\nc: {<<: *b, x: 4}\nd: {<<: [*b, *a], z: 5}\ne: *b"
    b = {"x": 2, "y": 3}
    assert read_yaml(text) == {"a": {"x": 1}, "b": b, "c": {"x": 4, "y": 3}, "d": {**b, "z": 5}, "e": b}


@pytest.mark.parametrize("text", ["a: [", "a: \x01", "{a: 1}: 2", "x: !!python/name:os.system a", "a: 1\n---\nb: 2"])
def test_what_is_no_document_of_plain_values_is_refused(text: str) -> None:
    with pytest.raises(YAMLError):
        read_yaml(text)
