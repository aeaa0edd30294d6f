"""The package is lazy, typed, and cheap to take a chunk over with."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from timeit import repeat

import pytest
from type_checking import mypy

import portkey_openapi
from portkey_openapi.models import PromptCompletionChunk

CHUNK = {
    "id": "c",
    "object": "prompt.completion.chunk",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hi"}, "finish_reason": None}],
    "prompt_id": "pp-x",
}


def modules_after(run_python: Callable[..., str], script: str) -> set[str]:
    code = f"import sys; before = set(sys.modules); {script}; print(*(set(sys.modules) - before))"
    return set(run_python(code).split())


def test_importing_the_package_loads_nothing_else(run_python: Callable[..., str]) -> None:
    loaded = modules_after(run_python, "import portkey_openapi")
    assert loaded <= {"portkey_openapi", "portkey_openapi.lazy", "__future__"}


def test_the_constants_load_one_small_module(run_python: Callable[..., str]) -> None:
    loaded = modules_after(run_python, "from portkey_openapi import API_VERSION, CONTRACT_SHA256")
    assert {name for name in loaded if name.startswith("portkey")} == {
        "portkey_openapi",
        "portkey_openapi.contract",
        "portkey_openapi.lazy",
    }


def test_a_chunk_needs_no_typing_no_http_and_no_other_models(run_python: Callable[..., str]) -> None:
    loaded = modules_after(
        run_python,
        "from portkey_openapi.models import PromptCompletionChunk as C; "
        "c = C.from_dict({'choices': [{'delta': {'content': 'x'}}]}); assert c.choices[0].delta.content == 'x'",
    )
    assert not loaded & {"typing", "httpx", "attr", "datetime", "dateutil", "inspect", "asyncio"}
    assert {name.rsplit(".")[-1] for name in loaded if ".models." in name} == {
        "prompt_completion_chunk",
        "prompt_choice_delta",
        "assistant_message",
    }


def test_what_is_exported_can_be_had() -> None:
    assert set(portkey_openapi.__all__) == {
        "API_VERSION",
        "BASE_URL",
        "CONTRACT_SHA256",
        "GENERATOR_VERSION",
        "AsyncClient",
        "Client",
        "Page",
        "Record",
    }
    for name in (*portkey_openapi.__all__, "models", "api", "errors", "types", "client", "contract"):
        assert getattr(portkey_openapi, name) is not None
        assert name in dir(portkey_openapi)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'portkey_openapi' has no attribute 'Nothing'"):
        _ = portkey_openapi.Nothing  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"'portkey_openapi.models' has no attribute 'Nothing'"):
        _ = portkey_openapi.models.Nothing  # type: ignore[attr-defined]
    assert "PromptRender" in dir(portkey_openapi.models)


def test_taking_a_chunk_over_costs_less_than_decoding_it() -> None:
    """A ratio within one run, since milliseconds depend on the machine."""
    text = json.dumps(CHUNK)
    decode = min(repeat(lambda: json.loads(text), number=5000, repeat=7))
    take = min(repeat(lambda: PromptCompletionChunk.from_dict(CHUNK), number=5000, repeat=7))
    assert take < decode / 2


TOUR = """
from __future__ import annotations
from typing import Any, assert_type
from portkey_openapi import Client, Page, Record
from portkey_openapi.api.prompts import create_prompt_completion, list_prompts, render_prompt
from portkey_openapi.models import CompletionRequest, FreeForm, HyperparametersParams, Prompt, PromptDetail
from portkey_openapi.models import PromptList, PromptRender, Publication

render = PromptRender.from_dict({})
assert_type(render, PromptRender)
assert_type(render.prompt, str | None)
assert_type(render.success, bool)
assert_type(render.data.temperature, float | None)
page = PromptList.from_dict({})
for prompt in page:
    assert_type(prompt, Prompt)
assert_type(page.data, list[Prompt])
assert_type(page.get_headers(), dict[str, str])
detail = PromptDetail.from_dict({})
assert_type(detail.slug, str)
request = render_prompt.request("pp-x", body={"variables": {}})
body = CompletionRequest(variables={"a": 1}, temperature=0.5, anything_else=[1])
create_prompt_completion.request("pp-x", body=body)
chunk = create_prompt_completion.parse_event({})
assert_type(chunk.choices[0].index, int)
options: HyperparametersParams = {"temperature": 1, "stop": ["a"]}
Publication(version=3)
FreeForm(a=1)
async def items(page: PromptList) -> None:
    async for prompt in page:
        assert_type(prompt, Prompt)
def wire(page: Page[Prompt], record: Record) -> None:
    page._next = lambda further: None
    record._meta = object()
    record["anything"] = 1
"""

MISTAKES = {
    "render.promt": "attr-defined",
    "render.prompt = 'x'": "misc",
    "from portkey_openapi.models import PromptRendr": "attr-defined",
    "Publication(version='3')": "arg-type",
    "Publication()": "call-arg",
    "render_prompt.request('pp-x')": "call-arg",
    "list_prompts.request(page=1)": "call-arg",
    "bad: HyperparametersParams = {'temprature': 1}": "typeddict-unknown-key",
    "import portkey_openapi; portkey_openapi.Clientt": "attr-defined",
}


def test_the_types_help_and_a_typo_does_not_check(root: Path, tmp_path: Path) -> None:
    tour = tmp_path / "tour.py"
    first = TOUR.count("\n") + 1
    tour.write_text(TOUR + "".join(f"{mistake}\n" for mistake in MISTAKES))
    done = mypy(tmp_path, "--no-error-summary", tour, cwd=root / "generated")
    errors = [line.split(":", 1)[1] for line in done.stdout.splitlines() if ": error:" in line]
    found = {int(line.split(":")[0]) - first: line.rsplit("[", 1)[-1].rstrip("]") for line in errors}
    assert found == dict(enumerate(MISTAKES.values())), done.stdout


def test_the_package_is_checked_with_the_rest(root: Path) -> None:
    """`make types` finds it clean; here is held that it is asked to."""
    checked = subprocess.run(["make", "-n", "mypy"], cwd=root, capture_output=True, text=True, check=True).stdout
    project = tomllib.loads((root / "pyproject.toml").read_text())["tool"]
    assert "generated/portkey_openapi" in checked
    assert project["mypy"]["strict"]
    assert [one["module"] for one in project["mypy"].get("overrides", [])] == ["mkdocs.*"]
    assert "generated" in project["pyright"]["include"]
    assert not {"exclude", "ignore", "typeCheckingMode"} & project["pyright"].keys()
