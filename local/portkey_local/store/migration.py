"""Bringing a database up to date: an empty one at once, an older one step by step, a newer one not at all."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select

from .problems import DatabaseError
from .schema import metadata

NEWEST = "0002"
"""The revision that `schema` describes; a test holds it against the newest of `migrations/`."""
_FIRST = "0001"
_FOLDER = Path(__file__).parent / "migrations"
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def bring_up_to_date(connection: Connection) -> None:
    """Make the tables what `schema` says, in the transaction of the connection.

    Raises:
        DatabaseError: The database was made or migrated by a newer program, or holds something else.
    """
    revision = _revision(connection)
    if revision == NEWEST:
        return
    if revision is None:
        metadata.create_all(connection)
        _VERSION.create(connection)
        connection.execute(insert(_VERSION), {"version_num": NEWEST})
    else:
        _upgrade(connection, revision)


def _revision(connection: Connection) -> str | None:
    """Return the revision that a database stands at, None for an empty one."""
    tables = set(inspect(connection).get_table_names())
    if _VERSION.name in tables:
        return connection.scalar(select(_VERSION.c.version_num))
    if "prompt_versions" in tables:  # made before revisions were counted
        _VERSION.create(connection)
        connection.execute(insert(_VERSION), {"version_num": _FIRST})
        return _FIRST
    foreign = sorted(tables & metadata.tables.keys())
    if foreign:
        raise DatabaseError(f"it holds tables of another program: {', '.join(foreign)}. Use a database of its own")
    return None


def _upgrade(connection: Connection, revision: str) -> None:
    # Only an older database needs alembic: importing it takes longer than everything else that is done at the start.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    if revision not in {each.revision for each in script.walk_revisions()}:
        raise DatabaseError(
            f"a newer portkey-prompts has brought it to revision {revision}, and this one knows {NEWEST}. "
            "Install the newer one; a database can't be taken back"
        )
    with EnvironmentContext(config, script, fn=lambda at, _: script._upgrade_revs(NEWEST, at)) as context:
        context.configure(connection=connection, target_metadata=metadata)
        context.run_migrations()
