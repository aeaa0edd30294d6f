"""The 136 required tests of the official Mustache suite.

They ask for HTML escaping, which is switched on for this run only. Where the dialect means something else than the
suite, the test is named in `DEVIATIONS`, with what it gets instead to pass, and the dialect's own answer is asserted.
"""

import html
import json
from pathlib import Path
from typing import Any

import pytest

from portkey_ai.templates import Partial, Template, UnknownPartialError

SUITE = Path(__file__).parents[3] / "shared" / "data" / "mustache-spec"
CASES: list[dict[str, Any]] = [
    case | {"file": path.stem}
    for path in sorted(SUITE.glob("*.json"))
    for case in json.loads(path.read_text())["tests"]
]

needs_suite = pytest.mark.skipif(not CASES, reason="the Mustache suite is not there: ../shared/data/mustache-spec")

EMPTY_PARTIAL = {"partials: Failed Lookup"}
"""An unknown partial is an error in this dialect; the suite's test gets a loader that answers with an empty one."""

HTML_ESCAPING = {
    "interpolation: HTML Escaping",
    "interpolation: Implicit Iterators - HTML Escaping",
    "sections: Implicit Iterator - HTML Escaping",
}
"""These expect `&quot;`; without the escaping of this run, values go in as they are."""


def name_of(case: dict[str, Any]) -> str:
    return f"{case['file']}: {case['name']}"


def render(case: dict[str, Any], escape: Any) -> str:
    texts = dict(case.get("partials", {}))
    if name_of(case) in EMPTY_PARTIAL:
        texts["text"] = ""
    partials = {name: Partial(name, 1, Template(text)) for name, text in texts.items()}
    return Template(case["template"], escape=escape).render(case["data"], partials=partials).text


@needs_suite
def test_the_suite_has_its_136_required_tests() -> None:
    assert len(CASES) == 136


@needs_suite
@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_official(case: dict[str, Any]) -> None:
    assert render(case, html.escape) == case["expected"]


@needs_suite
@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_official_without_escaping_differs_only_where_html_is_asked_for(case: dict[str, Any]) -> None:
    same = render(case, None) == case["expected"]
    assert same == (name_of(case) not in HTML_ESCAPING)


@needs_suite
@pytest.mark.parametrize("case", [case for case in CASES if name_of(case) in EMPTY_PARTIAL], ids=name_of)
def test_the_failed_lookup_of_the_suite_is_an_error_in_the_dialect(case: dict[str, Any]) -> None:
    with pytest.raises(UnknownPartialError):
        Template(case["template"]).render(case["data"])
