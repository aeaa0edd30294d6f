"""What type-checks renders: random prompts, their bindings, and calls that fit the types or do not."""

from __future__ import annotations

import json
import keyword
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NotRequired, get_origin, get_type_hints

import pytest
from example_counts import examples
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from random_prompts import RandomPrompt, module_of, random_prompts, values, variables_of
from sample_bindings import samples
from type_checking import mypy

from portkey_prompts.bindings import has_nameless, write_module
from portkey_prompts.rendering import StoredPrompt, parse_partial

ROOT = Path(__file__).resolve().parents[2]
HEALTH = [HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large]


def render(prompt: RandomPrompt, variables: dict[str, object]) -> str:
    """Render as the client and the server do, where what is missing is an error."""
    partials = {slug: parse_partial(slug, {"string": text}) for slug, text in prompt.partials.items()}
    return StoredPrompt(prompt.detail).render(variables, {}, partials=partials.get, missing="error").prompt


@settings(
    max_examples=examples(100), deadline=None, suppress_health_check=HEALTH, phases=[Phase.explicit, Phase.generate]
)
@given(random_prompts(), st.data())
def test_whatever_fits_the_types_renders_without_a_missing_name(prompt: RandomPrompt, data: st.DataObject) -> None:
    assume(not prompt.inputs.problems and not has_nameless(prompt.inputs.schema))
    kind = variables_of(module_of({"made": prompt}), "made")
    render(prompt, data.draw(values(kind)) if kind else {})


# The type checkers, over many prompts at once: they take seconds to start


class Call(NamedTuple):
    """A line of a program that calls a function."""

    line: str
    is_right: bool


def calls_of(draw: Any, name: str, prompt: RandomPrompt, kind: Any) -> Iterator[Call]:
    """Write calls that fit the types, which are rendered too, and calls that do not."""
    if kind is None:
        yield Call(f"{name}(portkey)", True)
        yield Call(f"{name}.run(portkey, unknown=1)", False)
        return
    hints = get_type_hints(kind, include_extras=True)
    given_values = draw(values(kind))
    render(prompt, given_values)
    yield Call(f"{name}.stream(portkey, **cast({kind.__name__}, {given_values!r}))", True)
    yield Call(f"_: {kind.__name__} = {given_values!r}", True)
    if all(map(_is_keyword_argument, given_values)):
        keywords = ", ".join(f"{each}={value!r}" for each, value in given_values.items())
        yield Call(f"{name}(portkey, {keywords})", True)
        yield Call(f"{name}.run(portkey, {{'temperature': 0.5}}, {keywords})", True)
        yield Call(f"{name}(portkey, {keywords}{', ' if keywords else ''}unknown=1)", False)
    for each, hint in hints.items():
        without = {other: value for other, value in given_values.items() if other != each}
        if get_origin(hint) is not NotRequired:
            yield Call(f"_: {kind.__name__} = {without!r}", False)
        yield Call(f"_: {kind.__name__} = {{**{without!r}, {each!r}: object()}}", False)
        yield Call(f"{name}.run(portkey, **{{{each!r}: object()}})", False)


def _is_keyword_argument(name: str) -> bool:
    folded = unicodedata.normalize("NFKC", name)  # as Python reads names
    return name.isidentifier() and not keyword.iskeyword(name) and folded == name


def wrong_lines(tool: str, folder: Path) -> dict[int, str]:
    """Ask a type checker for the lines of a program that it finds fault with, and hold the modules beside it clean."""
    if tool == "mypy":
        done = mypy(folder, "--output", "json", "--config-file", ROOT / "pyproject.toml", *sorted(folder.glob("*.py")))
        assert done.returncode in (0, 1), done.stderr
        found = [
            (each["file"], each["line"], each["message"])
            for each in map(json.loads, done.stdout.splitlines())
            if each["severity"] == "error"
        ]
    else:
        command = [sys.executable, "-m", "pyright", "--outputjson", "--project", str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
        report = json.loads(done.stdout)
        assert report["summary"]["filesAnalyzed"] == len(list(folder.glob("*.py"))), report["summary"]
        found = [
            (each["file"], each["range"]["start"]["line"] + 1, each["message"]) for each in report["generalDiagnostics"]
        ]
    elsewhere = [each for each in found if Path(each[0]).name != "program.py"]
    assert not elsewhere, (folder / Path(elsewhere[0][0]).name).read_text()
    return {line: message for _, line, message in found}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which type checkers find the packages."""
    made = tmp_path_factory.mktemp("bindings")
    paths = [str(ROOT / name) for name in ("generated", "prompts", "overlay")]
    (made / "pyrightconfig.json").write_text(json.dumps({"extraPaths": paths, "typeCheckingMode": "strict"}))
    return made


def test_type_checkers_take_what_fits_and_refuse_what_does_not(folder: Path) -> None:
    prompts: dict[str, RandomPrompt] = {}
    calls: list[Call] = []

    @settings(max_examples=60, deadline=None, suppress_health_check=HEALTH, phases=[Phase.generate], database=None)
    @given(random_prompts(), st.data())
    def collect(prompt: RandomPrompt, data: st.DataObject) -> None:
        assume(not prompt.inputs.problems and not has_nameless(prompt.inputs.schema))
        name = f"made{len(prompts)}"
        calls.extend(list(calls_of(data.draw, name, prompt, variables_of(module_of({name: prompt}), name))))
        prompts[name] = prompt

    collect()
    (folder / "prompts_gen.py").write_text(module_of(prompts), encoding="utf-8")
    for is_async in (False, True):
        module = write_module(samples(), "prompts.lock", is_async=is_async)
        (folder / f"samples_{is_async}.py".lower()).write_text(module, encoding="utf-8")
    head = "from typing import cast\nfrom portkey_ai import Portkey\nfrom prompts_gen import *\n\nportkey = Portkey()\n"
    body = [f"def call_{index}() -> None:\n    {call.line}\n" for index, call in enumerate(calls)]
    (folder / "program.py").write_text(head + "".join(body), encoding="utf-8")
    lines = {head.count("\n") + 2 * index + 2: call for index, call in enumerate(calls)}
    expected = {line for line, call in lines.items() if not call.is_right}
    assert len(expected) > 100
    for tool in ("mypy", "pyright"):
        found = wrong_lines(tool, folder)
        assert not {line: said for line, said in found.items() if line not in expected}, tool
        assert not [lines[line] for line in expected - found.keys()], tool
