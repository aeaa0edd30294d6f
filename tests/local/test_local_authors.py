"""Who made a version, published it and gave it a label: the name of the API key, kept through exports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from in_process import command

from portkey_ai import Portkey
from portkey_local import LocalServer
from portkey_local.api_keys import SCOPES

EVERY = tuple(SCOPES)


@pytest.fixture
def server(database: str) -> Iterator[LocalServer]:
    with LocalServer(database) as server:
        yield server


def as_key(server: LocalServer, name: str | None) -> Portkey:
    return Portkey(base_url=server.base_url, api_key=server.add_key(*EVERY, name=name))


def test_versions_labels_and_publications_bear_the_name_of_the_key_that_made_them(server: LocalServer) -> None:
    with as_key(server, "ann") as ann, as_key(server, "bob") as bob:
        made = ann.prompts.create(name="P", collection_id="default", string="one", parameters={})
        slug = made.slug
        second = bob.prompts.update(slug, string="two")
        staging = next(label.id for label in ann.labels.list() if label.name == "staging")
        ann.prompts.versions.update(slug, second.prompt_version_id, label_id=staging)
        first = ann.prompts.retrieve(slug)
        assert (first.prompt_version_created_by, first.prompt_version_published_by) == ("ann", "ann")
        latest = ann.prompts.retrieve(f"{slug}@latest")
        assert (latest.prompt_version_created_by, latest.prompt_version_published_by) == ("bob", None)
        assert [(each["name"], each["given_by"]) for each in latest.prompt_version_labels or ()] == [("staging", "ann")]
        assert [each.created_by for each in ann.prompts.versions.list(slug)] == ["bob", "ann"]
        bob.prompts.versions.update(slug, made.version_id, label_id=staging)
        bob.prompts.publish(slug, version=2)
        assert ann.prompts.retrieve(f"{slug}@2").prompt_version_published_by == "bob"
        moved = ann.prompts.retrieve(f"{slug}@staging")
        assert (moved.prompt_version_labels or [{}])[0]["given_by"] == "bob"
        ann.prompts.publish(slug, version=2)
        assert ann.prompts.retrieve(slug).prompt_version_published_by == "ann"


def test_partials_too(server: LocalServer) -> None:
    with as_key(server, "ann") as ann, as_key(server, "bob") as bob:
        slug = ann.prompts.partials.create(name="T", string="one").slug
        bob.prompts.partials.update(slug, string="two")
        latest = ann.prompts.partials.retrieve(f"{slug}@latest")
        assert (latest.version_created_by, latest.version_published_by) == ("bob", None)
        assert [each.created_by for each in ann.prompts.partials.versions.list(slug)] == ["bob", "ann"]
        bob.prompts.partials.publish(slug, version=1)
        found = ann.prompts.partials.retrieve(slug)
        assert (found.version_created_by, found.version_published_by) == ("ann", "bob")


def test_a_key_without_a_name_is_told_by_its_id(server: LocalServer) -> None:
    with as_key(server, None) as portkey:
        slug = portkey.prompts.create(name="P", collection_id="default", string="one", parameters={}).slug
        assert portkey.api_key is not None
        assert portkey.prompts.retrieve(slug).prompt_version_created_by == portkey.api_key.split("-")[1]


def test_without_keys_nobody_is_named_whatever_a_body_says(server: LocalServer) -> None:
    with Portkey(base_url=server.base_url) as portkey:
        forged: dict[str, Any] = {"created_by": "boss", "prompt_version_created_by": "boss", "published_by": "boss"}
        made = portkey.prompts.create(name="P", collection_id="default", string="x", parameters={}, **forged)
        portkey.prompts.update(made.slug, string="y", **forged)
        found = portkey.prompts.retrieve(made.slug)
        assert (found.prompt_version_created_by, found.prompt_version_published_by) == (None, None)
        assert [each.created_by for each in portkey.prompts.versions.list(made.slug)] == [None, None]
        server.add_key("read")
    with as_key(server, "ann") as ann:
        ann.prompts.update(made.slug, string="z", **forged)
        assert [each.created_by for each in ann.prompts.versions.list(made.slug)] == ["ann", None, None]


def test_the_command_line_shows_them(server: LocalServer) -> None:
    server.add_prompt(slug="quiet", versions=["x"])
    assert "by" not in command("--base-url", server.base_url, "versions", "quiet").stdout.split()
    with as_key(server, "ann smith") as ann:
        slug = ann.prompts.create(name="P", collection_id="default", string="one", parameters={}).slug
        tone = ann.prompts.partials.create(name="T", string="one").slug
        on = ("--base-url", server.base_url, "--api-key", str(ann.api_key))
        assert command(*on, "label", f"{slug}@1", "production").returncode == 0
        listed = command(*on, "versions", slug).stdout
        assert "by" in listed.splitlines()[0].split()
        assert "ann smith" in listed.splitlines()[1]
        shown = command(*on, "show", slug).stdout
        for words in ("made by", "published by", "ann smith (production)"):
            assert words in shown
        assert "ann smith" in command(*on, "partials", "versions", tone).stdout
        assert "ann smith" in command(*on, "partials", "show", tone).stdout
        assert '"created_by": "ann smith"' in command(*on, "versions", slug, "--json").stdout


def test_an_export_carries_them(database: str, new_database: Callable[[str], str], tmp_path: Path) -> None:
    file, other = str(tmp_path / "export.jsonl"), new_database("sqlite")
    with LocalServer(database) as server, as_key(server, "ann") as ann:
        slug = ann.prompts.create(name="P", collection_id="default", string="one", parameters={}).slug
        production = next(label.id for label in ann.labels.list() if label.name == "production")
        ann.prompts.versions.update(slug, ann.prompts.retrieve(slug).prompt_version_id or "", label_id=production)
        before = dict(ann.prompts.retrieve(slug))
        listed = list(ann.prompts.versions.list(slug))
    done = command("export", "--database", database)
    assert done.returncode == 0, done.stderr
    Path(file).write_text(done.stdout, encoding="utf-8")
    done = command("import", file, "--database", other)
    assert done.returncode == 0, done.stderr
    with LocalServer(other) as server, Portkey(base_url=server.base_url) as portkey:
        found = portkey.prompts.retrieve(slug)
        assert dict(found) == before
        assert (found.prompt_version_created_by, found.prompt_version_published_by) == ("ann", "ann")
        assert (found.prompt_version_labels or [{}])[0]["given_by"] == "ann"
        assert list(portkey.prompts.versions.list(slug)) == listed
