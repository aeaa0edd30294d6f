"""What an app imports: the names, and the signatures of the interface."""

from __future__ import annotations

import importlib
import inspect

import pytest

import portkey_ai
from portkey_ai import (
    AsyncGenerations,
    AsyncPortkey,
    AsyncPromptPartials,
    AsyncPrompts,
    AsyncPromptVersions,
    Generations,
    Portkey,
    PromptPartials,
    Prompts,
    PromptVersions,
)

LISTED = """
API_VERSION CONTRACT_SHA256 __version__
Portkey AsyncPortkey
Prompts AsyncPrompts Completions AsyncCompletions PromptVersions AsyncPromptVersions PromptPartials AsyncPromptPartials
Generations AsyncGenerations Labels AsyncLabels Collections AsyncCollections
PromptRender PromptCompletion PromptCompletionChunk PromptChoice PromptChoiceDelta GenericResponse
Stream AsyncStream RawResponse
LoadedPrompt PromptSource
PORTKEY_BASE_URL PORTKEY_GATEWAY_URL createHeaders
PortkeyError APIVersionError APIError APIConnectionError APITimeoutError APIResponseValidationError APIStreamError
APIStreamTimeoutError APIStatusError BadRequestError AuthenticationError PaymentRequiredError PermissionDeniedError
NotFoundError RequestTimeoutError ConflictError BudgetExhaustedError UnprocessableEntityError RateLimitError
GuardrailDeniedError InternalServerError
"""
NAMES = LISTED.split()


def test_the_exported_names_are_these() -> None:
    assert sorted(portkey_ai.__all__) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_exported_name_can_be_imported(name: str) -> None:
    assert getattr(portkey_ai, name) is not None
    assert name in dir(portkey_ai)


@pytest.mark.parametrize("module", ["errors", "types", "version", "api_resources"])
def test_a_public_module_can_be_reached(module: str) -> None:
    assert getattr(portkey_ai, module) is importlib.import_module(f"portkey_ai.{module}")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Protkey"):
        portkey_ai.Protkey  # type: ignore[attr-defined]  # noqa: B018


def parameters(method: object) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(method).parameters)  # type: ignore[arg-type]


@pytest.mark.parametrize("prompts", [Prompts, AsyncPrompts])
def test_prompts_have_the_interfaces_methods(prompts: type) -> None:
    render = parameters(prompts.render)  # type: ignore[attr-defined]
    assert render["prompt_id"].kind is render["variables"].kind is inspect.Parameter.KEYWORD_ONLY
    assert render["prompt_id"].default is render["variables"].default is inspect.Parameter.empty
    assert {"completions", "versions", "partials"} <= set(dir(prompts)) | set(inspect.get_annotations(prompts))


@pytest.mark.parametrize("kind", [Portkey, AsyncPortkey])
def test_completions_are_called_as_the_interface_says(kind: type) -> None:
    client = kind(api_key="k")
    for method in (client.prompts.completions, client.prompts.completions.create):
        run = parameters(method)
        assert run["prompt_id"].kind is inspect.Parameter.KEYWORD_ONLY
        assert (run["variables"].default, run["stream"].default) == (None, None)
        assert inspect.Parameter.VAR_KEYWORD in {one.kind for one in run.values()}


@pytest.mark.parametrize("versions", [PromptVersions, AsyncPromptVersions])
def test_versions_have_the_interfaces_methods(versions: type) -> None:
    for name, positional in {
        "list": ["prompt_id"],
        "retrieve": ["prompt_id", "version_id"],
        "create": ["prompt_id"],
        "update": ["prompt_id", "version_id"],
    }.items():
        taken = parameters(getattr(versions, name))
        by_place = [key for key, one in taken.items() if one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
        assert by_place == ["self", *positional]
        assert inspect.Parameter.VAR_KEYWORD in {one.kind for one in taken.values()}


@pytest.mark.parametrize("partials", [PromptPartials, AsyncPromptPartials])
def test_partials_have_the_interfaces_methods(partials: type) -> None:
    for name in ("render", "create"):
        taken = parameters(getattr(partials, name)).values()
        assert inspect.Parameter.VAR_KEYWORD in {one.kind for one in taken}


@pytest.mark.parametrize("generations", [Generations, AsyncGenerations])
def test_generations_have_the_interfaces_method(generations: type) -> None:
    create = parameters(generations.create)  # type: ignore[attr-defined]
    assert create["prompt_id"].default is inspect.Parameter.empty
    assert (create["config"].default, create["variables"].default) == (None, None)
    assert {create[name].kind for name in ("prompt_id", "config", "variables")} == {inspect.Parameter.KEYWORD_ONLY}


def test_the_async_methods_are_coroutine_functions_and_the_sync_ones_are_not() -> None:
    for asynchronous, sync in [
        (AsyncPrompts, Prompts), (AsyncPromptVersions, PromptVersions), (AsyncPromptPartials, PromptPartials),
        (AsyncGenerations, Generations),
    ]:  # fmt: skip
        methods = {name for name, _ in inspect.getmembers(sync, inspect.isfunction) if not name.startswith("_")}
        assert methods == {
            name for name, _ in inspect.getmembers(asynchronous, inspect.isfunction) if not name.startswith("_")
        }
        assert all(inspect.iscoroutinefunction(getattr(asynchronous, name)) for name in methods)
        assert not any(inspect.iscoroutinefunction(getattr(sync, name)) for name in methods)


@pytest.mark.parametrize("kind", [Portkey, AsyncPortkey])
def test_every_public_thing_says_what_it_is(kind: type) -> None:
    client = kind(api_key="k")
    things = [kind, client.prompts, client.prompts.completions, client.prompts.versions, client.prompts.partials,
              client.prompts.partials.versions, client.labels, client.collections, client.generations]  # fmt: skip
    for thing in things:
        assert inspect.getdoc(thing if inspect.isclass(thing) else type(thing))
        for name, method in inspect.getmembers(thing, callable):
            assert name.startswith("_") or inspect.getdoc(method), (thing, name)
