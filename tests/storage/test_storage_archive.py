"""Archives: the same bytes from every database, put back whole or not at all."""

from __future__ import annotations

import io
import json
import string
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from archives import MOMENT, a_key, a_run, dumped, exported, fill, filled, imported, joined, lines
from checked_client import CheckedClient
from databases import KINDS
from example_counts import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving_process import Serving
from sqlalchemy import Connection, delete, insert
from tables import run
from writings import add_version, new_prompt, rendered

from portkey_local import LocalServer
from portkey_local.archive import archive
from portkey_local.ids import folded
from portkey_local.store import Store, contents, schema
from portkey_local.store.universals import WORKSPACE_ID

Make = Callable[[str], str]
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


def test_an_export_comes_back_byte_for_byte_through_both_databases(database_kind: str, new_database: Make) -> None:
    there, back = new_database(OTHER[database_kind]), new_database(database_kind)
    first = new_database(database_kind)
    everything = filled(first, fill)
    imported(there, everything, everything=True)
    assert exported(there, everything=True) == everything
    imported(back, exported(there, everything=True), everything=True)
    assert exported(back, everything=True) == everything
    assert run(first, "SELECT latest_number, folded_name FROM prompts") == run(
        back, "SELECT latest_number, folded_name FROM prompts"
    )


def test_what_was_imported_is_served_as_it_was(database: str, new_database: Make) -> None:
    with LocalServer() as server, CheckedClient(server.base_url) as api:
        made = new_prompt(api, "Hello {{>pp-tone}}")
        server.add_partial(slug="pp-tone", versions=["old", "kind"], published=2)
        add_version(api, made["slug"], "later")
        label = next(each["id"] for each in api.get("/labels").json()["data"] if each["name"] == "staging")
        api.put(f"/prompts/{made['slug']}/versions/{made['version_id']}", json={"label_id": label})
        paths = ("/prompts", "/labels", "/collections", "/prompts/partials", f"/prompts/{made['slug']}@staging")
        paths += (f"/prompts/{made['slug']}/versions", f"/prompts/{made['slug']}@2")
        before = {path: api.get(path).json() for path in paths}
        written = io.BytesIO()
        archive.export(server._running().store, written.write)
    imported(database, written.getvalue())
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        assert {path: api.get(path).json() for path in paths} == before
        assert rendered(api, made["slug"]) == "Hello kind"
        assert add_version(api, made["slug"], "third").status_code == 200
        assert api.get(f"/prompts/{made['slug']}@3").json()["string"] == "third"


def test_every_table_is_in_archives_or_follows_from_the_program() -> None:
    tables = {kind.table.name for kind in contents.PROMPTS + contents.OPERATION}
    assert schema.metadata.tables.keys() - tables == {"epochs"}
    derived = {(kind.name, name) for kind in contents.PROMPTS + contents.OPERATION for name in kind.derived}
    assert {name for _, name in derived} == {"folded_name", "latest_number", "variable_components"}


def test_keys_and_runs_come_when_they_are_asked_for_only(database: str) -> None:
    everything = filled(database, fill)
    kinds = {line.get("kind") for line in lines(exported(database))}
    assert kinds == {None, *(kind.name for kind in contents.PROMPTS)}
    assert lines(everything)[0]["counts"]["api_key"] == 1
    assert [line["digest"] for line in lines(everything) if line.get("kind") == "api_key"] == ["d" * 64]
    assert [line["id"] for line in lines(everything) if line.get("kind") == "run"] == ["r-1", "r-2"]
    assert not {"format", "version", "counts"} ^ lines(everything)[0].keys()


