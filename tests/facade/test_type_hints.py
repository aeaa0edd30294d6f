"""`typing.get_type_hints` finds every name in the annotations of what is public, also before anything was called."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import portkey_ai
import portkey_openapi
from portkey_ai import AsyncPortkey, Portkey, types
from portkey_openapi import models, resources


def public() -> dict[str, Any]:
    """Every class and function that a public module or a client gives, by where it was found."""
    found = {}
    for module in (portkey_ai, types, portkey_openapi, models, resources):
        for name in dir(module):
            thing = getattr(module, name)
            kinds = inspect.isclass(thing) or inspect.isfunction(thing)
            if kinds and thing.__module__.startswith("portkey") and not name.startswith("_"):
                found[f"{module.__name__}.{name}"] = thing
    for client in (Portkey(api_key="k"), AsyncPortkey(api_key="k")):
        for path in ("prompts.completions", "prompts.versions", "prompts.partials.versions", "generations"):
            thing = client
            for step in path.split("."):
                thing = getattr(thing, step)
            found[f"{type(client).__name__}.{path}"] = type(thing)
    return found


def functions_of(kind: Any) -> Iterator[tuple[str, Any]]:
    """The functions behind a class's own methods and properties."""
    for name, member in vars(kind).items():
        function = getattr(member, "fget", None) or getattr(member, "func", None) or inspect.unwrap(member)
        function = getattr(function, "__func__", function)
        if inspect.isfunction(function) and function.__module__.startswith("portkey"):
            yield name, function


PUBLIC = public()


@pytest.mark.parametrize("name", PUBLIC)
def test_every_annotation_is_found(name: str) -> None:
    typing.get_type_hints(PUBLIC[name])
    for member, function in functions_of(PUBLIC[name]):
        assert typing.get_type_hints(function) is not None, member


def test_what_is_found_is_what_is_meant() -> None:
    hints = typing.get_type_hints
    assert hints(models.PromptRender)["data"] is models.RenderedRequest
    assert hints(types.PromptCompletion)["choices"] == list[types.PromptChoice]
    assert hints(types.PromptChoice)["message"] is models.AssistantMessage
    assert hints(models.LabelList)["data"] == list[models.Label]
    assert str(hints(models.Label)["created_at"]) == "datetime.datetime | None"
    assert hints(Portkey.prompts.func) != {}
    assert hints(resources.Labels.create)["return"] is models.LabelCreated
    assert hints(portkey_ai.Prompts.render)["return"] is portkey_ai.PromptRender


@pytest.mark.parametrize("name", ["PromptRender", "Labels", "Prompts", "Portkey", "NotFoundError", "Stream"])
def test_it_is_so_in_a_fresh_process_and_imports_no_http(run_python: Callable[..., str], name: str) -> None:
    said = run_python(
        "import inspect, json, sys, typing, portkey_ai\n"
        f"kind = portkey_ai.{name}\n"
        "before = 'httpx' in sys.modules\n"
        "typing.get_type_hints(kind)\n"
        "for member in vars(kind).values():\n"
        "    if inspect.isfunction(member): typing.get_type_hints(member)\n"
        "print(json.dumps([before, 'httpx' in sys.modules]))"
    )
    assert json.loads(said) == [False, False]
