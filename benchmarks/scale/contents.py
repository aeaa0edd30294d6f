"""What the large database holds: prompts with versions, labels, collections and partials, and a record of runs."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from attrs import frozen

from benchmarks.serving import contents
from portkey_local.archive import archive
from portkey_local.clock import stamp
from portkey_local.ids import new_id
from portkey_local.store import Store, prompts, runs
from portkey_local.store.universals import ORGANISATION_ID, WORKSPACE_ID

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_TOPICS = (
    "refund",
    "greeting",
    "summary",
    "triage",
    "translation",
    "review",
    "onboarding",
    "billing",
    "search",
    "tone",
)
RARE = "needle"
"""Stands in one name of a thousand."""
_RUNS_AT_ONCE = 5000
_MOST_RUN = 1000


@frozen
class Sizes:
    """How much there is.

    Args:
        prompts: Prompts.
        runs: Recorded runs.
        versions: Versions of each prompt.
        partials: Partials; a quarter of the prompts includes one each.
        collections: Collections.
        labels: Labels; each prompt's last version bears one, the one before it `production`.
    """

    prompts: int = 100_000
    runs: int = 1_000_000
    versions: int = 5
    partials: int = 200
    collections: int = 200
    labels: int = 50


def slug(number: int) -> str:
    """Return the slug of a prompt by its number, from 0."""
    return f"pp-{_TOPICS[number % len(_TOPICS)]}-{number}"


def partial_slug(number: int) -> str:
    """Return the slug of a partial by its number, from 0."""
    return f"pp-part-{number}"


def write_archive(file: BinaryIO, sizes: Sizes) -> None:
    """Write what `portkey-prompts import` takes."""
    always = _universals()
    counts = {name: len(rows) for name, rows in always.items()}
    counts |= {
        "collection": counts["collection"] + sizes.collections,
        "label": counts["label"] + sizes.labels,
        "partial": sizes.partials,
        "partial_version": 2 * sizes.partials,
        "prompt": sizes.prompts,
        "prompt_version": sizes.versions * sizes.prompts,
        "version_label": 2 * sizes.prompts,
    }
    file.write(_line({"format": "portkey-prompts", "version": 1, "counts": counts}))
    collections = [*always["collection"], *_collections(sizes)]
    labels = [*always["label"], *_labels(sizes)]
    production = next(each["id"] for each in labels if each["name"] == "production")
    _write(file, "collection", collections)
    _write(file, "label", labels)
    partials = [new_id() for _ in range(sizes.partials)]
    _write(file, "partial", (_head(partial_slug(at), at, id_, collections, 2) for at, id_ in enumerate(partials)))
    _write(file, "partial_version", (each for id_ in partials for each in _partial_versions(id_)))
    ids = [new_id() for _ in range(sizes.prompts)]
    _write(file, "prompt", (_prompt(at, id_, collections, sizes) for at, id_ in enumerate(ids)))
    versions = {(at, number): new_id() for at in range(sizes.prompts) for number in range(1, sizes.versions + 1)}
    _write(file, "prompt_version", (_version(ids[at], at, number, id_) for (at, number), id_ in versions.items()))
    for at, id_ in enumerate(ids):
        further = labels[4 + at % sizes.labels - 1]["id"]
        for label, number in ((production, sizes.versions - 1), (further, sizes.versions)):
            row = {"label_id": label, "version_id": versions[at, number], "given_at": _moment(at), "given_by": None}
            _write(file, "version_label", [{"prompt_id": id_, **row}])


def add_runs(store: Store, sizes: Sizes) -> None:
    """Record runs of the first thousand prompts, one a second until now, by batches as the server writes them."""
    known = [store.read_now(prompts.find, slug(at)).id for at in range(min(_MOST_RUN, sizes.prompts))]
    first = datetime.now(UTC) - timedelta(seconds=sizes.runs)  # a server removes what is too old
    for begin in range(0, sizes.runs, _RUNS_AT_ONCE):
        numbers = range(begin, min(begin + _RUNS_AT_ONCE, sizes.runs))
        store.write_now(runs.add, [_run(number, known, first, sizes) for number in numbers])


def _universals() -> dict[str, list[dict[str, Any]]]:
    """Return what always exists, as an archive of an empty database has it."""
    written = io.BytesIO()
    store = Store()
    try:
        archive.export(store, written.write)
    finally:
        store.close()
    header, *lines = map(json.loads, written.getvalue().splitlines())
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in header["counts"]}
    for line in lines:
        rows[line.pop("kind")].append(line)
    return rows


def _collections(sizes: Sizes) -> Iterator[dict[str, Any]]:
    for number in range(sizes.collections):
        name = f"team {number}"
        yield {
            "id": new_id(),
            "slug": f"team-{number}",
            "name": name,
            "workspace_id": WORKSPACE_ID,
            "parent_collection_id": None,
            "is_default": False,
            "status": "active",
            **_stamps(number),
        }


def _labels(sizes: Sizes) -> Iterator[dict[str, Any]]:
    for number in range(sizes.labels):
        yield {
            "id": new_id(),
            "name": f"label-{number}",
            "description": None,
            "color_code": None,
            "organisation_id": ORGANISATION_ID,
            "workspace_id": WORKSPACE_ID,
            "is_universal": False,
            "status": "active",
            **_stamps(number),
        }


def _head(slug: str, at: int, id_: str, collections: list[dict[str, Any]], published: int) -> dict[str, Any]:
    return {
        "id": id_,
        "slug": slug,
        "name": slug.removeprefix("pp-").replace("-", " "),
        "collection_id": collections[at % len(collections)]["id"],
        "status": "active",
        "published_number": published,
        **_stamps(at),
        "published_by": None,
    }


def _prompt(at: int, id_: str, collections: list[dict[str, Any]], sizes: Sizes) -> dict[str, Any]:
    head = _head(slug(at), at, id_, collections, sizes.versions - 1)
    return head | {"name": f"{head['name']} {RARE}" if at % 1000 == 0 else head["name"]}


def _partial_versions(id_: str) -> Iterator[dict[str, Any]]:
    for number in (1, 2):
        yield {
            "id": new_id(),
            "partial_id": id_,
            "number": number,
            "string": f"{number}: {contents.PARTIAL}",
            "description": None,
            "created_at": _moment(number),
            "created_by": None,
        }


def _version(prompt: str, at: int, number: int, id_: str) -> dict[str, Any]:
    """Write a version of a chat of some hundred characters; those of every fourth prompt include a partial."""
    system = f"You are an agent of {{{{company}}}}, version {number} of prompt {at}. Answer in {{{{language}}}}."
    if at % 4 == 0:
        system += f" {{{{>{partial_slug(at // 4 % 200)}}}}}"
    user = "My name is {{name}}. I ordered:\n{{#items}}\n- {{title}}, {{price}}\n{{/items}}\nMy question: {{question}}"
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    return {
        "id": id_,
        "prompt_id": prompt,
        "number": number,
        "string": json.dumps(messages),
        "parameters": {"temperature": 0.2, "max_tokens": 512},
        "functions": None,
        "tools": None,
        "tool_choice": None,
        "template_metadata": None,
        "model": "gpt-4o-mini",
        "virtual_key": None,
        "is_raw_template": 0,
        "description": f"What changed in {number}",
        "created_at": _moment(at),
        "created_by": None,
    }


def _run(number: int, known: list[str], first: datetime, sizes: Sizes) -> dict[str, Any]:
    at = number * 7919 % len(known)
    failed = number % 50 == 0
    return {
        "id": new_id(),
        "started_at": stamp(first + timedelta(seconds=number)),
        "trace_id": new_id(),
        "reference": slug(at),
        "prompt_id": known[at],
        "prompt_slug": slug(at),
        "version_id": f"v-{at}",
        "version_number": number % sizes.versions + 1,
        "upstream": "openai",
        "model": "gpt-4o-mini",
        "streamed": number % 2 == 0,
        "status": 500 if failed else 200,
        "error": "It failed." if failed else None,
        "latency_ms": float(number * 31 % 5000),
        "first_token_ms": float(number * 17 % 900) if number % 2 == 0 else None,
        "prompt_tokens": 120,
        "completion_tokens": 80,
        "total_tokens": 200,
        "request": None,
        "answer": None,
    }


def _stamps(at: int) -> dict[str, str]:
    return {"created_at": _moment(at), "last_updated_at": _moment(at)}


def _moment(at: int) -> str:
    return stamp(_BEGIN + timedelta(seconds=at * 7919 % 1_000_003))


def _write(file: BinaryIO, kind: str, rows: Any) -> None:
    for row in rows:
        file.write(_line({"kind": kind, **row}))


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
