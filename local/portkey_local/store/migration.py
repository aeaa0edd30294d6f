"""Bringing a database up to date: an empty one at once, an older one step by step, a newer one not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, String, Table, create_mock_engine, delete, insert, inspect, select

from .problems import DatabaseError
from .schema import metadata

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

NEWEST = "0007"
"""The revision that `schema` describes; a test holds it against the newest of `migrations/`."""
_FIRST = "0001"
_FOLDER = Path(__file__).parent / "migrations"
# Compiling them takes half of the time that a test waits for a server of its own, and they are always the same.
_creating: dict[str, list[str]] = {}
"""The statements that make all tables, by kind of database."""
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def is_current(connection: Connection) -> bool:
    """Tell whether a database is one that this program works with as it is.

    Raises:
        DatabaseError: A newer program has changed it, or it is another program's.
    """
    revision = _revision(connection)
    if revision is not None and revision not in _known():
        raise DatabaseError(
            f"a newer portkey-prompts has brought it to revision {revision}, and this one knows {NEWEST}. "
            "Install the newer one; a database can't be taken back"
        )
    return revision == NEWEST


def bring_up_to_date(connection: Connection) -> bool:
    """Make the tables what `schema` says, in the transaction of the connection, and say whether there were none.

    Raises:
        DatabaseError: A newer program has changed the database, or it is another program's.
    """
    if is_current(connection):
        return False
    revision = _revision(connection)
    if revision is None:
        _create(connection)
    else:
        upgrade(connection, revision)
    _VERSION.create(connection, checkfirst=True)
    connection.execute(delete(_VERSION))
    connection.execute(insert(_VERSION), {"version_num": NEWEST})
    return revision is None


def _create(connection: Connection) -> None:
    """Make all tables where there are none."""
    kind = connection.dialect.name
    if kind not in _creating:
        statements: list[str] = []
        recorder = create_mock_engine(
            connection.engine.url, lambda ddl, *_: statements.append(str(ddl.compile(dialect=connection.dialect)))
        )
        metadata.create_all(recorder, checkfirst=False)
        _creating[kind] = statements
    # PostgreSQL takes all in one message, which saves as many round trips; SQLite takes one statement at a time.
    for text in [";\n".join(_creating[kind])] if kind == "postgresql" else _creating[kind]:
        connection.exec_driver_sql(text, execution_options={"no_parameters": True})


def upgrade(connection: Connection, revision: str | None) -> None:
    """Run the migrations from a revision to the newest one, in the transaction of the connection.

    Args:
        connection: A writing transaction.
        revision: Where the database stands; None for an empty one.
    """
    # Only an older database needs alembic: importing it takes longer than everything else that is done at the start.
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    with Operations.context(MigrationContext.configure(connection)):
        for script in reversed(list(_scripts().iterate_revisions("heads", revision or "base"))):
            script.module.upgrade()


def _known() -> set[str]:
    return {NEWEST} | {path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("*.py")}


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(_FOLDER))


def _revision(connection: Connection) -> str | None:
    """Return the revision that a database stands at, None for an empty one."""
    tables = set(inspect(connection).get_table_names())
    if "prompt_versions" not in tables:
        foreign = sorted(tables & {_VERSION.name, *metadata.tables})
        if foreign:
            raise DatabaseError(f"it holds tables of another program: {', '.join(foreign)}. Use a database of its own")
        return None
    if _VERSION.name not in tables:
        return _FIRST  # made before revisions were counted
    return str(connection.scalar(select(_VERSION.c.version_num)))
