"""Several server processes on one database are as one: `--soak` makes 2,000 writes of it, from 8 processes."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from typing import Any

import pytest
from attrs import define, field
from checked_client import CheckedClient
from crowd import at_once, servers
from serving_process import Serving
from writings import add_version, new_prompt, rendered

from portkey_local import LocalServer

PROCESSES, WRITES = 4, 300
SOAK_PROCESSES, SOAK_WRITES = 8, 2000
PROMPTS = 6
LABELS = ("production", "staging")


@define
class Told:
    """What all writers were told, put together."""

    lock: threading.Lock = field(factory=threading.Lock)
    versions: dict[str, dict[str, str]] = field(factory=dict)
    """Prompt to version id to text."""
    published: dict[str, set[int]] = field(factory=dict)
    """Prompt to the numbers that it was told to publish."""
    labelled: dict[tuple[str, str], set[str]] = field(factory=dict)
    """Prompt and label to the versions that it was given to."""
    deleted: set[str] = field(factory=set)
    created: set[str] = field(factory=set)
    made: Counter[str] = field(factory=Counter)


class Writer:
    """Make writes of all kinds, each on a server chosen at random."""

    def __init__(self, number: int, serving: list[Serving], slugs: list[str], labels: dict[str, str], told: Told):
        self._random = random.Random(number)
        self._number = number
        self._clients = [CheckedClient(each.base_url) for each in serving]
        self._slugs, self._labels, self._told = slugs, labels, told
        self._mine: list[str] = []

    def run(self, writes: int) -> None:
        """Make so many writes."""
        kinds = [self._update, self._update, self._publish, self._label, self._create, self._delete]
        try:
            for turn in range(writes):
                self._random.choice(kinds)(turn)
        finally:
            for client in self._clients:
                client.close()

    @property
    def _api(self) -> CheckedClient:
        return self._random.choice(self._clients)

    def _update(self, turn: int) -> None:
        slug, text = self._random.choice(self._slugs), f"{self._number}-{turn}"
        response = add_version(self._api, slug, text)
        assert response.status_code == 200, response.text
        with self._told.lock:
            self._told.versions[slug][response.json()["prompt_version_id"]] = text
            self._told.made["update"] += 1

    def _publish(self, turn: int) -> None:
        slug = self._random.choice(self._slugs)
        number = self._api.get(f"/prompts/{slug}@latest").json()["prompt_version"]
        with self._told.lock:  # before it is asked for: another process may read it as soon as it is made
            self._told.published[slug].add(number)
            self._told.made["publish"] += 1
        response = self._api.put(f"/prompts/{slug}/makeDefault", json={"version": number})
        assert response.status_code == 200, response.text

    def _label(self, turn: int) -> None:
        slug, label = self._random.choice(self._slugs), self._random.choice(LABELS)
        with self._told.lock:
            version = self._random.choice(sorted(self._told.versions[slug]))
            self._told.labelled.setdefault((slug, label), set()).add(version)
            self._told.made["label"] += 1
        response = self._api.put(f"/prompts/{slug}/versions/{version}", json={"label_id": self._labels[label]})
        assert response.status_code == 200, response.text

    def _create(self, turn: int) -> None:
        made = new_prompt(self._api, f"own {self._number}-{turn}")
        self._mine.append(made["slug"])
        with self._told.lock:
            self._told.created.add(made["slug"])
            self._told.made["create"] += 1

    def _delete(self, turn: int) -> None:
        if not self._mine:
            return
        slug = self._mine.pop()
        response = self._api.delete(f"/prompts/{slug}")
        assert response.status_code == 200, response.text
        with self._told.lock:
            self._told.deleted.add(slug)
            self._told.made["delete"] += 1


def check_prompt(api: CheckedClient, slug: str, told: Told) -> None:
    versions: list[dict[str, Any]] = api.get(f"/prompts/{slug}/versions").json()["data"]
    assert [each["prompt_version"] for each in versions] == list(range(len(versions), 0, -1))
    assert {each["id"]: each["prompt_template"] for each in versions} == told.versions[slug]
    assert api.get(f"/prompts/{slug}").json()["prompt_version"] in told.published[slug]
    bearers: Counter[str] = Counter()
    for version in versions:
        shown = api.get(f"/prompts/{slug}/versions/{version['id']}").json()["prompt_version_labels"]
        for label in shown:
            bearers[label["name"]] += 1
            assert version["id"] in told.labelled[slug, label["name"]]
    assert all(count == 1 for count in bearers.values())
    assert bearers.keys() == {label for prompt, label in told.labelled if prompt == slug}


def test_server_processes_on_one_database_behave_as_one(database: str, soaking: bool) -> None:
    processes, writes = (SOAK_PROCESSES, SOAK_WRITES) if soaking else (PROCESSES, WRITES)
    told = Told()
    with servers(processes, f"{database}?timeout=30") as serving, CheckedClient(serving[0].base_url) as api:
        labels = {each["name"]: each["id"] for each in api.get("/labels").json()["data"]}
        slugs = []
        for _ in range(PROMPTS):
            made = new_prompt(api)
            slugs.append(made["slug"])
            told.versions[made["slug"]] = {made["version_id"]: "first"}
            told.published[made["slug"]] = {1}
        at_once(processes, lambda number: Writer(number, serving, slugs, labels, told).run(writes // processes))
        for each in serving:
            with CheckedClient(each.base_url) as reader:
                total = reader.get("/prompts", params={"page_size": 1}).json()["total"]
                assert total == PROMPTS + len(told.created - told.deleted)
        for slug in slugs:
            check_prompt(api, slug, told)
        for slug in told.created:
            assert api.get(f"/prompts/{slug}").status_code == (404 if slug in told.deleted else 200)
        print(f"\n{processes} processes, {told.made}")
        assert set(told.made) == {"update", "publish", "label", "create", "delete"}


def test_one_of_all_processes_makes_a_label_of_a_name(database: str) -> None:
    with servers(PROCESSES, database) as serving:
        for turn in range(10):
            statuses: list[int] = []
            ready = threading.Barrier(PROCESSES * 2)

            def create(number: int, name: str, ready: threading.Barrier, statuses: list[int]) -> None:
                with CheckedClient(serving[number % PROCESSES].base_url) as own:
                    ready.wait()
                    statuses.append(own.post("/labels", json={"name": name}).status_code)

            at_once(
                PROCESSES * 2,
                lambda number, turn=turn, ready=ready, statuses=statuses: create(  # type: ignore[misc]
                    number, f"contested-{turn}", ready, statuses
                ),
            )
            assert sorted(statuses) == [200] + [409] * (PROCESSES * 2 - 1)


def seen_within(api: CheckedClient, reference: str, text: str, seconds: float) -> bool:
    """Tell whether no render that begins later than this brings anything else."""
    until = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        if rendered(api, reference) == text:
            return True
        if began > until:
            return False


def test_what_another_process_changed_is_rendered_within_a_second(database: str) -> None:
    with (
        servers(2, database) as (one, two),
        CheckedClient(one.base_url) as api,
        CheckedClient(two.base_url) as other,
    ):
        made = new_prompt(api, "0")
        slug, ids = made["slug"], [made["version_id"]]
        label = next(each["id"] for each in api.get("/labels").json()["data"] if each["name"] == "production")
        ids += [add_version(api, slug, str(number)).json()["prompt_version_id"] for number in range(1, 4)]
        for number in (1, 2, 3):
            assert rendered(other, slug) == str(number - 1)
            api.put(f"/prompts/{slug}/makeDefault", json={"version": number + 1})
            assert seen_within(other, slug, str(number), 1)
            api.put(f"/prompts/{slug}/versions/{ids[number]}", json={"label_id": label})
            assert seen_within(other, f"{slug}@production", str(number), 1)


@pytest.mark.parametrize("how", ["publish", "label", "partial"])
def test_what_this_process_changed_is_rendered_at_once(database: str, how: str) -> None:
    turns = 60
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        server.add_partial(slug="pp-part", versions=[str(turn) for turn in range(turns)], published=1)
        seeded = server.add_prompt(
            slug="pp-race",
            versions=["{{>pp-part}}"] if how == "partial" else [str(turn) for turn in range(turns)],
            labels={"production": 1},
            published=1,
        )
        label = next(each["id"] for each in api.get("/labels").json()["data"] if each["name"] == "production")
        reference = "pp-race@production" if how == "label" else "pp-race"
        acknowledged = [0]
        stopped = threading.Event()

        def read(_: int) -> None:
            with CheckedClient(server.base_url) as own:
                while not stopped.is_set():
                    least = acknowledged[0]
                    assert int(rendered(own, reference)) >= least

        def write() -> None:
            try:
                for turn in range(1, turns):
                    if how == "label":
                        path, body = f"/prompts/pp-race/versions/{seeded.version_ids[turn]}", {"label_id": label}
                    else:
                        kind = "partials/pp-part" if how == "partial" else "pp-race"
                        path, body = f"/prompts/{kind}/makeDefault", {"version": turn + 1}
                    response = api.put(path, json=body)
                    assert response.status_code == 200, response.text
                    acknowledged[0] = turn
                    assert rendered(api, reference) == str(turn)
            finally:
                stopped.set()

        at_once(4, lambda number: write() if number == 0 else read(number))