def test_an_import_without_all_keeps_the_keys_and_runs_that_are_there(database: str, new_database: Make) -> None:
    everything = filled(new_database("sqlite"), fill)
    store = Store(database)
    store.write_now(lambda connection: connection.execute(insert(schema.api_keys), a_key(id="theirs")) and None)
    store.close()
    done = imported(database, everything)
    assert done.left_out == {"api_key": 1, "run": 2}
    assert run(database, "SELECT id FROM api_keys") == [("theirs",)]
    assert run(database, "SELECT count(*) FROM runs") == [(0,)]
    with pytest.raises(archive.ArchiveError, match=r"not empty: .*api_key"):
        imported(database, everything, everything=True)
    imported(database, everything, everything=True, replace=True)
    assert run(database, "SELECT id FROM api_keys") == [("0123456789abcdef",)]
    with pytest.raises(archive.ArchiveError, match="made without API keys"):
        imported(database, exported(database), everything=True, replace=True)
    assert run(database, "SELECT id FROM api_keys") == [("0123456789abcdef",)]


def test_a_database_that_is_not_empty_is_left_as_it_is_unless_replaced(database: str, new_database: Make) -> None:
    data = exported_of(new_database("sqlite"))
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        before = exported(database)
        with pytest.raises(archive.ArchiveError, match=r"not empty: .*Nothing was changed.*--replace"):
            imported(database, data)
        assert exported(database) == before
        imported(database, data, replace=True)
        assert exported(database) == data
        assert api.get(f"/prompts/{slug}").status_code == 404


def exported_of(url: str) -> bytes:
    filled(url, fill)
    return exported(url)


def test_servers_that_run_meanwhile_render_no_text_of_before(database: str) -> None:
    with Serving(database) as serving, CheckedClient(serving.base_url) as api:
        made = new_prompt(api, "before {{>pp-included}}")
        assert api.post("/prompts/partials", json={"name": "Part", "string": "old"}).status_code == 200
        (part,) = api.get("/prompts/partials").json()["data"]
        data = exported(database).replace(b"pp-included", part["slug"].encode())
        imported(database, data, replace=True)
        assert seen(api, made["slug"], "before old")
        changed = data.replace(b'"before ', b'"after ').replace(b'"old"', b'"new"')
        imported(database, changed, replace=True)  # other texts under the same ids
        assert seen(api, made["slug"], "after new")


def seen(api: CheckedClient, slug: str, text: str) -> bool:
    """Tell whether a render says a text, a second after the import at the latest."""
    threading.Event().wait(1)
    return rendered(api, slug) == text


def test_writers_wait_for_an_import_and_readers_do_not(database: str) -> None:
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        data = exported(database)
        entered, go_on = threading.Event(), threading.Event()
        store = Store(database)

        def slowly(connection: Connection) -> None:
            connection.execute(delete(schema.prompts))
            entered.set()
            go_on.wait(60)

        importing = threading.Thread(target=store.write_long, args=(slowly,))
        importing.start()
        try:
            assert entered.wait(60)
            assert rendered(api, slug) == "first"
            assert exported(database) == data
        finally:
            go_on.set()
            importing.join()
            store.close()
        assert api.get(f"/prompts/{slug}").status_code == 404


def test_an_import_that_fails_in_the_middle_changes_nothing(database: str, new_database: Make) -> None:
    before = exported_of(database)
    data = exported_of(new_database("sqlite"))
    run(database, "ALTER TABLE version_labels RENAME TO version_labels_gone")
    with pytest.raises(Exception, match="Nothing was changed"):
        imported(database, data, replace=True)
    run(database, "ALTER TABLE version_labels_gone RENAME TO version_labels")
    assert exported(database) == before


# What can be wrong with an archive.

Spoil = Callable[[list[dict[str, Any]]], object]


def at(values: list[dict[str, Any]], kind: str, index: int = 0) -> dict[str, Any]:
    return [value for value in values if value.get("kind") == kind][index]


def changed(kind: str, index: int = 0, /, **fields: Any) -> Spoil:
    return lambda values: at(values, kind, index).update(fields)


def without(kind: str, name: str) -> Spoil:
    return lambda values: at(values, kind).pop(name)


def taken_out(kind: str, index: int = 0) -> Spoil:
    def spoil(values: list[dict[str, Any]]) -> None:
        values.remove(at(values, kind, index))
        values[0]["counts"][kind] -= 1

    return spoil


