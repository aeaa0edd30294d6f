"""Partials: stored by the service, rendered by the client."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from facade_calls import Client, settle
from facade_shapes import control_plane_error, partial
from pytest_httpserver import HTTPServer

from portkey_ai import APIResponseValidationError, NotFoundError, PromptRender
from portkey_prompts.templates import MissingVariablesError, TemplateError, TemplateSyntaxError, UnknownPartialError

Store = Callable[..., None]


@pytest.fixture
def store(httpserver: HTTPServer) -> Store:
    """Store partials by reference; any other is not found."""

    def put(**partials: str | None) -> None:
        for name, string in partials.items():
            reference = name.replace("__", "@").replace("_", "-")
            slug, _, number = reference.partition("@")
            shape = partial(slug, string, int(number) if number.isdigit() else 1)
            httpserver.expect_request(f"/v1/prompts/partials/{reference}").respond_with_json(shape)

    return put


async def render(client: Client, reference: str, **options: Any) -> Any:
    return await settle(client.prompts.partials.render(reference, **options))


async def test_a_partial_is_rendered_with_variables(portkey: Client, store: Store) -> None:
    store(pp_sign="Yours, {{name}} {{#n}}<{{.}}>{{/n}}")
    rendered = await render(portkey, "pp-sign", variables={"name": "Zoë & Co", "n": [1, 2]})
    assert type(rendered) is PromptRender
    assert rendered.prompt == rendered.data["prompt"] == "Yours, Zoë & Co <1><2>"
    assert (rendered.prompt_id, rendered.success, rendered.messages) == ("pp-sign", True, None)
    assert rendered.variables == {"name": "Zoë & Co", "n": [1, 2]}


async def test_partials_inside_of_a_partial_are_fetched_once_each(
    portkey: Client, store: Store, httpserver: HTTPServer
) -> None:
    store(pp_a="a{{>pp-b}}{{>pp-c@2}}{{>pp-b}}", pp_b="b{{>pp-c@latest}}", pp_c__2="c2", pp_c__latest="c9{{x}}")
    assert (await render(portkey, "pp-a", variables={"x": "!"})).prompt == "abc9!c2bc9!"
    assert len(httpserver.log) == 4


async def test_a_version_is_taken_from_the_reference(portkey: Client, store: Store) -> None:
    store(pp_a__2="two", pp_a="published")
    assert (await render(portkey, "pp-a@2")).prompt == "two"
    assert (await render(portkey, "pp-a")).prompt == "published"


async def test_a_partial_that_the_call_chooses_is_fetched(portkey: Client, store: Store) -> None:
    store(pp_a="{{>>tail}}", pp_b="stored {{n}}")
    assert (await render(portkey, "pp-a", variables={"tail": "pp-b", "n": 1})).prompt == "stored 1"
    assert (await render(portkey, "pp-a", variables={"tail": "said {{n}}", "n": 1})).prompt == "said 1"


async def test_a_chosen_reference_that_is_not_stored_is_the_text_itself(
    portkey: Client, store: Store, httpserver: HTTPServer
) -> None:
    store(pp_a="{{>>tail}}")
    httpserver.expect_request("/v1/prompts/partials/pp-none").respond_with_json(control_plane_error("No."), status=404)
    assert (await render(portkey, "pp-a", variables={"tail": "pp-none"})).prompt == "pp-none"


async def test_an_unknown_partial_is_not_found(portkey: Client, httpserver: HTTPServer) -> None:
    missing = control_plane_error("There is no partial pp-none.")
    httpserver.expect_request("/v1/prompts/partials/pp-none").respond_with_json(missing, status=404)
    with pytest.raises(NotFoundError, match="no partial pp-none"):
        await render(portkey, "pp-none")


async def test_an_unknown_partial_inside_is_named_with_its_location(
    portkey: Client, store: Store, httpserver: HTTPServer
) -> None:
    store(pp_a="one\n  {{>pp-none}}")
    httpserver.expect_request("/v1/prompts/partials/pp-none").respond_with_json(control_plane_error("No."), status=404)
    with pytest.raises(UnknownPartialError, match=r"line 2, column 3.*'pp-none'"):
        await render(portkey, "pp-a")


async def test_a_missing_variable_is_empty_or_an_error_as_asked(portkey: Client, store: Store) -> None:
    store(pp_a="{{a}}{{b}}{{>pp-b}}", pp_b="{{c}}!")
    assert (await render(portkey, "pp-a", variables={"a": 1})).prompt == "1!"
    with pytest.raises(MissingVariablesError) as caught:
        await render(portkey, "pp-a", variables={"a": 1}, missing="error")
    assert caught.value.names == ("b", "c")


async def test_a_malformed_partial_is_an_error_with_its_location(portkey: Client, store: Store) -> None:
    store(pp_a="{{#x}}")
    with pytest.raises(TemplateSyntaxError, match="line 1"):
        await render(portkey, "pp-a")


async def test_partials_that_include_each_other_end_in_an_error(portkey: Client, store: Store) -> None:
    store(pp_a="{{>pp-b}}", pp_b="{{>pp-a}}")
    with pytest.raises(TemplateError, match="pp-b"):
        await render(portkey, "pp-a")


async def test_a_partial_of_no_words_renders_empty_and_one_without_text_not_at_all(
    portkey: Client, store: Store
) -> None:
    store(pp_a="", pp_b=None, pp_c="{{>pp-b}}")
    assert (await render(portkey, "pp-a")).prompt == ""
    for reference in ("pp-b", "pp-c"):
        with pytest.raises(APIResponseValidationError, match="'pp-b' can't be rendered"):
            await render(portkey, reference)


async def test_variables_that_are_no_mapping_are_refused(portkey: Client, httpserver: HTTPServer) -> None:
    with pytest.raises(TypeError, match="`variables` must be a mapping"):
        await render(portkey, "pp-a", variables=["x"])
    assert not httpserver.log


async def test_both_spellings_of_a_reference_work(portkey: Client, store: Store) -> None:
    store(pp_a="text")
    for spelling in ({"partial_id": "pp-a"}, {"partial_slug": "pp-a"}):
        assert (await settle(portkey.prompts.partials.render(**spelling))).prompt == "text"
        assert (await settle(portkey.prompts.partials.retrieve(**spelling))).string == "text"
    with pytest.raises(TypeError, match="Pass one partial_id"):
        await settle(portkey.prompts.partials.render())


async def test_options_of_the_call_hold_for_every_partial(
    portkey: Client, store: Store, httpserver: HTTPServer
) -> None:
    store(pp_a="{{>pp-b}}", pp_b="b")
    await render(portkey, "pp-a", trace_id="t-1")
    assert [request.headers["x-portkey-trace-id"] for request, _ in httpserver.log] == ["t-1", "t-1"]


async def test_a_partial_is_created_with_its_fields(portkey: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v1/prompts/partials", method="POST").respond_with_json({"id": "1", "slug": "pp-a"})
    made = await settle(portkey.prompts.partials.create(name="A", string="{{x}}", trace_id="t-1"))
    assert made.slug == "pp-a"
    assert json.loads(httpserver.log[0][0].data) == {"name": "A", "string": "{{x}}"}
    with pytest.raises(TypeError, match="string"):
        await settle(portkey.prompts.partials.create(name="A"))
