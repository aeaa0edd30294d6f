"""How a module of bindings reads: formatted, stable, with whatever in it that a prompt can hold."""

from __future__ import annotations

import ast
import subprocess
import sys
import types
from inspect import cleandoc

import pytest
from sample_bindings import binding, samples

from portkey_prompts.bindings import has_nameless, name_from, same, write_module
from portkey_prompts.inputs import inputs_of


def run(*command: str, stdin: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command, "-"], input=stdin, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("width", ["88", "120"])
def test_a_formatter_and_a_linter_leave_it_as_it_is(is_async: bool, width: str) -> None:
    source = write_module(samples(), "prompts.lock", is_async=is_async)
    assert run("ruff", "format", "--isolated", "--line-length", width, stdin=source) == source
    run("ruff", "check", "--isolated", "--line-length", "88", "--select", "E,F,W,I,UP,B,C4,SIM", stdin=source)


def test_it_imports_the_facade_and_typing_and_nothing_else() -> None:
    for bindings in ([], samples()):
        tree = ast.parse(write_module(bindings, "prompts.lock"))
        froms = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert froms <= {"__future__", "typing", "portkey_ai", "portkey_ai.types"}
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]


def test_it_is_loaded_and_says_what_the_prompts_say() -> None:
    module = types.ModuleType("made")
    source = write_module(samples(), 'odd "name" \\ here')
    exec(compile(source, "made.py", "exec"), module.__dict__)
    made = module.__dict__
    # Python 3.13 and later take a docstring's indentation off when they compile it.
    assert cleandoc(made["hostile"].__doc__).startswith('Ends """ here.\n\n\\N{BULLET} \\x41 \u202e back \x00 end"')
    assert list(made["HostileVariables"].__annotations__) == ['"""', "\\", "\u202e"]
    assert list(made["OddVariables"].__annotations__) == [
        "class",
        "1x",
        "self",
        "portkey",
        "settings",
        "a'b",
        "str",
        "__x",
        '"',
        "Text",
        "ﬁ",
        "naïve",
        "list",
    ]
    assert made["nothing"].REFERENCE == "pp-nothing@12"
    assert len(made["long"].__doc__) < 3_000
    assert 'odd "name" \\ here' in made["__doc__"]


def test_it_is_the_same_whenever_it_is_written() -> None:
    assert write_module(samples(), "prompts.lock") == write_module(samples(), "prompts.lock")


def test_a_megabyte_is_written() -> None:
    string = "".join(
        f"{{{{v{index}}}}}{'x' * 900}{{{{#s{index}}}}}{{{{t{index}}}}}{{{{/s{index}}}}}" for index in range(1_100)
    )
    assert len(string) > 1_000_000
    source = write_module([binding("big", string)], "prompts.lock")
    assert source.count("NotRequired") == 0
    assert source.count("(TypedDict)") == 1_101


def test_only_what_is_meant_counts_for_two_modules_to_be_the_same() -> None:
    source = write_module(samples(), "prompts.lock")
    assert same(source, run("ruff", "format", "--isolated", "--line-length", "40", stdin=source))
    assert not same(source, source.replace("VERSION: Literal[12] = 12", "VERSION: Literal[13] = 13", 1))
    assert not same(source, source + "(")
    assert not same(source, "\0")


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("Send an invoice", "send_an_invoice"),
        ("a--b__c", "a_b_c"),
        (" Größe 📣! ", "größe"),
        ("ﬁX", "fix"),
        ("📣", ""),
        ("हिन्दी में", "हिन्दी_में"),
    ],
)
def test_a_function_is_called_like_the_words_of_a_name(name: str, function: str) -> None:
    assert name_from(name) == function


@pytest.mark.parametrize("template", ["{{x.}}", "{{y..z}}", "{{#w}}{{v.}}{{/w}}", "{{#a}}{{#b}}{{c..d}}{{/b}}{{/a}}"])
def test_a_value_without_a_name_has_no_type(template: str) -> None:
    assert has_nameless(inputs_of({"string": template}).schema)
    assert not has_nameless(inputs_of({"string": template.replace(".", "")}).schema)