def doubled(kind: str, **fields: Any) -> Spoil:
    def spoil(values: list[dict[str, Any]]) -> None:
        found = at(values, kind)
        values.insert(values.index(found) + 1, {**found, **fields})
        values[0]["counts"][kind] += 1

    return spoil


def header(**fields: Any) -> Spoil:
    return lambda values: values[0].update(fields)


WRONG: dict[str, tuple[Spoil, str]] = {
    "another format": (header(format="x"), "Line 1 .*`format`"),
    "another version": (header(version=2), "Line 1 .*`version` `2`.*reads 1"),
    "a version that is true": (header(version=True), "Line 1 .*`version`"),
    "more in the header": (header(made="today"), "Line 1 .*nothing else"),
    "no counts": (lambda values: values[0].pop("counts"), "Line 1 .*`counts`"),
    "counts of something": (header(counts={"x": 1}), "Line 1 .*`counts`"),
    "lines missing": (lambda values: values.pop(), "Line 1 counts 2 of the kind run"),
    "an unknown kind": (changed("prompt", kind="song"), "Line 12 .*unknown `kind` `song`"),
    "no kind": (without("prompt", "kind"), "Line 12 has no `kind`"),
    "a kind out of order": (lambda values: values.append(values[2]), "Line 20 is a collection after a run"),
    "a missing field": (without("prompt", "slug"), "Line 12 has no `slug`"),
    "an unknown field": (changed("prompt", colour="red"), "Line 12 has a field `colour`"),
    "a wrong type": (changed("prompt", name=5), "Line 12 has a value of `name` that is not a string"),
    "a null": (changed("prompt", name=None), "Line 12 has the `name` null"),
    "a number that is text": (changed("prompt", published_number="1"), "`published_number` that is not a whole"),
    "a number that is true": (changed("prompt", published_number=True), "`published_number` that is not a whole"),
    "a number beyond": (changed("prompt", published_number=2**31), "`published_number` that is not a whole"),
    "a flag that is a number": (changed("label", is_universal=1), "`is_universal` that is not true or false"),
    "a time": (changed("prompt", created_at="yesterday"), "`created_at` that is not a time stamp"),
    "a slug": (changed("prompt", slug="a b"), "`slug` that is not a slug"),
    "an empty id": (changed("prompt", id=""), "Line 12 has a value of `id`"),
    "parameters that are a list": (
        changed("prompt_version", parameters=[1]),
        "`parameters` must be an object, not an arr",
    ),
    "tools that are an object": (
        changed("prompt_version", tools={}),
        "`tools` must be an array or null, not an obj",
    ),
    "a tool choice": (
        changed("prompt_version", tool_choice=1),
        "`tool_choice` must be a string or an object or",
    ),
    "a flag of three": (changed("prompt_version", is_raw_template=2), "`is_raw_template` must be at most 1, not `2`"),
    "a collection that is not there": (
        changed("prompt", collection_id="x"),
        "Line 12 .*no collection.*`collection_id`",
    ),
    "a parent that is not there": (changed("collection", 1, parent_collection_id="x"), "`parent_collection_id` x"),
    "a prompt that is not there": (changed("prompt_version", prompt_id="x"), "no prompt: .*`prompt_id` `x`"),
    "a label that is not there": (changed("version_label", label_id="x"), "no label: .*`label_id` `x`"),
    "a version that is not there": (changed("version_label", version_id="x"), "no prompt_version"),
    "another id twice": (doubled("prompt", slug="pp-2"), "has the `id` .* of another prompt"),
    "a slug twice": (doubled("prompt", id="2"), "Line 13 has the `slug` `pp-full` of another prompt"),
    "a label twice": (doubled("label", id="2"), "has the `name` .* of another label"),
    "a version's id twice": (doubled("prompt_version", number=2), "has the `id` .* of another prompt_version"),
    "a label on two versions": (doubled("version_label", given_at=MOMENT), "`label_id` to a second version"),
    "a second default": (changed("collection", 1, is_default=True), "is_default|second default"),
    "no default": (changed("collection", 0, is_default=False), "default collection is missing"),
    "no production": (lambda values: spoil_label(values), "production|unknown|no label|missing"),
    "another workspace": (changed("collection", workspace_id="x"), "`workspace_id` `x`"),
    "another organisation": (changed("label", organisation_id="x"), "`organisation_id` `x`"),
    "a label that is latest": (changed("label", name="latest", is_universal=False), "`name` can't be `latest`"),
    "a label of digits": (changed("label", name="12", is_universal=False), "`name` can't be `12`"),
    "a gap": (changed("prompt_version", 1, number=3), "`number` 3 where 2 is the next"),
    "a number twice": (changed("prompt_version", 1, number=1), "`number` 1 where 2 is the next"),
    "no such published version": (changed("prompt", published_number=3), "`published_number` is 3.*has 2 versions"),
    "nothing published": (changed("prompt", published_number=0), "`published_number` is 0"),
    "a template": (changed("prompt_version", string="{{#a}}"), "malformed `string`: "),
    "a partial's template": (changed("partial_version", string="{{a"), "malformed `string`: "),
    "a latency": (changed("run", latency_ms="1"), "`latency_ms` that is not a number"),
    "a latency below 0": (changed("run", latency_ms=-1), "Line 18 has a `latency_ms` below 0"),
    "a status": (changed("run", status=7), "Line 18 has the `status` 7"),
    "a start": (changed("run", started_at="today"), "`started_at` that is not a time stamp"),
    "a request that is no JSON": (changed("run", request="{'a'"), "`request` that is no JSON"),
    "an answer that is no JSON": (changed("run", answer="NaN"), "`answer` that is no JSON"),
    "a day that is none": (changed("prompt", created_at="2026-02-30T01:11:58.000Z"), "`created_at` that is not a time"),
    "an hour that is none": (changed("version_label", given_at="2026-02-03T25:11:58.000Z"), "`given_at` that is not"),
    "a name of nothing": (changed("prompt", name=""), "Line 12 is refused: `name` must not be empty"),
    "a collection of no name": (changed("collection", name=""), "Line 2 is refused: `name` must not be empty"),
    "a tool that is text": (changed("prompt_version", tools=["x"]), r"`tools\[0\]` must be an object, not a string"),
    "functions that are text": (changed("prompt_version", functions="x"), "`functions` must be an array or null"),
    "metadata that is text": (changed("prompt_version", template_metadata="x"), "`template_metadata` must be"),
    "a label with an @": (changed("label", name="a@b", is_universal=False), "`name` can't be `a@b`"),
    "dots": (changed("prompt", slug=".."), "`slug` that is not a slug"),
    "a slug too long": (changed("prompt", slug="x" * 256), "`slug` that is not a slug"),
    "a slug that is another's id": (
        lambda values: changed("collection", 1, slug=at(values, "collection")["id"])(values),
        "Line 3 has a `slug` that names another collection",
    ),
    "a scope that is no word": (changed("api_key", scopes=["admin"]), "Line 17 has `scopes` that are none"),
    "a scope that is a number": (changed("api_key", scopes=[1]), "Line 17 has `scopes` that are none"),
    "a scope in a list": (changed("api_key", scopes=[["read"]]), "`scopes` that are none"),
    "scopes in one text": (changed("api_key", scopes=["read,run"]), "`scopes` that are none"),
    "scopes that are text": (changed("api_key", scopes="read"), "`scopes` that are none"),
    "scopes that are an object": (changed("api_key", scopes={"read": True}), "`scopes` that are none"),
    "no scopes": (changed("api_key", scopes=[]), "`scopes` that are none"),
    "scopes that are null": (changed("api_key", scopes=None), "has the `scopes` null"),
    "a scope twice": (changed("api_key", scopes=["read", "read"]), "`scopes` that are none"),
    "a digest that is none": (changed("api_key", digest="d"), "Line 17 has the `digest` `d`, which is none"),
    "a digest in capitals": (changed("api_key", digest="D" * 64), "has the `digest` .*, which is none"),
    "a digest that is null": (changed("api_key", digest=None), "has the `digest` null"),
    "a key's id": (changed("api_key", id="k-1"), "Line 17 has the `id` `k-1`, which is none"),
    "a key's id twice": (doubled("api_key", digest="e" * 64), "Line 18 has the `id` .* of another api_key"),
    "a digest twice": (doubled("api_key", id="f" * 16), "Line 18 has the `digest` .* of another api_key"),
    "a key's name of nothing": (changed("api_key", name=""), "Line 17 has a wrong `name`"),
    "a key's name that is one": (changed("api_key", name=f"ppk-{'a' * 16}-{'b' * 64}"), "Line 17 has a wrong `name`"),
    "a key's name that is a number": (changed("api_key", name=7), "`name` that is not a string"),
    "a key's day": (changed("api_key", created_at="2026-13-01T00:00:00.000Z"), "`created_at` that is not a time stamp"),
    "a successor": (changed("api_key", replaced_by="me"), "Line 17 has the `replaced_by` `me`, which is none"),
    "an expiry": (changed("api_key", expires_at="90d"), "`expires_at` that is not a time stamp"),
    "a revocation": (changed("api_key", revoked_at=""), "`revoked_at` that is not a time stamp"),
}


