"""Our template engine beside the hosted service's own, which npm has as `@portkey-ai/mustache`."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from documented import LOOP, examples
from random_templates import Case, Templates, soup

from portkey_ai import Portkey, PromptSource
from portkey_local import LocalServer
from portkey_prompts.templates import Partial, Template, TemplateError, UnknownPartialError

HERE = Path(__file__).parent
COMPLETION = {"template_type": "completion"}
INSTALLED = HERE.parents[1] / ".venvs/mustache"


def hosted(cases: Sequence[tuple[str, Any, dict[str, str]]]) -> list[dict[str, str]]:
    """Render with the hosted engine: `text`, or `error`, for each template."""
    node = shutil.which("node")
    if node is None or not (INSTALLED / "node_modules").exists():
        pytest.skip("the hosted engine is not installed, or node is not; `make peers` installs it into .venvs/mustache")
    lines = "".join(f"{json.dumps(case)}\n" for case in cases)
    command = [node, str(HERE / "mustache/render.mjs"), str(INSTALLED)]
    answers = subprocess.run(command, input=lines, text=True, capture_output=True, check=True, timeout=500)
    return [json.loads(line) for line in answers.stdout.split("\n")[:-1]]


def rendered(case: Case) -> str:
    partials = {name: Partial(name, 1, Template(text)) for name, text in case.partials.items()}
    return Template(case.text).render(case.variables, partials=partials).text


def test_random_templates_render_as_the_hosted_engine_renders_them(soaking: bool) -> None:
    seed = int(os.environ.get("TEMPLATES_SEED", random.randrange(2**32)))
    print(f"TEMPLATES_SEED={seed}")  # set it to see the same templates again
    chance = random.Random(seed)
    cases = [Templates(chance).case() for _ in range(100_000 if soaking else 5_000)]
    answers = hosted([(case.theirs, case.variables, case.their_partials) for case in cases])
    for case, answer in zip(cases, answers, strict=True):
        assert {"text": rendered(case)} == answer, case
    assert sum(bool(answer["text"].strip()) for answer in answers) > len(answers) / 2


def test_the_server_and_a_client_that_renders_by_itself_do_so_too() -> None:
    seed = int(os.environ.get("TEMPLATES_SEED", random.randrange(2**32)))
    print(f"TEMPLATES_SEED={seed}")
    chance = random.Random(seed)
    cases = [whole_characters(case) for case in (Templates(chance).case() for _ in range(60)) if case.text.strip()]
    answers = hosted([(case.theirs, case.variables, case.their_partials) for case in cases])
    with (
        LocalServer() as server,
        Portkey(base_url=server.base_url) as asking,
        Portkey(base_url=server.base_url, prompts=PromptSource()) as rendering,
    ):
        for number, (case, answer) in enumerate(zip(cases, answers, strict=True)):
            slug = f"case-{number}"
            text, variables, partials = named_apart(case, number)
            for reference, partial in partials.items():
                name, _, version = reference.partition("@")
                server.add_partial(slug=name, versions=[partial] * (int(version) if version.isdecimal() else 1))
            server.add_prompt(slug=slug, versions=[{"string": text, "template_metadata": COMPLETION}])
            there = asking.prompts.render(prompt_id=slug, variables=variables)
            here = rendering.prompts.render(prompt_id=slug, variables=variables)
            texts = {re.sub(rf"(pp-[a-d]){number}", r"\g<1>", result.prompt) for result in (there, here)}
            assert texts == {answer["text"]}, case


def whole_characters(case: Case) -> Case:
    """Take halves of pairs of UTF-16 out of the variables, which no request can hold."""
    return case._replace(variables=json.loads(re.sub(r"\\ud83d(?!\\ude00)", "", json.dumps(case.variables))))


def named_apart(case: Case, number: int) -> tuple[str, dict[str, Any], dict[str, str]]:
    """Give the partials of a case names that no other case has."""
    parts = json.dumps((case.text, case.variables, case.partials))
    text, variables, partials = json.loads(re.sub(r"(pp-[a-d])", rf"\g<1>{number}", parts))
    return text, variables, partials


def test_whatever_is_a_template_here_renders_as_the_hosted_engine_renders_it(soaking: bool) -> None:
    seed = int(os.environ.get("TEMPLATES_SEED", random.randrange(2**32)))
    print(f"TEMPLATES_SEED={seed}")
    chance = random.Random(seed)
    cases = [soup(chance) for _ in range(100_000 if soaking else 5_000)]
    answers = hosted([(case.theirs, case.variables, case.their_partials) for case in cases])
    for case, answer in zip(cases, answers, strict=True):
        try:
            assert {"text": rendered(case)} == answer, case
        except UnknownPartialError:
            assert "{{" in case.text
        except TemplateError as error:
            if "chooses a partial" not in str(error):  # which only a text does
                raise AssertionError(case) from error


def test_the_hosted_engine_differs_as_documented() -> None:
    rows = examples("Where the two differ")
    answers = hosted([(row.template, row.data, LOOP) for row in rows])
    for row, answer in zip(rows, answers, strict=True):
        assert answer.get("text") == row.second, row.what
