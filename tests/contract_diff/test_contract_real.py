"""The real contract: its changes are found where they are, and every field of it is missed when it goes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from small_contract import changed, schema

from portkey_prompts.contract_diff import compare_contracts

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def real() -> dict[str, Any]:
    document: dict[str, Any] = yaml.load((ROOT / "openapi.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return document


REAL_EDITS: list[tuple[str, Callable[[dict[str, Any]], Any], str, str]] = [
    (
        "a field of every render request",
        lambda d: schema(d, "Hyperparameters")["properties"]["temperature"].update(type="string"),
        "breaking",
        "POST /prompts/{prompt_id}/render request body .temperature",
    ),
    (
        "the variables of a render become required",
        lambda d: schema(d, "RenderRequest")["allOf"][1].update(required=["variables"]),
        "breaking",
        "POST /prompts/{prompt_id}/render request body .variables",
    ),
    (
        "the template is no longer answered",
        lambda d: schema(d, "PromptDetail")["allOf"][1]["properties"].pop("string"),
        "breaking",
        "GET /prompts/{prompt_id} response 200 .string",
    ),
    (
        "a chunk loses its choices",
        lambda d: schema(d, "PromptCompletionChunk")["required"].remove("choices"),
        "breaking",
        "POST /prompts/{prompt_id}/completions response 200 (text/event-stream) .choices",
    ),
    (
        "a message of an error may be null",
        lambda d: schema(d, "ControlPlaneErrorData")["properties"]["message"].update(type=["string", "null"]),
        "breaking",
        "POST /prompts/{prompt_id}/render response 400 .data.message",
    ),
    (
        "pages become smaller",
        lambda d: d["components"]["parameters"]["PageSize"]["schema"].update(maximum=100),
        "breaking",
        "GET /prompts query parameter page_size",
    ),
    (
        "labels may be named latest",
        lambda d: schema(d, "LabelName").pop("not"),
        "compatible",
        "POST /labels request body .name",
    ),
    (
        "a reference may be empty",
        lambda d: d["components"]["parameters"]["PromptReference"]["schema"].pop("minLength"),
        "compatible",
        "POST /prompts/{prompt_id}/render path parameter prompt_id",
    ),
    (
        "generations are gone",
        lambda d: d["paths"].pop("/prompts/{prompt_id}/generate"),
        "breaking",
        "POST /prompts/{prompt_id}/generate",
    ),
    ("anyone may call", lambda d: d.update(security=[]), "compatible", "POST /prompts/{prompt_id}/render"),
    (
        "a new field of a version",
        lambda d: schema(d, "PromptVersion")["properties"].update(author={"type": "string"}),
        "compatible",
        "GET /prompts/{prompt_id}/versions response 200 .data[].author",
    ),
    (
        "a word in a description",
        lambda d: schema(d, "Label")["properties"]["name"].update(description="A name."),
        "documentation",
        "components.schemas.Label.properties.name",
    ),
]


@pytest.mark.parametrize(("edit", "verdict", "location"), [pytest.param(*row[1:], id=row[0]) for row in REAL_EDITS])
def test_changes_of_the_real_contract_have_their_verdicts(
    real: dict[str, Any], edit: Callable[[dict[str, Any]], Any], verdict: str, location: str
) -> None:
    diff = compare_contracts(real, changed(real, edit))
    assert diff.verdict == verdict, str(diff)
    assert location in [change.location for change in diff.changes], str(diff)


def test_the_real_contract_compared_with_itself_has_no_change(real: dict[str, Any]) -> None:
    assert compare_contracts(real, copy.deepcopy(real)).changes == ()


def test_every_field_of_every_schema_of_the_real_contract_is_missed_when_it_goes(real: dict[str, Any]) -> None:
    def fields(document: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
        parts = [p for s in document["components"]["schemas"].values() for p in (s, *s.get("allOf", ()))]
        return [(part["properties"], name) for part in parts for name in part.get("properties", ())]

    count = len(fields(real))
    assert count > 150
    for index in range(0, count, 5):
        smaller = copy.deepcopy(real)
        properties, name = fields(smaller)[index]
        del properties[name]
        diff = compare_contracts(real, smaller)
        assert diff.verdict == "breaking", name
        assert any(f".{name}" in change.location for change in diff.changes), str(diff)
