"""What a template is made of: the contract's `variable_components`."""

from portkey_prompts.templates import PromptTemplate, Template


def test_components_have_the_shape_of_the_contract() -> None:
    text = (
        "{{b}} {{a}} {{b}} {{user.name}} {{{raw}}} {{! note }}{{>pp-x@5}} {{>pp-x}} {{>pp-x}} {{>>tone}}"
        "{{#items}}{{title}} {{.}} {{#tags}}{{label}}{{/tags}}{{^tags}}{{nothing}}{{/tags}}{{>pp-row}}{{/items}}"
        "{{^items}}{{hint}}{{/items}}{{#empty}}{{/empty}}"
    )
    assert Template(text).components == {
        "variables": ["b", "a", "user.name", "raw"],
        "sections": ["items", "tags", "empty"],
        "partials": ["pp-x@5", "pp-x", "pp-row"],
        "sectionVariables": {"items": ["title", "hint"], "tags": ["label", "nothing"], "empty": []},
        "variablePartials": ["tone"],
    }


def test_components_of_a_text_without_tags_are_empty() -> None:
    empty = {"variables": [], "sections": [], "partials": [], "sectionVariables": {}, "variablePartials": []}
    assert Template("").components == empty
    assert type(Template("").components) is dict


def test_the_dot_is_no_name() -> None:
    components = Template("{{.}}{{#.}}{{x}}{{.}}{{/.}}").components
    assert (components["variables"], components["sections"], components["sectionVariables"]) == ([], [], {})


def test_changing_the_components_changes_no_template() -> None:
    template = Template("{{x}}")
    template.components["variables"].append("y")
    assert template.components["variables"] == ["x"]


def test_variables_are_what_a_call_gives_at_the_top() -> None:
    text = "{{b}}{{user.name}}"
    text += "{{#items}}{{title}}{{/items}}{{^items}}{{hint}}{{/items}}{{>>tone}}{{user.age}}{{>pp-x}}{{.}}"
    assert Template(text).variables == ("b", "user", "items", "hint", "tone")


def test_components_of_a_chat_join_those_of_its_strings_in_order() -> None:
    prompt = PromptTemplate(
        '[{"role": "system", "content": "{{a}} {{#s}}{{x}}{{/s}}"},'
        ' {"role": "user", "content": [{"type": "text", "text": "{{b}}{{#s}}{{y}}{{/s}}{{>pp-p}}"},'
        ' {"type": "image_url", "image_url": {"url": "{{a}}{{c}}"}}], "{{key}}": 1}]'
    )
    assert prompt.components == {
        "variables": ["a", "b", "c"],
        "sections": ["s"],
        "partials": ["pp-p"],
        "sectionVariables": {"s": ["x", "y"]},
        "variablePartials": [],
    }
    assert prompt.variables == ("a", "s", "b", "c")
