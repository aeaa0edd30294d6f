"""What `docs/templates.md` says that this engine does otherwise than the hosted one, and than the Mustache suite."""

import pytest
from documented import LOOP, Example, examples

from portkey_prompts.templates import Partial, Template, TemplateError


def rendered(example: Example) -> str | None:
    partials = {name: Partial(name, 1, Template(text)) for name, text in LOOP.items()}
    try:
        return Template(example.template).render(example.data, partials=lambda name: partials.get(name)).text
    except TemplateError:
        return None


@pytest.mark.parametrize("example", examples("Where the two differ"), ids=lambda example: example.what)
def test_a_difference_to_the_hosted_engine_is_as_documented(example: Example) -> None:
    assert rendered(example) == example.first


@pytest.mark.parametrize("example", examples("The official suite"), ids=lambda example: example.what)
def test_a_difference_to_the_mustache_suite_is_as_documented(example: Example) -> None:
    assert rendered(example) == example.second != example.first
