"""`list`, `show`, `versions`."""

from __future__ import annotations

import httpx

from portkey_ai import Portkey
from portkey_local import LocalServer


def test_list_shows_a_prompt_a_line_below_the_titles(cli) -> None:
    lines = cli("list").out.splitlines()
    assert lines[0].split() == ["slug", "name", "model", "status", "updated", "(UTC)"]
    assert lines[1].split()[:3] == ["pp-greeting", "Greeting", "active"]
    assert len(lines) == 2


def test_list_json_is_the_api_s_answer(cli, server: LocalServer) -> None:
    assert cli("list", "--json").json == httpx.get(f"{server.base_url}/prompts").json()


def test_list_fetches_all_pages_into_one_envelope(cli, server: LocalServer) -> None:
    for number in range(130):
        server.add_prompt(slug=f"pp-{number}", versions=["Hi"])
    listed = cli("list", "--json").json
    assert (listed["object"], listed["total"], len(listed["data"])) == ("list", 131, 131)
    assert len(cli("list").out.splitlines()) == 132


def test_list_limit_lists_so_many(cli, server: LocalServer) -> None:
    server.add_prompt(slug="pp-second", versions=["Hi"])
    assert [prompt["slug"] for prompt in cli("list", "--json", "--limit", "1").json["data"]] == ["pp-second"]
    assert len(cli("list", "--limit", "1").out.splitlines()) == 2


def test_list_search_and_collection_narrow_it_down(cli, portkey: Portkey) -> None:
    folder = portkey.collections.create(name="Other")
    portkey.prompts.create(name="Farewell", collection_id=folder.id, string="Bye", parameters={})
    assert [it["name"] for it in cli("list", "--search", "greet", "--json").json["data"]] == ["Greeting"]
    assert [it["name"] for it in cli("list", "--collection", folder.id, "--json").json["data"]] == ["Farewell"]


def test_list_of_nothing_says_so_on_stderr_and_prints_an_empty_envelope_as_json(cli) -> None:
    done = cli("list", "--search", "nothing like it")
    assert (done.code, done.out, done.err) == (0, "", "There are no prompts like that.\n")
    assert cli("list", "--search", "nothing like it", "--json").json == {"object": "list", "total": 0, "data": []}


def test_list_does_not_cut_long_names_when_piped_nor_read_them_as_markup(cli, server: LocalServer) -> None:
    name = "[red]A very long name[/red] " + "x" * 300
    server.add_prompt(slug="pp-long", name=name, versions=["Hi"])
    assert any(line.startswith(f"pp-long      {name}  ") for line in cli("list").out.splitlines())


def test_list_keeps_columns_below_each_other_where_letters_are_wide(cli, server: LocalServer) -> None:
    server.add_prompt(slug="pp-wide", name="挨拶", versions=["Hi"])
    by_slug = {line.split()[0]: line for line in cli("list").out.splitlines()}
    assert by_slug["pp-wide"].index("active") + 2 == by_slug["pp-greeting"].index("active")


def test_list_of_an_unknown_collection_fails(cli, fails) -> None:
    fails(cli("list", "--collection", "nowhere"), 1, "`nowhere`", "status 404")


def test_list_limit_of_nothing_is_wrong_usage(cli, fails) -> None:
    fails(cli("list", "--limit", "0"), 2, "--limit", "portkey-prompts list --help")


def test_show_tells_the_settings_and_the_template(cli) -> None:
    shown = cli("show", "pp-greeting").out
    assert [line.split() for line in shown.splitlines()[:3]] == [
        ["prompt", "pp-greeting"],
        ["name", "Greeting"],
        ["version", "2", "(published)"],
    ]
    assert 'parameters   {"mood": "kind"}' in shown
    assert shown.endswith("\nsystem:\nBe {{mood}}.\n\nuser:\nGreet {{name}}.\n")


def test_show_takes_a_version_a_label_and_latest(cli) -> None:
    assert "version      1\nlabels       production\n" in cli("show", "pp-greeting@1").out
    assert cli("show", "pp-greeting@production").out == cli("show", "pp-greeting@1").out
    assert cli("show", "pp-greeting@latest").out == cli("show", "pp-greeting").out


def test_show_json_is_the_api_s_answer(cli, server: LocalServer) -> None:
    assert cli("show", "pp-greeting@1", "--json").json == httpx.get(f"{server.base_url}/prompts/pp-greeting@1").json()


def test_show_template_prints_it_alone(cli) -> None:
    assert cli("show", "pp-greeting@1", "--template").out == "Hello {{name}}!\n"


def test_show_names_the_tools(cli, server: LocalServer) -> None:
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {}}}]
    server.add_prompt(slug="pp-tools", versions=[{"string": "Hi", "tools": tools}])
    assert ["tools", "weather"] in [line.split() for line in cli("show", "pp-tools").out.splitlines()]


def test_show_of_an_unknown_prompt_fails_in_one_line(cli, fails) -> None:
    fails(cli("show", "pp-nowhere"), 1, "`pp-nowhere` does not exist", "status 404")


def test_show_without_a_prompt_is_wrong_usage(cli, fails) -> None:
    fails(cli("show"), 2, "PROMPT", "portkey-prompts show --help")


def test_a_reference_that_is_not_complete_is_wrong_usage(cli, fails) -> None:
    fails(cli("show", "pp-greeting@"), 2, "names no version", "pp-greeting@12")
    for nothing in ("", "@12", ".", ".."):
        fails(cli("show", nothing), 2, "names no prompt")


def test_versions_lists_the_newest_first_with_all_labels(cli, portkey: Portkey) -> None:
    staging = next(label.id for label in portkey.labels.list() if label.name == "staging")
    portkey.prompts.versions.update("pp-greeting", 1, label_id=staging)
    titles, second, first = (line.split() for line in cli("versions", "pp-greeting").out.splitlines())
    assert titles == ["version", "status", "labels", "created", "(UTC)", "description"]
    assert second[:2] == ["2", "published"]
    assert first[:3] in (["1", "production,", "staging"], ["1", "staging,", "production"])


def test_versions_json_is_the_api_s_answer(cli, server: LocalServer) -> None:
    known = httpx.get(f"{server.base_url}/prompts/pp-greeting/versions").json()
    assert cli("versions", "pp-greeting", "--json").json == known


def test_versions_of_an_unknown_prompt_fails(cli, fails) -> None:
    fails(cli("versions", "pp-nowhere"), 1, "`pp-nowhere`")