def spoil_label(values: list[dict[str, Any]]) -> None:
    next(value for value in values if value.get("name") == "production").update(name="productive", is_universal=False)


@pytest.fixture(scope="module")
def sound() -> bytes:
    from databases import empty_database

    with empty_database("sqlite") as url:
        return filled(url, fill)


@pytest.fixture(scope="module")
def target(shared_database: str) -> Iterator[Store]:
    """A database that stays as it is, open."""
    store = Store(shared_database)
    yield store
    store.close()


def loaded(store: Store, data: bytes) -> archive.Imported:
    return archive.load(store, io.BytesIO(data), everything=True)


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_named_and_nothing_is_changed(target: Store, sound: bytes, wrong: str) -> None:
    spoil, said = WRONG[wrong]
    values = lines(sound)
    spoil(values)
    before = dumped(target, everything=True)
    with pytest.raises(archive.ArchiveError, match=said) as caught:
        loaded(target, joined(values))
    assert "Nothing was changed" in str(caught.value)
    assert dumped(target, everything=True) == before


def test_a_collection_that_lies_in_itself_is_refused(target: Store, sound: bytes) -> None:
    values = lines(sound)
    ids = [value["id"] for value in values if value.get("kind") == "collection"]
    for own, parent in zip(ids, ids[1:] + ids[:1], strict=True):
        next(value for value in values if value.get("id") == own)["parent_collection_id"] = parent
    with pytest.raises(archive.ArchiveError, match="`parent_collection_id` leads in a circle"):
        loaded(target, joined(values))


