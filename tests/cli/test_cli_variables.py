"""`render` and `run` name variables that are missing or not used: on stderr, and with --strict as an error."""

from __future__ import annotations

import pytest

from portkey_ai import Portkey
from portkey_local import LocalServer


def test_missing_and_misspelt_variables_are_named_on_stderr(cli) -> None:
    done = cli("render", "pp-greeting@1", "-v", "nmae=Ada")
    assert (done.code, done.out) == (0, "Hello !\n")
    assert done.err == "pp-greeting@1: Not given: name. Not used: nmae. Is nmae meant for name?\n"
    assert cli("render", "pp-greeting@1", "-v", "name=Ada", "-v", "city=Rome").err == (
        "pp-greeting@1: Not used: city.\n"
    )


@pytest.mark.parametrize("command", ["render", "run"])
def test_under_strict_they_are_an_error_and_nothing_is_run(cli, fails, portkey: Portkey, server, command: str) -> None:
    fails(cli(command, "pp-greeting@1", "--strict"), 1, "Not given: name.")
    fails(cli(command, "pp-greeting@1", "--strict", "-v", "name=A", "--var-json", "more=[1]"), 1, "Not used: more.")
    fails(cli(command, "pp-nowhere", "--strict"), 1, "pp-nowhere")
    assert cli(command, "pp-greeting@1", "--strict", "-v", "name=Ada").code == 0


def test_what_is_given_and_used_is_not_spoken_of(cli) -> None:
    assert cli("render", "pp-greeting@1", "-v", "name=Ada").err == ""
    assert cli("render", "pp-greeting@2", "-v", "name=Ada").err == ""  # `mood` has a default
    assert cli("render", "pp-greeting@2", "-v", "name=Ada", "-v", "mood=glad").err == ""
    assert cli("render", "pp-greeting@1", "-v", "name=").err == ""


def test_partials_use_variables_too(cli, server: LocalServer, portkey: Portkey) -> None:
    portkey.prompts.partials.create(name="Tone", string="Be {{mood}}, {{who}}.")
    (slug,) = [partial.slug for partial in portkey.prompts.partials.list()]
    server.add_prompt(slug="pp-toned", versions=[f"{{{{>{slug}}}}} Hi {{{{name}}}}"])
    assert cli("render", "pp-toned", "-v", "mood=kind", "-v", "name=Ada").err == "pp-toned: Not given: who.\n"
    assert cli("render", "pp-toned", "--strict", "-v", "mood=kind", "-v", "name=Ada", "-v", "who=you").code == 0


def test_a_key_that_may_only_run_prompts_runs_them(alone, server: LocalServer) -> None:
    key = server.add_key("run")
    run = ("--base-url", server.base_url, "--api-key", key, "run", "pp-greeting@1", "-v", "name=Ada")
    assert alone(*run).code == 0
