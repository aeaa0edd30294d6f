"""The template engine, and what a client adds to it."""

from timeit import timeit

from benchmarks.clock import Block, timed
from benchmarks.facade import long_template_call
from benchmarks.long_template import PARTIALS, TEXT, VARIABLES, rendered
from benchmarks.workload import check
from portkey_prompts.templates import Partial, PromptTemplate, Template

SLICE = 50
"""Renders that are timed together: few enough that some slices are not interrupted."""


def template(base_url: str) -> Block:
    """Render the template; there is no server in it."""
    partials = {slug: Partial(slug, 1, Template(text)) for slug, text in PARTIALS.items()}
    parsed = Template(TEXT)
    check(parsed.render(VARIABLES, partials=partials).text, rendered())
    return timed(lambda: parsed.render(VARIABLES, partials=partials))


def unknown_template(base_url: str) -> Block:
    """Parse the template and its partials, and render them once: a template that no cache knows."""

    def first() -> str:
        partials = {slug: Partial(slug, 1, Template(text)) for slug, text in PARTIALS.items()}
        return Template(TEXT).render(VARIABLES, partials=partials).text

    check(first(), rendered())
    return timed(first)


def beside_the_engine(base_url: str) -> Block:
    """Render by a client with a PromptSource, and take off what the engine takes, in turns in one process."""
    partials = {slug: Partial(slug, 1, Template(text)) for slug, text in PARTIALS.items()}
    parsed, client = PromptTemplate(TEXT), long_template_call(base_url)

    def engine() -> object:
        return parsed.render(VARIABLES, partials=partials)

    def block(times: int) -> float:
        turns = [(timeit(client, number=SLICE), timeit(engine, number=SLICE)) for _ in range(times)]
        return (min(turn[0] for turn in turns) - min(turn[1] for turn in turns)) / SLICE

    return block
