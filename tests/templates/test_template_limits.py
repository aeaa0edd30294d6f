"""What would take the stack, the memory or the clock is an error, and soon."""

import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portkey_prompts.templates import Limits, Partial, Template, TemplateError, TemplateLimitError, TemplateSyntaxError


def stored(**texts: str) -> dict[str, Partial]:
    slugs = {name.replace("_", "-"): text for name, text in texts.items()}
    return {slug: Partial(slug, 1, Template(text)) for slug, text in slugs.items()}


def over(template: Template, variables: Any = None, **options: Any) -> TemplateLimitError:
    """Render what must go over a limit, and see that this does not take long."""
    started = time.process_time()
    with pytest.raises(TemplateLimitError) as caught:
        template.render(variables, **options)
    assert time.process_time() - started < 5
    return caught.value


def test_partials_that_include_each_other_for_ever_end_at_the_depth_and_name_the_path() -> None:
    error = over(Template("{{>pp-a}}"), partials=stored(pp_a="{{>pp-b}}", pp_b="{{>pp-a}}"))
    assert error.limit == "depth"
    assert error.path == ("pp-a@1", "pp-b@1") * 50
    assert "in pp-a@1 > pp-b@1 > pp-a@1 > pp-b@1 > (92 more) > " in str(error)


def test_the_depth_counts_sections_and_partials_together_and_is_exact() -> None:
    template, partials = Template("{{#a}}{{>pp-x}}{{/a}}"), stored(pp_x="{{^b}}deep{{/b}}")
    assert template.render({"a": 1}, partials=partials, limits=Limits(depth=3)).text == "deep"
    error = over(template, {"a": 1}, partials=partials, limits=Limits(depth=2))
    assert (error.limit, error.path) == ("depth", ("pp-x@1",))
    assert "'b' goes deeper than 2 levels" in str(error)


def test_a_depth_that_the_stack_does_not_have_is_a_limit_error() -> None:
    error = over(Template("{{>pp-a}}"), partials=stored(pp_a="{{>pp-a}}"), limits=Limits(depth=10**6))
    assert error.limit == "depth"


def test_a_render_from_deep_down_the_stack_is_a_limit_error_and_no_crash() -> None:
    def down(levels: int) -> str:
        return down(levels - 1) if levels else Template("{{#a}}" * 90 + "{{/a}}" * 90).render({"a": 1}).text

    with pytest.raises(TemplateLimitError, match="stack"):
        down(sys.getrecursionlimit() - 150)


def test_partials_that_double_at_each_level_fail_fast() -> None:
    texts = {f"pp_{n}": f"{{{{>pp-{n + 1}}}}}{{{{>pp-{n + 1}}}}}" for n in range(60)} | {"pp_60": ""}
    error = over(Template("{{>pp-0}}"), partials=stored(**texts))
    assert error.limit == "expansions"
    assert error.path[:3] == ("pp-0@1", "pp-1@1", "pp-2@1")


def test_the_expansions_are_exact() -> None:
    template, partials = Template("{{#xs}}{{>pp-a}}{{/xs}}"), stored(pp_a="")
    assert template.render({"xs": [1] * 5}, partials=partials, limits=Limits(expansions=10)).text == ""
    assert over(template, {"xs": [1] * 5}, partials=partials, limits=Limits(expansions=9)).limit == "expansions"


def test_loops_inside_of_loops_fail_fast() -> None:
    error = over(Template("{{#x}}" * 8 + "{{/x}}" * 8), {"x": [1] * 100})
    assert error.limit == "expansions"


def test_many_tags_in_a_loop_that_write_nothing_fail_fast() -> None:
    error = over(Template("{{#x}}" + "{{e}}" * 50_000 + "{{/x}}"), {"x": [1] * 10_000, "e": ""})
    assert error.limit == "expansions"


def test_long_dotted_names_in_a_loop_fail_fast() -> None:
    deep: dict[str, Any] = {}
    deep["a"] = deep
    error = over(Template("{{#x}}{{" + "a." * 100_000 + "a}}{{/x}}"), {"x": [1] * 50_000, "a": deep})
    assert error.limit == "expansions"


def test_the_output_is_exact() -> None:
    template = Template("ab{{x}}{{e}}{{n}}")
    assert template.render({"x": "cd", "e": "", "n": 5}, limits=Limits(output=5)).text == "abcd5"
    assert over(template, {"x": "cde", "e": "", "n": 5}, limits=Limits(output=5)).limit == "output"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{#xs}}{{big}}{{/xs}}", "x" * 1_000_000),
        ("{{#xs}}{{big}}{{/xs}}", ["x" * 1_000_000]),
        ("{{#xs}}{{big}}{{/xs}}", {"x": "x" * 1_000_000}),
        ("{{#xs}}" + "x" * 1_000_000 + "{{/xs}}", ""),
        ("{{#xs}}{{>>big}}{{/xs}}", "x" * 1_000_000),
        ("{{#xs}}{{>pp-big}}{{/xs}}", ""),
    ],
)
@pytest.mark.parametrize("escape", [None, str.swapcase])
def test_an_output_that_would_fill_the_memory_fails_fast(text: str, value: Any, escape: Any) -> None:
    template = Template(text, escape=escape)
    variables = {"xs": [1] * 50_000, "big": value}
    assert over(template, variables, partials=stored(pp_big="x" * 1_000_000)).limit == "output"


