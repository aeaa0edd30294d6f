"""`diff` and `contract diff`."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from portkey_local import LocalServer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def letters(server: LocalServer) -> LocalServer:
    """A prompt whose versions are, one after the other, a change of each kind."""
    server.add_partial(slug="pp-tone", versions=["Be {{mood}}.", "Be very {{mood}}, {{>pp-inner}}."], published=1)
    server.add_partial(slug="pp-inner", versions=["{{inner}}"])
    server.add_prompt(
        slug="pp-letter",
        versions=[
            "Dear {{name}}",
            "Hello {{name}}",
            {"string": "Hello {{name}}", "parameters": {"temperature": 0}},
            {"string": "Hello {{name}} of {{city}}", "parameters": {"temperature": 0}},
            "{{>pp-tone@1}}",
            "{{>pp-tone@2}}",
        ],
    )
    return server


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [(1, 1, "none"), (1, 2, "text only"), (2, 3, "compatible"), (3, 4, "breaking"), (4, 3, "compatible")],
)
def test_diff_gives_a_verdict(cli, letters, old: int, new: int, verdict: str) -> None:
    done = cli("diff", f"pp-letter@{old}", f"pp-letter@{new}")
    assert (done.code, done.err) == (0, "")
    assert verdict in done.out
    assert cli("diff", f"pp-letter@{old}", f"pp-letter@{new}", "--json").json["verdict"] == verdict


def test_diff_shows_what_went_and_what_came(cli, letters) -> None:
    lines = cli("diff", "pp-letter@1", "pp-letter@2").out.splitlines()
    assert {"-Dear {{name}}", "+Hello {{name}}"} <= set(lines)


def test_diff_exit_code_is_1_where_the_change_is_breaking(cli, letters) -> None:
    assert cli("diff", "pp-letter@3", "pp-letter@4", "--exit-code").code == 1
    assert cli("diff", "pp-letter@3", "pp-letter@4", "--exit-code", "--json").code == 1
    assert cli("diff", "pp-letter@4", "pp-letter@3", "--exit-code").code == 0


def test_diff_compares_with_a_version_of_the_same_prompt_or_the_latest(cli, letters) -> None:
    whole = cli("diff", "pp-letter@1", "pp-letter@2").out
    assert cli("diff", "pp-letter@1", "@2").out == whole
    assert cli("diff", "pp-letter@1").out == cli("diff", "pp-letter@1", "pp-letter@6").out != whole


def test_diff_looks_into_partials_and_those_that_they_include(cli, letters) -> None:
    found = cli("diff", "pp-letter@5", "pp-letter@6", "--json").json
    assert found["unknown_partials"] == []
    assert [change["where"] for change in found["changes"] if change["breaking"]] == ["variables.inner"]


def test_diff_of_what_does_not_exist_fails(cli, fails, letters) -> None:
    fails(cli("diff", "pp-letter@1", "pp-letter@99"), 1, "no version 99")
    fails(cli("diff", "pp-nowhere"), 1, "`pp-nowhere`")


def test_diff_of_nothing_is_wrong_usage(cli, fails) -> None:
    fails(cli("diff"), 2, "PROMPT", "portkey-prompts diff --help")
    fails(cli("diff", "pp-letter@1", "@"), 2, "names no version")


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The real contract, and one that lacks an operation."""
    text = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    smaller = yaml.load(text, yaml.CSafeLoader)
    del smaller["paths"]["/prompts/{prompt_id}/makeDefault"]
    folder = tmp_path_factory.mktemp("contracts")
    old, new = folder / "old.yaml", folder / "new.yaml"
    old.write_text(text, encoding="utf-8")
    new.write_text(yaml.dump(smaller, Dumper=yaml.CSafeDumper), encoding="utf-8")
    return old, new


def test_contract_diff_finds_a_removed_operation_breaking(alone, contracts) -> None:
    done = alone("contract", "diff", *contracts)
    assert (done.code, done.err) == (0, "")
    assert "breaking" in done.out
    assert "/prompts/{prompt_id}/makeDefault" in done.out
    found = alone("contract", "diff", *contracts, "--json").json
    assert found["verdict"] == "breaking"


def test_contract_diff_exit_code_is_1_where_the_change_is_breaking(alone, contracts) -> None:
    old, new = contracts
    assert alone("contract", "diff", old, new, "--exit-code").code == 1
    assert alone("contract", "diff", new, old, "--exit-code").code == 0
    assert alone("contract", "diff", old, old, "--exit-code").code == 0


def test_contract_diff_of_what_is_no_contract_fails(alone, fails, contracts, tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text("[]")
    (tmp_path / "broken.yaml").write_text("a: [\n")
    fails(alone("contract", "diff", contracts[0], "nowhere.yaml"), 3, "nowhere.yaml: No such file")
    fails(alone("contract", "diff", contracts[0], "list.yaml"), 2, "list.yaml is no OpenAPI document")
    fails(alone("contract", "diff", contracts[0], "broken.yaml"), 2, "broken.yaml is no YAML")
    fails(alone("contract", "diff", contracts[0]), 2, "NEW", "contract diff --help")
