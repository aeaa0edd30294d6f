"""Databases with contents of all kinds, and archives of them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, insert

from portkey_local.archive import archive
from portkey_local.config import LocalLimits
from portkey_local.prompts.content import ContentReader
from portkey_local.seeding import PromptPlan, seed_partial, seed_prompt
from portkey_local.store import Store, collections, labels, schema
from portkey_local.store.text import AnyText

READER = ContentReader(LocalLimits())
MOMENT = "2026-05-29T01:11:58.000Z"


def exported(url: str, *, everything: bool = False) -> bytes:
    """Return a database's archive."""
    store = Store(url)
    try:
        return dumped(store, everything=everything)
    finally:
        store.close()


def dumped(store: Store, *, everything: bool = False) -> bytes:
    """Return the archive of a database that is open."""
    written = io.BytesIO()
    archive.export(store, written.write, everything=everything)
    return written.getvalue()


def imported(url: str, data: bytes, **options: bool) -> archive.Imported:
    """Put an archive into a database."""
    store = Store(url)
    try:
        return archive.load(store, io.BytesIO(data), **options)
    finally:
        store.close()


def filled(url: str, fill: Callable[[Connection], object]) -> bytes:
    """Change a database and return its archive with everything."""
    store = Store(url)
    try:
        store.write_now(fill)
    finally:
        store.close()
    return exported(url, everything=True)


def fill(connection: Connection) -> None:
    """Put some of every kind into a database."""
    outer = collections.create(connection, {"name": "Outer"})
    collections.create(connection, {"name": "Inner \0 ☃", "parent_collection_id": outer["id"]})
    label = labels.create(connection, {"name": "given", "description": "x\u2028y"})
    odd = {"deep": [[{}, None, {"a": -0.0, "b": 1e22, "c": 10**30, "d": 0.1, "e": "\0\x01\x7f\ufdd0\U0010ffff"}]]}
    plan = PromptPlan(
        slug="pp-full",
        versions=[
            {"string": "a\r\n{{x}}\0", "parameters": odd, "tools": [odd], "tool_choice": "auto", "id": "v\x01"},
            "b",
        ],
        name="Full",
        labels={"production": 1, "given": 2},
        published=1,
        collection_id=outer["slug"],
    )
    seed_prompt(connection, plan, READER)
    seed_partial(connection, "pp-part", ["one", "two {{y}}"], "Part", 1, READER)
    assert label["id"]
    connection.execute(insert(schema.api_keys), [a_key()])
    connection.execute(insert(schema.runs), [a_run("r-2"), a_run("r-1", latency_ms=0.1, error="e\0")])


def a_key(**fields: Any) -> dict[str, Any]:
    """A key's row."""
    key = {
        "id": "0123456789abcdef",
        "name": None,
        "digest": "d" * 64,
        "scopes": ["read", "run"],
        "created_at": MOMENT,
        "revoked_at": None,
        "expires_at": MOMENT,
        "replaced_by": "f" * 16,
    }
    return {**key, **fields}


def a_run(run_id: str, **fields: Any) -> dict[str, Any]:
    """A run's row: every column that may be null is."""
    values = {
        column.name: None
        if column.nullable
        else "x"
        if isinstance(column.type, AnyText)
        else column.type.python_type(1)
        for column in schema.runs.columns
    }
    return {**values, "id": run_id, "started_at": MOMENT, "status": 200, **fields}


def lines(data: bytes) -> list[dict[str, Any]]:
    """Read an archive."""
    return [json.loads(line) for line in data.splitlines()]


def joined(values: list[dict[str, Any]]) -> bytes:
    """Write an archive."""
    return b"".join(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for value in values)
