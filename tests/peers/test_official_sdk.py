"""The official SDK works against the local server: a program of its users goes on working."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from official_environment import OFFICIAL, clean_environment, official_python

from portkey_local import LocalServer


@pytest.fixture(scope="module")
def seen(shared_database: str) -> dict[str, Any]:
    with LocalServer(shared_database) as server:
        server.add_prompt(slug="official-async", versions=["Hello {{name}}"])
        script = str(Path(__file__).with_name("official_sdk.py"))
        done = subprocess.run(
            [official_python(), script, server.base_url],
            capture_output=True,
            text=True,
            timeout=120,
            env=clean_environment(),
        )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def _text(chunks: list[dict[str, Any]]) -> str:
    return "".join(chunk["choices"][0]["delta"]["content"] or "" for chunk in chunks)


def test_it_is_the_official_sdk_that_ran(seen: dict[str, Any]) -> None:
    assert seen["distribution"].startswith(str(OFFICIAL))


def test_what_it_creates_is_listed_and_read(seen: dict[str, Any]) -> None:
    assert [item["slug"] for item in seen["listed"]["data"]] == [seen["created"]["slug"]]
    assert seen["retrieved"]["prompt_version_id"] == seen["created"]["version_id"]
    assert seen["retrieved"]["parameters"] == {"temperature": 0}


def test_an_update_makes_a_version_that_publishing_makes_the_default(seen: dict[str, Any]) -> None:
    assert [version["prompt_version"] for version in seen["versions"]["data"]] == [2, 1]
    assert seen["version"]["prompt_version_status"] == "active"
    assert seen["rendered"]["data"]["messages"][1]["content"] == "Good day Ada"


def test_a_label_of_its_own_names_the_old_version(seen: dict[str, Any]) -> None:
    assert seen["rendered_canary"]["data"]["messages"][1]["content"] == "Hi Ada"


def test_partials_have_versions_and_the_published_one_goes_in(seen: dict[str, Any]) -> None:
    assert [version["version"] for version in seen["partial_versions"]["data"]] == [2, 1]
    assert seen["partial"]["version_description"] == "warmer"
    assert [item["slug"] for item in seen["partials"]["data"]] == [seen["partial"]["slug"]]
    assert seen["rendered"]["data"]["messages"][0]["content"] == "Be very kind."


def test_a_completion_and_a_stream_say_the_same(seen: dict[str, Any]) -> None:
    assert seen["completion"]["choices"][0]["message"]["content"] == "Good day Ada"
    assert seen["completion"]["usage"]["total_tokens"] > 0
    assert len(seen["chunks"]) > 2
    assert _text(seen["chunks"]) == "Good day Ada"
    assert seen["chunks"][-1]["choices"][0]["finish_reason"] == "stop"


def test_what_is_not_there_is_its_not_found_error(seen: dict[str, Any]) -> None:
    assert "pp-nowhere" in seen["not_found"]


def test_what_it_deletes_is_gone(seen: dict[str, Any]) -> None:
    assert seen["left"]["data"] == []


def test_its_async_client_works_too(seen: dict[str, Any]) -> None:
    assert seen["async"]["rendered"]["data"]["prompt"] == "Hello Bob"
    assert _text(seen["async"]["chunks"]) == "Hello Bob"