def test_an_indentation_that_would_fill_the_memory_fails_fast() -> None:
    error = over(Template(" " * 1_000_000 + "{{>pp-a}}\n"), partials=stored(pp_a="{{!}}\n" * 200_000))
    assert error.limit == "expansions"


def test_a_chosen_text_that_would_fill_the_memory_before_it_is_escaped_fails_fast() -> None:
    template = Template("{{>>t}}", escape=str.upper)
    variables = {"t": "{{#xs}}{{big}}{{/xs}}", "xs": [1] * 50_000, "big": "x" * 1_000_000}
    assert over(template, variables).limit == "output"


def test_sections_nested_deeper_than_any_render_goes_are_a_syntax_error() -> None:
    Template("{{#a}}" * 100 + "{{/a}}" * 100)
    for count in (101, 100_000):
        with pytest.raises(TemplateSyntaxError, match="nested deeper than 100") as caught:
            Template("{{#a}}" * count + "{{/a}}" * count)
        assert (caught.value.line, caught.value.column) == (1, 601)


@pytest.mark.parametrize(
    "text",
    [
        "{{! }}" * 100_000,
        "{{!}} " * 100_000 + "\n",
        "{{x}}" * 100_000,
        "{" * 500_000,
        "{{{" * 200_000,
        "{{!" * 200_000,
        "{{#a}}{{/a}}" * 50_000,
        "{{#a}}" * 100_000,
        " " * 500_000 + "{{!}}" + " " * 500_000 + "x",
        ("\n" + " " * 50 + "{{>pp-a}}" + " " * 50) * 10_000,
        "{{" + "a." * 300_000 + "}}",
        "{{" + " " * 500_000,
        "{{=" + "<" * 300_000 + " >=}}" + "<" * 300_000,
    ],
    ids=lambda text: f"{text[:12]}...{len(text)}",
)
def test_a_huge_template_parses_or_fails_in_time(text: str) -> None:
    started = time.process_time()  # what others do on the machine does not count
    try:
        template = Template(text)
    except TemplateSyntaxError:
        pass
    else:
        assert template.components["sections"] in ([], ["a"])
    assert time.process_time() - started < 5


@pytest.mark.parametrize("piece", ["{{a}}", "{{#a}}\n{{b}}\n{{/a}}\n", "  {{>pp-a}}\n", "{{! }}", "text {{&a.b}} "])
def test_others_have_a_turn_while_a_megabyte_is_parsed(piece: str, turns_of_a_millisecond: None) -> None:
    text = piece * (1_000_000 // len(piece))
    assert any(_longest_turn(lambda: Template(text)) < 0.05 for _ in range(3))


@pytest.fixture
def turns_of_a_millisecond() -> Iterator[None]:
    """What `serve` sets for its process."""
    before, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(0.001)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 1_000)
    yield
    sys.setswitchinterval(before)
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def _longest_turn(work: Callable[[], object]) -> float:
    """Do a piece of work on a thread; answer how long it let nobody else go on, a time of this process alone."""
    thread = threading.Thread(target=work)
    thread.start()
    longest, last = 0.0, time.process_time()
    while thread.is_alive():
        time.sleep(0.0002)  # as the event loop waits
        longest = max(longest, time.process_time() - last)
        last = time.process_time()
    thread.join()
    return longest


def test_long_names_that_break_off_in_many_objects_are_counted_as_work() -> None:
    deep: Any = {}
    for _ in range(400):
        deep = {"a": deep}
    name = ".".join("a" * 402)
    template = Template("{{#o}}" * 98 + f"{{{{#xs}}}}{{{{{name}}}}}{{{{/xs}}}}" + "{{/o}}" * 98)
    assert template.render({"o": deep, "xs": [1] * 10}).missing == (name,)
    with pytest.raises(TemplateLimitError) as caught:
        template.render({"o": deep, "xs": [1] * 1000})
    assert (caught.value.limit, caught.value.line) == ("expansions", 1)


@pytest.mark.parametrize("name", ["s.1", "s.length"])
def test_counting_through_a_long_text_is_counted_as_work(name: str) -> None:
    template, text = Template(f"{{{{{name}}}}}" * 2000), "é" * 1_000_000
    assert template.render({"s": "a" * 1_000_000}).text == {"s.1": "a" * 2000, "s.length": "1000000" * 2000}[name]
    with pytest.raises(TemplateLimitError) as caught:
        template.render({"s": text})
    assert caught.value.limit == "expansions"


@pytest.mark.parametrize("limit", [{"depth": 0}, {"output": -1}, {"expansions": 1.5}, {"depth": True}, {"output": "9"}])
def test_limits_are_whole_numbers_of_one_or_more(limit: Any) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(limit))} must be a whole number of 1 or more"):
        Limits(**limit)


def test_a_limit_error_is_a_template_error_with_a_position() -> None:
    with pytest.raises(TemplateError) as caught:
        Template("\n {{#xs}}{{/xs}}").render({"xs": [1, 2]}, limits=Limits(expansions=1))
    assert (caught.value.line, caught.value.column) == (2, 2)