BYTES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "nothing": (lambda _: b"", "is empty"),
    "a cut last line": (lambda data: data[:-30], r"Line \d+ is cut off"),
    "a missing last line break": (lambda data: data[:-1], r"Line \d+ is cut off"),
    "a byte order mark": (lambda data: b"\xef\xbb\xbf" + data, "Line 1 begins with a byte order mark"),
    "carriage returns": (lambda data: data.replace(b"\n", b"\r\n"), "Line 1 ends with a carriage return"),
    "an empty line": (lambda data: data.replace(b"\n", b"\n\n", 1), "Line 2 is empty"),
    "no JSON": (lambda data: data.replace(b"{", b"[", 1), "Line 1 is no JSON"),
    "no object": (lambda data: b"[]\n" + data, "Line 1 is no JSON object"),
    "no UTF-8": (lambda data: data.replace(b"Default", b"D\xff", 1), "Line 2 is no UTF-8"),
    "a lone surrogate": (lambda data: data.replace(b"Default", b"\\ud800", 1), "half a surrogate pair"),
    "a name twice": (
        lambda data: data.replace(b'{"format"', b'{"format":1,"format"', 1),
        "Line 1 names `format` twice in one object",
    ),
    "a constant": (lambda data: data.replace(b'"version":1', b'"version":NaN', 1), "Line 1 is no JSON: it holds NaN"),
    "a float too large": (
        lambda data: data.replace(b'"version":1', b'"version":1e999', 1),
        "Line 1 holds `1e999`, which is too large",
    ),
    "too many digits": (
        lambda data: data.replace(b'"version":1', b'"version":' + b"1" * 5000, 1),
        "Line 1 holds a number that is too long",
    ),
    "too deep": (lambda data: b"[" * 200_000 + b"\n", "Line 1 is (nested too deep|no JSON)"),
    "a program": (lambda _: b"\x7fELF\0\0\n", "Line 1 is no JSON"),
}


