"""A database looked at from outside of the store: what tables it has, and what is in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

OLD = Path(__file__).parent / "old" / "release_1_0_0_0.sql"
_POSTGRESQL = {
    "columns": """
        SELECT table_name, column_name, data_type, is_nullable, collation_name, column_default
        FROM information_schema.columns WHERE table_schema = current_schema() AND table_name <> 'alembic_version'
        ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexdef FROM pg_indexes
        WHERE schemaname = current_schema() AND tablename <> 'alembic_version' ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, contype::text, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = current_schema()::regnamespace AND conrelid <> 'alembic_version'::regclass
        ORDER BY 1, 2, 3""",
}


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Open a database without the store, and commit at the end."""
    engine = create_engine(make_url(url).difference_update_query(["timeout"]), poolclass=NullPool)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def run(url: str, *statements: str) -> Any:
    """Run statements and return the rows of the last one, None where it has none."""
    with connected(url) as connection:
        for statement in statements:
            result = connection.execute(text(statement))
        return [tuple(row) for row in result] if result.returns_rows else None


def make_old(url: str) -> None:
    """Fill an empty database with what 1.0.0.0 would have made there."""
    script = OLD.read_text(encoding="utf-8")
    with connected(url) as connection:
        if connection.dialect.name == "postgresql":
            script = script.replace(" TEXT", ' VARCHAR COLLATE "C"')
        for statement in script.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)


def described(url: str) -> dict[str, Any]:
    """Describe all tables but alembic's as the database itself does."""
    with connected(url) as connection:
        if connection.dialect.name == "postgresql":
            return {
                name: [tuple(row) for row in connection.exec_driver_sql(query)] for name, query in _POSTGRESQL.items()
            }
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {name: _sqlite_table(connection, name) for (name,) in tables.all() if name != "alembic_version"}


def _sqlite_table(connection: Connection, name: str) -> dict[str, Any]:
    def pragma(which: str, of: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.exec_driver_sql(f"PRAGMA {which}('{of}')")]

    indexes = pragma("index_list", name)
    return {
        "columns": pragma("table_xinfo", name),
        "keys": sorted(row[2:] for row in pragma("foreign_key_list", name)),
        "indexes": sorted((*row[1:], tuple(pragma("index_xinfo", row[1]))) for row in indexes),
    }
