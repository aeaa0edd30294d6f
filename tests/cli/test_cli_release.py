"""`publish` and `label`."""

from __future__ import annotations

import pytest
from cli_process import Terminal

from portkey_ai import NotFoundError, Portkey
from portkey_local import LocalServer


def labels(portkey: Portkey, version: int) -> set[str]:
    return {label["name"] for label in portkey.prompts.retrieve(f"pp-greeting@{version}").prompt_version_labels}


def test_publish_takes_a_number_latest_and_a_label(cli, portkey: Portkey) -> None:
    for reference, number in {"pp-greeting@1": 1, "pp-greeting@latest": 2, "pp-greeting@production": 1}.items():
        done = cli("publish", reference)
        assert (done.code, done.out, done.err) == (0, "", f"pp-greeting means version {number} now.\n")
        assert portkey.prompts.retrieve("pp-greeting").prompt_version == number


def test_publish_json_is_the_api_s_answer(cli) -> None:
    assert cli("publish", "pp-greeting@1", "--json").json == {}


def test_publish_without_a_version_is_wrong_usage(cli, fails) -> None:
    fails(cli("publish", "pp-greeting"), 2, "Which version?", "pp-greeting@12")


def test_publish_of_what_does_not_exist_fails(cli, fails) -> None:
    fails(cli("publish", "pp-greeting@7"), 1, "no version 7")
    fails(cli("publish", "pp-greeting@nowhere"), 1, "`nowhere`")
    fails(cli("publish", "pp-greeting@" + "9" * 5000), 1, "status 4")
    fails(cli("publish", "pp-nowhere@1"), 1, "`pp-nowhere`")


def test_label_moves_a_label(cli, portkey: Portkey) -> None:
    done = cli("label", "pp-greeting@2", "production")
    assert (done.code, done.out, done.err) == (0, "", "pp-greeting@production means version 2 now.\n")
    assert (labels(portkey, 1), labels(portkey, 2)) == (set(), {"production"})


def test_label_without_a_version_means_the_published_one(cli, portkey: Portkey) -> None:
    assert cli("label", "pp-greeting", "staging").code == 0
    assert labels(portkey, 2) == {"staging"}


def test_label_promotes_what_another_label_means(cli, portkey: Portkey) -> None:
    assert cli("label", "pp-greeting@production", "staging").code == 0
    assert labels(portkey, 1) == {"production", "staging"}


def test_label_json_is_the_api_s_answer(cli) -> None:
    assert cli("label", "pp-greeting@2", "staging", "--json").json == {}


def test_label_create_makes_the_label_once(cli, portkey: Portkey) -> None:
    for version in (1, 2):
        assert cli("label", f"pp-greeting@{version}", "canary", "--create").code == 0
    assert labels(portkey, 2) == {"canary"}
    assert [label.name for label in portkey.labels.list()].count("canary") == 1


def test_an_unknown_label_fails_and_names_the_known_ones(cli, fails) -> None:
    fails(
        cli("label", "pp-greeting@2", "canary"),
        1,
        "'canary'",
        "labels create canary",
        "development, production, staging",
    )


def test_label_remove_takes_a_label_off(cli, portkey: Portkey) -> None:
    done = cli("label", "pp-greeting@1", "production", "--remove")
    assert (done.code, done.err) == (0, "Removed production from version 1 of pp-greeting.\n")
    with pytest.raises(NotFoundError):
        portkey.prompts.retrieve("pp-greeting@production")


def test_label_remove_refuses_to_take_other_labels_along(cli, fails, portkey: Portkey) -> None:
    cli("label", "pp-greeting@1", "staging")
    fails(cli("label", "pp-greeting@1", "staging", "--remove"), 1, "also bears production", "Move 'staging'")
    assert labels(portkey, 1) == {"production", "staging"}


def test_label_remove_without_a_label_takes_all_off(cli, portkey: Portkey) -> None:
    cli("label", "pp-greeting@1", "staging")
    assert cli("label", "pp-greeting@1", "--remove").err == "Removed all labels from version 1 of pp-greeting.\n"
    assert labels(portkey, 1) == set()


def test_label_remove_of_a_label_that_is_not_there_fails(cli, fails) -> None:
    fails(cli("label", "pp-greeting@2", "production", "--remove"), 1, "does not bear the label 'production'")


def test_label_without_a_label_is_wrong_usage(cli, fails) -> None:
    fails(cli("label", "pp-greeting@2"), 2, "Which label?")
    fails(cli("label", "pp-greeting@2", "canary", "--create", "--remove"), 2, "--create and --remove")
    fails(cli("label"), 2, "PROMPT")


def test_a_label_that_can_not_be_made_fails(cli, fails) -> None:
    fails(cli("label", "pp-greeting@2", "a b", "--create"), 1, "`a b`", "status 400")


def test_of_many_labels_the_nearest_and_a_few_more_are_named(cli, fails, portkey: Portkey) -> None:
    for number in range(40):
        portkey.labels.create(name=f"release-{number}")
    portkey.labels.create(name="zz-checked")
    done = cli("label", "pp-greeting", "checked")
    fails(done, 1, "zz-checked", "release-0", "and 3")
    assert len(done.err) < 300


def test_delete_takes_a_prompt_away_for_good(cli, portkey: Portkey) -> None:
    done = cli("delete", "pp-greeting", "--yes")
    assert (done.code, done.out, done.err) == (0, "", "Deleted pp-greeting.\n")
    assert list(portkey.prompts.list()) == []


def test_delete_asks_nobody_where_there_is_no_terminal(cli, fails, portkey: Portkey) -> None:
    fails(cli("delete", "pp-greeting"), 2, "--yes")
    fails(cli("delete", "pp-greeting", stdin="y\n"), 2, "--yes")
    assert len(list(portkey.prompts.list())) == 1


@pytest.mark.parametrize("reference", ["pp-greeting@1", "pp-greeting@latest", "pp-greeting@production"])
def test_delete_never_takes_a_version_for_the_whole(cli, fails, portkey: Portkey, reference: str) -> None:
    fails(cli("delete", reference, "--yes"), 2, "only the whole prompt", "delete pp-greeting")
    assert len(list(portkey.prompts.list())) == 1


def test_delete_of_an_unknown_prompt_fails(cli, fails) -> None:
    fails(cli("delete", "pp-nowhere", "--yes"), 1, "`pp-nowhere`")


@pytest.mark.parametrize(
    ("answer", "code", "left"), [("y", 0, 0), ("YES", 0, 0), ("n", 1, 1), ("", 1, 1), ("yep", 1, 1)]
)
def test_delete_asks_on_a_terminal(server: LocalServer, portkey: Portkey, answer: str, code: int, left: int) -> None:
    terminal = Terminal("delete", "pp-greeting", more={"PORTKEY_BASE_URL": server.base_url})
    terminal.read_until("Delete pp-greeting, versions 1 to 2, permanently? [y/N]")
    terminal.type(f"{answer}\n")
    assert terminal.finish().code == code
    assert len(list(portkey.prompts.list())) == left
