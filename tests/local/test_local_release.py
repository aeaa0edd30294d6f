"""The scope `release`: who may publish, and move the labels that are protected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from in_process import command
from sqlalchemy import create_engine, text

from portkey_ai import PermissionDeniedError, Portkey
from portkey_local import LocalServer
from portkey_local.config import AccessRules, Config

SCOPE = "scope release"


@pytest.fixture
def server(database: str) -> Iterator[LocalServer]:
    with LocalServer(database) as server:
        server.add_prompt(slug="p", versions=["one", "two"], labels={"production": 1, "staging": 1}, published=1)
        server.add_partial(slug="tone", versions=["one", "two"], published=1)
        yield server


@pytest.fixture
def writer(server: LocalServer) -> Iterator[Portkey]:
    with Portkey(base_url=server.base_url, api_key=server.add_key("read", "write")) as portkey:
        yield portkey


@pytest.fixture
def releaser(server: LocalServer) -> Iterator[Portkey]:
    with Portkey(base_url=server.base_url, api_key=server.add_key("read", "write", "release")) as portkey:
        yield portkey


def label(portkey: Portkey, name: str) -> str:
    return next(each.id for each in portkey.labels.list() if each.name == name)


def version(portkey: Portkey, number: int) -> str:
    return portkey.prompts.retrieve(f"p@{number}").prompt_version_id or ""


CHANGES: dict[str, Callable[[Portkey], object]] = {
    "publish": lambda it: it.prompts.publish("p", version=2),
    "publish a partial": lambda it: it.prompts.partials.publish("tone", version=2),
    "move production": lambda it: it.prompts.versions.update("p", version(it, 2), label_id=label(it, "production")),
    "take all labels": lambda it: it.prompts.versions.update("p", version(it, 1), label_id=None),
    "delete a prompt in production": lambda it: it.prompts.delete("p"),
}


IN_PLACE: dict[str, dict[str, object]] = {
    "published": {"versions": ["one"], "published": 1},
    "in production": {"versions": ["one", "two"], "labels": {"production": 2}, "published": 1},
}


@pytest.mark.parametrize("plan", IN_PLACE.values(), ids=IN_PLACE)
def test_the_upstream_of_what_people_get_is_changed_by_keys_for_release_only(
    server: LocalServer, writer: Portkey, releaser: Portkey, plan: dict[str, Any]
) -> None:
    server.add_prompt(slug="q", **plan)
    with pytest.raises(PermissionDeniedError, match=SCOPE):
        writer.prompts.update("q", virtual_key="other")
    assert writer.prompts.retrieve("q@latest").virtual_key != "other"
    writer.prompts.update("q", version_description="only words")
    releaser.prompts.update("q", virtual_key="other")
    assert writer.prompts.retrieve("q@latest").virtual_key == "other"


def test_a_draft_s_upstream_is_its_writer_s_to_choose(writer: Portkey) -> None:
    writer.prompts.update("p", virtual_key="other")
    assert writer.prompts.retrieve("p@latest").virtual_key == "other"


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_people_get_is_changed_by_keys_for_release_only(
    writer: Portkey, releaser: Portkey, change: Callable[[Portkey], object]
) -> None:
    before = dict(writer.prompts.retrieve("p@production"))
    with pytest.raises(PermissionDeniedError, match=SCOPE) as refused:
        change(writer)
    assert (refused.value.status_code, refused.value.error_code) == (403, "AB03")
    assert dict(writer.prompts.retrieve("p@production")) == before
    assert writer.prompts.partials.retrieve("tone").version == 1
    change(releaser)


def test_the_refusal_names_the_label(writer: Portkey) -> None:
    with pytest.raises(PermissionDeniedError, match="the label `production` is protected"):
        CHANGES["move production"](writer)


def test_other_labels_and_all_else_are_moved_by_keys_for_writing(writer: Portkey) -> None:
    writer.prompts.versions.update("p", version(writer, 2), label_id=label(writer, "staging"))
    made = writer.labels.create(name="canary")
    writer.labels.update(made.id, name="bird")
    writer.labels.update(label(writer, "production"), description="What customers get")
    writer.labels.delete(made.id)
    slug = writer.prompts.create(name="Q", collection_id="default", string="x", parameters={}).slug
    writer.prompts.update(slug, string="y")
    writer.prompts.delete(slug)
    writer.prompts.partials.delete("tone")


def test_a_partial_in_use_is_forced_away_by_keys_for_release_only(
    server: LocalServer, writer: Portkey, releaser: Portkey
) -> None:
    server.add_prompt(slug="user", versions=["{{>tone}}"])
    with pytest.raises(PermissionDeniedError, match=SCOPE):
        writer.prompts.partials.delete("tone", force=True)
    assert writer.prompts.partials.retrieve("tone").version == 1
    releaser.prompts.partials.delete("tone", force=True)


def test_without_keys_nobody_is_asked(server: LocalServer) -> None:
    with Portkey(base_url=server.base_url) as portkey:
        for change in CHANGES.values():
            change(portkey)


def test_a_key_for_release_alone_publishes_and_writes_nothing(server: LocalServer) -> None:
    with Portkey(base_url=server.base_url, api_key=server.add_key("release")) as portkey:
        portkey.prompts.publish("p", version=2)
        for refused in (
            lambda: portkey.prompts.update("p", string="x"),
            lambda: portkey.prompts.delete("p"),
            lambda: portkey.labels.create(name="x"),
        ):
            with pytest.raises(PermissionDeniedError, match="scope write"):
                refused()


def test_the_configuration_says_which_labels_are_protected(database: str, tmp_path: Path) -> None:
    file = tmp_path / "portkey-local.toml"
    file.write_text('[access]\nprotected_labels = ["eu", "us"]\n')
    with LocalServer(database, config=file) as server:
        server.add_prompt(slug="p", versions=["one", "two"], labels={"production": 1})
        keys = [server.add_key("read", "write"), server.add_key("read", "write", "release")]
        clients = [Portkey(base_url=server.base_url, api_key=key) for key in keys]
        writer, releaser = clients
        CHANGES["move production"](writer)
        with pytest.raises(PermissionDeniedError, match="`eu` is protected"):
            writer.labels.create(name="eu")
        made, other = releaser.labels.create(name="eu").id, writer.labels.create(name="other").id
        for refused in (
            lambda: writer.labels.update(made, name="asia"),
            lambda: writer.labels.update(other, name="us"),
            lambda: writer.labels.delete(made),
            lambda: writer.prompts.versions.update("p", version(writer, 1), label_id=made),
        ):
            with pytest.raises(PermissionDeniedError, match=SCOPE):
                refused()
        releaser.labels.update(made, name="asia")
        writer.labels.delete(made)
        for client in clients:
            client.close()
    assert Config().access.protected_labels == {"production"}
    assert AccessRules(protected_labels=[]).protected_labels == frozenset()


def test_the_command_line_says_what_is_missing(server: LocalServer, database: str) -> None:
    made = command("keys", "create", "--scope", "read,write", "--database", database)
    on = ("--base-url", server.base_url, "--api-key", made.stdout.strip())
    for arguments in (("publish", "p@2"), ("label", "p@2", "production")):
        done = command(*on, *arguments)
        assert (done.returncode, done.stdout) == (4, "")
        assert SCOPE in done.stderr
    made = command("keys", "create", "--scope", "release,write,read", "--database", database)
    on = ("--base-url", server.base_url, "--api-key", made.stdout.strip())
    for arguments in (("publish", "p@2"), ("label", "p@2", "production")):
        assert command(*on, *arguments).returncode == 0


def test_keys_of_before_keep_what_they_could(database: str) -> None:
    with LocalServer(database) as server:
        server.add_prompt(slug="p", versions=["one", "two"], published=1)
        writer, reader = server.add_key("read", "write"), server.add_key("read")
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
        connection.execute(text("DROP INDEX runs_by_prompt_id"))  # which 0007 makes
    engine.dispose()
    with LocalServer(database) as server:
        with Portkey(base_url=server.base_url, api_key=writer) as portkey:
            portkey.prompts.publish("p", version=2)
            portkey.prompts.versions.update("p", version(portkey, 1), label_id=label(portkey, "production"))
        with Portkey(base_url=server.base_url, api_key=reader) as portkey, pytest.raises(PermissionDeniedError):
            portkey.prompts.publish("p", version=1)