@pytest.mark.parametrize("wrong", BYTES)
def test_a_file_that_is_none_is_refused(target: Store, sound: bytes, wrong: str) -> None:
    spoil, said = BYTES[wrong]
    with pytest.raises(archive.ArchiveError, match=said):
        loaded(target, spoil(sound))


# Random contents.

TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from('\0\x01\x02\ufdd0\u2028\x85é{}"\\'))
).filter(lambda text: "{{" not in text)
SLUGS = st.text(st.sampled_from(string.ascii_lowercase + "-_é☃\0\x01"), min_size=1, max_size=6)
NUMBERS = st.one_of(
    st.integers(), st.integers(min_value=10**20, max_value=10**60), st.floats(allow_nan=False, allow_infinity=False)
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXTS, JSON, max_size=3)
VERSION = st.fixed_dictionaries(
    {
        "string": TEXTS,
        "parameters": OBJECTS,
        "functions": st.none() | st.lists(OBJECTS, max_size=2),
        "tools": st.none() | st.lists(OBJECTS, max_size=2),
        "tool_choice": st.none() | TEXTS | OBJECTS,
        "template_metadata": st.just({}) | st.just({"template_type": "completion"}),
        "model": st.none() | TEXTS,
        "virtual_key": st.none() | TEXTS,
        "is_raw_template": st.just(0),
        "description": st.none() | TEXTS,
        "created_by": st.none() | TEXTS,
    }
)
HEADS = st.lists(
    st.tuples(SLUGS, TEXTS.filter(bool), st.lists(VERSION, min_size=1, max_size=3), st.none() | TEXTS),
    max_size=3,
    unique_by=lambda head: head[0],
)
RUNS = st.lists(
    st.fixed_dictionaries(
        {
            "latency_ms": st.floats(min_value=0, max_value=1e12),
            "first_token_ms": st.none() | st.floats(min_value=0, max_value=1e12),
            "error": st.none() | TEXTS,
            "total_tokens": st.none() | st.integers(0, 2**31 - 1),
        }
    ),
    max_size=3,
)


def random_archive(heads: list[Any], runs: list[Any], base: list[dict[str, Any]]) -> bytes:
    """Write an archive with the universals of another one, in the order that an export has."""
    collection = next(value["id"] for value in base if value.get("kind") == "collection")
    stamps = {"created_at": MOMENT, "last_updated_at": MOMENT}
    made: list[dict[str, Any]] = []
    for slug, name, versions, publisher in sorted(heads, key=lambda head: head[0]):
        head = {"kind": "prompt", "id": slug, "slug": slug, "name": name, "collection_id": collection}
        published = {"published_number": len(versions), "published_by": publisher}
        made.append({**head, "status": "active", **published, **stamps})
    for slug, _, versions, _ in sorted(heads, key=lambda head: head[0]):
        for number, version in enumerate(versions, 1):
            made.append(
                {"kind": "prompt_version", "id": f"{slug}/{number}", "prompt_id": slug, "number": number}
                | version
                | {"created_at": MOMENT}
            )
    for number, fields in enumerate(runs):
        made.append({"kind": "run", **a_run(f"r-{number}", **fields)})
    counts = {kind.name: 0 for kind in contents.PROMPTS + contents.OPERATION}
    kept = [value for value in base[1:] if value["kind"] in ("collection", "label")]
    for value in [*kept, *made]:
        counts[value["kind"]] += 1
    columns = {kind.name: [column.name for column in kind.columns] for kind in contents.PROMPTS + contents.OPERATION}
    ordered = [{"kind": row["kind"], **{name: row[name] for name in columns[row["kind"]]}} for row in made]
    return joined([{**base[0], "counts": counts}, *kept, *ordered])


