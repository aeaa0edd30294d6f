"""A malformed template: the line, the column, and what was expected."""

import pytest

from portkey_prompts.templates import Partial, Template, TemplateError, TemplateSyntaxError

MALFORMED = [
    ("{{x", 1, 1, "expected '}}'"),
    ("ab {{x", 1, 4, "expected '}}'"),
    ("a\nb {{x } c", 2, 3, "expected '}}'"),
    ("a\r\nb\r\n  {{x", 3, 3, "expected '}}'"),
    ("\N{GRINNING FACE}é{{x", 1, 3, "expected '}}'"),
    ("{{x\n{{y}}", 1, 1, "expected '}}'"),
    ("{{x and {{y}}", 1, 1, "expected '}}'"),
    ('{{x\n{"a":{"b":1}}', 1, 1, "expected '}}'"),
    ('{{x {"a":{"b":1}}', 1, 1, "expected '}}'"),
    ("{{y}} {{{x}}", 1, 7, "expected '}}}'"),
    ("{{{x}} and {{{y}}}", 1, 1, "expected '}}}'"),
    ("{{! never closed", 1, 1, "expected '}}'"),
    ("{{! {{ }}", 1, 1, "expected '}}'"),
    ("{{=<% %>=}}\n <%x", 2, 2, "expected '%>'"),
    ("{{=<%=}}", 1, 1, "expected two delimiters"),
    ("{{=a b c=}}", 1, 1, "expected two delimiters"),
    ("{{==}}", 1, 1, "expected two delimiters"),
    ("{{=a= b=}}", 1, 1, "expected two delimiters"),
    ("{{=<% %>=}}<%x and <%y%>", 1, 12, "expected '%>'"),
    ("{{=<% %>}}", 1, 1, "expected '=}}'"),
    ("x {{}}", 1, 3, "expected a name"),
    ("{{#a}}", 1, 1, "the section '{{#a}}' is never closed: expected '{{/a}}'"),
    ("{{#a}}{{/a}}\n\n  {{^b}}", 3, 3, "the section '{{^b}}' is never closed: expected '{{/b}}'"),
    ("{{#a}}\n{{#b}}\n{{/b}}", 1, 1, "expected '{{/a}}'"),
    ("{{#a}}\n {{#b}}{{/a}}", 2, 8, "expected '{{/b}}', for the section opened at line 2, column 2, not '{{/a}}'"),
    ("{{#a b}}{{/a}}", 1, 9, "expected '{{/a b}}'"),
    ("a {{/x}}", 1, 3, "'{{/x}}' closes a section that was not opened"),
]


@pytest.mark.parametrize(("text", "line", "column", "expected"), MALFORMED, ids=[case[0] for case in MALFORMED])
def test_a_malformed_template_names_line_column_and_what_was_expected(
    text: str, line: int, column: int, expected: str
) -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        Template(text)
    error = caught.value
    assert (error.line, error.column) == (line, column)
    assert expected in error.problem
    assert str(error) == f"line {line}, column {column}: {error.problem}"


def test_a_syntax_error_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="line 1, column 1"):
        Template("{{")


def test_an_error_in_the_data_points_at_the_tag() -> None:
    with pytest.raises(TemplateError) as caught:
        Template("a\r\n b {{when}}").render({"when": object()})
    assert (caught.value.line, caught.value.column) == (2, 4)
    assert "'when'" in caught.value.problem
    assert "object" in caught.value.problem


def test_an_error_inside_of_a_partial_names_the_partial_and_the_position_in_it() -> None:
    inner = Partial("pp-b", 3, Template("x\n  {{bad}}"))
    outer = Partial("pp-a", 7, Template("\n{{>pp-b@3}}"))
    with pytest.raises(TemplateError) as caught:
        Template("{{>pp-a}}").render({"bad": b""}, partials={"pp-a": outer, "pp-b@3": inner})
    error = caught.value
    assert (error.path, error.line, error.column) == (("pp-a@7", "pp-b@3"), 2, 3)
    assert str(error).startswith("in pp-a@7 > pp-b@3, line 2, column 3: ")


def test_an_error_after_a_partial_is_not_in_the_partial() -> None:
    partials = {"pp-a": Partial("pp-a", 1, Template("fine"))}
    for text in ("{{>pp-a}} {{bad}}", "{{>>text}} {{bad}}"):
        with pytest.raises(TemplateError) as caught:
            Template(text).render({"bad": b"", "text": "fine"}, partials=partials)
        assert caught.value.path == ()


def test_the_indentation_of_a_partial_does_not_shift_positions_in_it() -> None:
    partial = Partial("pp-a", 1, Template("x\n\n y {{bad}}"))
    with pytest.raises(TemplateError) as caught:
        Template("   {{>pp-a}}\n").render({"bad": b""}, partials={"pp-a": partial})
    assert (caught.value.line, caught.value.column) == (3, 4)