@pytest.fixture(scope="module")
def pair() -> Any:
    from contextlib import ExitStack

    from databases import check_reachable, empty_database

    with ExitStack() as stack:
        stores = []
        for kind in KINDS:
            check_reachable(kind)
            store = Store(stack.enter_context(empty_database(kind)))
            stack.callback(store.close)
            stores.append(store)
        yield stores


@given(heads=HEADS, runs=RUNS)
@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_random_contents_survive_both_databases_byte_for_byte(
    pair: list[Store], heads: list[Any], runs: list[Any]
) -> None:
    def passed(store: Store, data: bytes) -> bytes:
        archive.load(store, io.BytesIO(data), replace=True, everything=True)
        return dumped(store, everything=True)

    data = random_archive(heads, runs, lines(dumped(pair[0], everything=True)))
    assert passed(pair[0], data) == data
    assert passed(pair[1], data) == data
    assert passed(pair[0], passed(pair[1], data)) == data


def test_an_export_of_many_versions_streams(database: str, soaking: bool) -> None:
    count, text = (100_000, "x" * 1000) if soaking else (5000, "x" * 4000)
    store = Store(database)
    try:
        store.write_long(seed_many, count, text)
        size = [0]

        def write(data: bytes) -> None:
            size[0] += len(data)

        archive.export(store, write)  # what is loaded once is loaded now
        tracemalloc.start()
        try:
            counts = archive.export(store, write)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert counts["prompt_version"] == count
        assert size[0] > 2 * count * len(text)
        assert peak < size[0] / 2 / 4
    finally:
        store.close()


def seed_many(connection: Connection, count: int, text: str) -> None:
    (collection,) = connection.scalars(schema.collections.select().with_only_columns(schema.collections.c.id))
    stamps = {"created_at": MOMENT, "last_updated_at": MOMENT}
    row = {"id": "p", "slug": "p", "name": "P", "folded_name": folded("P"), "collection_id": collection}
    connection.execute(
        insert(schema.prompts), {**row, "status": "active", "published_number": 1, "latest_number": count, **stamps}
    )
    for start in range(0, count, 1000):
        batch = [
            {"id": f"{n:08}", "prompt_id": "p", "number": n + 1, "string": text, "parameters": {}, "created_at": MOMENT}
            | {"template_metadata": {}, "is_raw_template": 0, "variable_components": {}}
            for n in range(start, min(start + 1000, count))
        ]
        connection.execute(insert(schema.prompt_versions), batch)


def test_an_archive_is_of_one_moment(database: str) -> None:
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        store, written = Store(database), io.BytesIO()
        done: list[int] = []

        def write(data: bytes) -> None:
            written.write(data)
            if not done:  # after the header, which counts
                done.append(add_version(api, slug, "meanwhile").status_code)
                api.put(f"/prompts/{slug}/makeDefault", json={"version": 2})

        try:
            archive.export(store, write)
        finally:
            store.close()
        assert done == [200]
        found = lines(written.getvalue())
        assert found[0]["counts"]["prompt_version"] == 1
        assert [line["published_number"] for line in found if line.get("kind") == "prompt"] == [1]
        assert b"meanwhile" not in written.getvalue()
        assert rendered(api, slug) == "meanwhile"


def test_the_workspace_of_an_archive_is_the_one_that_there_is(sound: bytes) -> None:
    assert {json.loads(line).get("workspace_id") for line in sound.splitlines()} == {None, WORKSPACE_ID}
