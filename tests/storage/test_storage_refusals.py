"""A database that is held, full, read-only, moved, damaged or out of reach: a 5xx says so, and the server goes on."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from checked_client import CheckedClient, message_of
from puppet_upstream import wait_for
from serving_process import Serving
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from tables import run
from writings import add_version, new_prompt, rendered, texts

from portkey_local import DatabaseError, LocalServer
from portkey_local.errors import ApiError
from portkey_local.store import Address, Store, prompts
from portkey_local.store.postgres import PostgreSQL
from portkey_local.store.problems import FullError

PRESSED = "timeout=0.5"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting takes root")


def pressed(url: str) -> str:
    """The URL of a database whose changes wait for their turn for half a second."""
    return f"{url}?{PRESSED}"


def file_of(url: str) -> Path:
    return Path(str(make_url(url).database))


def is_alive(api: CheckedClient) -> bool:
    response = api.get(str(api.base_url.copy_with(path="/healthz")))
    return response.status_code == 200


def terminating(url: str) -> str:
    """The statement that ends all other sessions of a database."""
    name = make_url(url).database
    return (
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    )


def check_refused(response: httpx.Response, status: int, *words: str) -> None:
    """Hold that a refusal has the contract's shape and says what was changed and what to do."""
    assert response.status_code == status, response.text
    assert response.json()["data"]["errorCode"] == "AB04"
    assert not [word for word in (*words, "Nothing was changed") if word not in message_of(response)], response.text


@contextmanager
def held(url: str) -> Iterator[None]:
    """Hold the writers' turn in another session."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(file_of(url), isolation_level=None)
        try:
            connection.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            connection.close()
    else:
        with psycopg.connect(url.replace("+psycopg", "")) as session:
            session.execute("SELECT pg_advisory_lock(hashtext(current_schema()), 7269)")
            yield


def test_a_held_database_refuses_changes_and_answers_reads(database: str) -> None:
    with LocalServer(pressed(database)) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        with held(database):
            for _ in range(2):
                refused = add_version(api, slug, "no")
                check_refused(refused, 503, "held by another writer", "call again")
                assert refused.headers["retry-after"] == "1"
                assert rendered(api, slug) == "first"
                assert is_alive(api)
        assert add_version(api, slug, "second").status_code == 200
        assert texts(api, slug) == ["first", "second"]


def test_changes_that_queue_up_do_not_wait_for_the_sum_of_it(database: str) -> None:
    with LocalServer(pressed(database)) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        statuses: list[int] = []

        def write(number: int) -> None:
            with CheckedClient(server.base_url) as own:
                statuses.append(add_version(own, slug, str(number)).status_code)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(40)]
        with held(database):
            began = time.monotonic()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert statuses == [503] * 40
            assert time.monotonic() - began < 40 * 0.5  # what they would take at least, one after the other
        assert add_version(api, slug, "second").status_code == 200


def test_a_held_table_of_postgresql_refuses_in_time(new_database: Callable[[str], str]) -> None:
    url = new_database("postgresql")
    with LocalServer(pressed(url)) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        with psycopg.connect(url.replace("+psycopg", "")) as session:
            session.execute("LOCK TABLE prompts")
            check_refused(add_version(api, slug, "no"), 503, "held")
            check_refused(api.get(f"/prompts/{slug}"), 503, "held")  # even reads wait for such a lock
            assert is_alive(api)
        assert add_version(api, slug, "second").status_code == 200


def test_a_database_can_be_opened_while_it_is_held(database: str) -> None:
    Store(database).close()
    with held(database), LocalServer(pressed(database)) as server, CheckedClient(server.base_url) as api:
        assert api.get("/prompts").json()["total"] == 0


def test_a_read_only_postgresql_refuses_changes(new_database: Callable[[str], str]) -> None:
    url = new_database("postgresql")
    name = make_url(url).database
    with LocalServer(url) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        end = terminating(url)
        run(url, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on', end)
        check_refused(add_version(api, slug, "no"), 503, "read-only", "right to write")
        assert rendered(api, slug) == "first"
        assert is_alive(api)
        with LocalServer(url) as another, CheckedClient(another.base_url) as other:
            assert rendered(other, slug) == "first"
        undo = f'ALTER DATABASE "{name}" RESET default_transaction_read_only'
        run(url, "SET TRANSACTION READ WRITE", undo, end)
        assert add_version(api, slug, "second").status_code == 200


@contextmanager
def role(url: str, *rights: str, options: str = "") -> Iterator[tuple[str, str]]:
    """Make a role with a password; yields its name and its URL of the database."""
    name = f"portkey_test_{os.urandom(4).hex()}"
    run(
        url, f"CREATE ROLE {name} LOGIN PASSWORD 'hush-hush' {options}", *(f"GRANT {each} TO {name}" for each in rights)
    )
    try:
        parsed = make_url(url).set(username=name, password="hush-hush")
        yield name, parsed.render_as_string(hide_password=False)
    finally:
        run(url, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def test_a_role_without_the_right_to_write_refuses_changes(new_database: Callable[[str], str]) -> None:
    url = new_database("postgresql")
    with LocalServer(url) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
    with (
        role(url, "SELECT ON ALL TABLES IN SCHEMA public") as (name, theirs),
        LocalServer(theirs) as server,
        CheckedClient(server.base_url) as api,
    ):
        check_refused(add_version(api, slug, "no"), 503, "denies", "grant")
        assert rendered(api, slug) == "first"
        assert is_alive(api)
        run(url, f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}")
        assert add_version(api, slug, "second").status_code == 200


def test_a_role_that_may_connect_too_rarely_is_refused_for_the_moment(new_database: Callable[[str], str]) -> None:
    url = new_database("postgresql")
    Store(url).close()
    with (
        role(url, "ALL ON ALL TABLES IN SCHEMA public", options="NOSUPERUSER CONNECTION LIMIT 1") as (_, theirs),
        LocalServer(theirs) as server,
        CheckedClient(server.base_url) as api,
    ):
        # PostgreSQL counts a connection until its process has ended, some time after it was closed.
        assert wait_for(lambda: api.get("/prompts").status_code == 200)
        slug = new_prompt(api)["slug"]
        run(url, terminating(url))
        with psycopg.connect(theirs.replace("+psycopg", "")):
            refused = add_version(api, slug, "no")
            assert (refused.status_code, refused.json()["data"]["errorCode"]) == (503, "AB04")
            assert is_alive(api)
        assert wait_for(lambda: add_version(api, slug, "second").status_code == 200)


@pytest.mark.parametrize("change", ["database", "password", "port", "option"])
def test_a_postgresql_that_can_not_be_used_at_the_start_is_said_without_the_password(
    new_database: Callable[[str], str], change: str
) -> None:
    url = make_url(new_database("postgresql")).set(password="hush-hush")
    wrong = {
        "database": url.set(database="portkey_no_such_database"),
        "password": url.set(username="portkey_no_such_role"),
        "port": url.set(port=1),
        "option": url.update_query_dict({"no_such_option": "1"}),
    }[change]
    with Serving(wrong.render_as_string(hide_password=False)) as serving:
        code, output, errors = serving.wait()
    assert (code, output) == (3, "")
    assert "can't be used" in errors
    assert "hush-hush" not in errors
    assert len(errors.splitlines()) == 1


def test_a_database_url_may_be_written_in_the_ways_that_others_read(new_database: Callable[[str], str]) -> None:
    url = make_url(new_database("postgresql"))
    run(url.render_as_string(False), "CREATE SCHEMA shelf")
    written = [
        url.set(drivername="postgresql"),
        url.set(drivername="postgres"),
        url.update_query_dict({"sslmode": "prefer", "application_name": "mine", "connect_timeout": "3"}),
        url.update_query_dict({"options": "-csearch_path=shelf"}),
    ]
    for each in written:
        Store(each.render_as_string(hide_password=False)).close()
    named = run(
        written[3].render_as_string(hide_password=False), "SELECT current_schema()", "SELECT count(*) FROM labels"
    )
    assert named == [(3,)]
    sockets = Path("/var/run/postgresql")
    if (sockets / ".s.PGSQL.5432").exists() and url.port in (None, 5432):
        local = url.set(host=None, port=None).update_query_dict({"host": str(sockets)})
        try:
            psycopg.connect(local.set(drivername="postgresql").render_as_string(hide_password=False)).close()
        except psycopg.OperationalError:
            return  # the machine's own rules let this role in through the network only
        Store(local.render_as_string(hide_password=False)).close()


@pytest.mark.parametrize("timeout", ["x", "0", "-1", "nan", "inf", "1&timeout=2"])
def test_a_timeout_that_is_none_is_refused(database: str, timeout: str) -> None:
    with pytest.raises(DatabaseError, match="`timeout` in its URL must be seconds"):
        Store(f"{database}?timeout={timeout}")


@pytest.mark.parametrize(
    ("kind", "query", "said"),
    [
        ("sqlite", "mode=ro", "`mode` .*uri=true"),
        ("sqlite", "isolation_level=DEFERRED", "`isolation_level`"),
        ("sqlite", "b/prompts.db", "`b/prompts.db` .*%3F"),
        ("sqlite", "timeout=", "`timeout=` .*NAME=VALUE"),
        ("postgresql", "sslmode=", "`sslmode=` .*NAME=VALUE"),
        ("postgresql", "autocommit=true", "`autocommit`"),
        ("postgresql", "row_factory=x", "`row_factory`"),
        ("postgresql", "prepare_threshold=x", "`prepare_threshold` .*none"),
    ],
)
def test_what_a_url_can_not_set_is_refused(
    new_database: Callable[[str], str], kind: str, query: str, said: str
) -> None:
    with pytest.raises(DatabaseError, match=said):
        Store(f"{new_database(kind)}?{query}")


@pytest.mark.parametrize(("threshold", "prepared"), [("none", False), ("2", True)])
def test_statements_are_not_prepared_where_a_pooler_can_not_have_them(
    new_database: Callable[[str], str], threshold: str, prepared: bool
) -> None:
    store = Store(f"{new_database('postgresql')}?prepare_threshold={threshold}")

    def look(connection: Connection) -> bool:
        for _ in range(20):
            prompts.page(connection, 0, 10, None, None)
        return bool(connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar())

    try:
        assert store.read_now(look) is prepared
    finally:
        store.close()


def test_a_url_that_is_none_does_not_show_its_password() -> None:
    with pytest.raises(DatabaseError) as caught:
        Store("postgresql://user:hush-hush@host:port/name")
    assert "hush-hush" not in str(caught.value)


@contextmanager
def small_disk(folder: Path, size: str = "4m") -> Iterator[Path]:
    """Mount a small file system."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def filled(folder: Path) -> Path:
    """Write a file that takes all the room that is left."""
    filling = folder / "filling"
    with contextlib.suppress(OSError), filling.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return filling


@needs_root
def test_a_full_disk_refuses_changes_until_there_is_room(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "small") as folder,
        Serving(f"sqlite:///{folder / 'prompts.db'}") as serving,
        CheckedClient(serving.base_url) as api,
    ):
        slug = new_prompt(api)["slug"]
        filling = filled(folder)
        kept = ["first"]
        for _ in range(100):  # the files have some room left for the first ones
            response = add_version(api, slug, "x" * 3000)
            if response.status_code != 200:
                break
            kept.append("x" * 3000)
        check_refused(response, 507, "disk is full", "make room")
        check_refused(add_version(api, slug, "y" * 100_000), 507, "disk is full")
        assert rendered(api, slug) == "first"
        assert is_alive(api)
        filling.unlink()
        assert add_version(api, slug, "y" * 100_000).status_code == 200
        assert texts(api, slug) == [*kept, "y" * 100_000]


@needs_root
def test_a_server_that_ends_on_a_full_disk_says_that_its_log_belongs_to_its_file(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as folder:
        with (
            Serving(f"sqlite:///{folder / 'prompts.db'}") as serving,
            CheckedClient(serving.base_url) as api,
        ):
            slug = new_prompt(api)["slug"]
            filled(folder)
            kept = 1
            while add_version(api, slug, "x" * 3000).status_code == 200:
                kept += 1
            _, _, errors = serving.end()
        assert f"{folder / 'prompts.db'} lacks what stands in {folder / 'prompts.db-wal'}" in errors
        assert "both together" in errors
        for ending in ("", "-wal"):
            shutil.copy(folder / f"prompts.db{ending}", tmp_path / f"prompts.db{ending}")
    with Serving(f"sqlite:///{tmp_path / 'prompts.db'}") as serving, CheckedClient(serving.base_url) as api:
        assert len(texts(api, slug)) == kept


@needs_root
def test_a_disk_that_is_full_to_the_last_page_is_said(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "16k") as folder, Serving(f"sqlite:///{folder / 'prompts.db'}") as serving:
        code, _, errors = serving.wait()
    assert code == 3
    assert "is full" in errors


@needs_root
def test_a_database_for_which_there_is_no_room_is_said_with_what_to_do(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as folder:
        filled(folder)
        with Serving(f"sqlite:///{folder / 'prompts.db'}") as serving:
            code, _, errors = serving.wait()
    assert code == 3
    assert "make room" in errors


LIMITED = """
import resource, sys
from portkey_local.program import serve
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
sys.exit(serve(**eval(sys.argv[1])))
"""


def test_a_file_that_may_not_grow_refuses_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("serving_process.PROGRAM", LIMITED)
    with Serving(f"sqlite:///{tmp_path / 'prompts.db'}") as serving, CheckedClient(serving.base_url) as api:
        slug = new_prompt(api)["slug"]
        response = add_version(api, slug, "x" * 600_000)
        assert response.status_code in (500, 507)
        assert "Nothing was changed" in message_of(response)
        assert rendered(api, slug) == "first"
        assert is_alive(api)
        assert add_version(api, slug, "second").status_code == 200
        assert texts(api, slug) == ["first", "second"]


def test_a_full_disk_of_postgresql_is_said(new_database: Callable[[str], str]) -> None:
    url = new_database("postgresql")
    raised = "DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$"
    store = Store(url)
    try:
        with pytest.raises(FullError) as caught:
            store.write_now(lambda connection: connection.exec_driver_sql(raised))
        assert caught.value.status == 507
    finally:
        store.close()


@needs_root
def test_a_tablespace_that_is_full_refuses_changes_until_there_is_room(
    new_database: Callable[[str], str], tmp_path: Path
) -> None:
    url = new_database("postgresql")
    name = f"portkey_test_{os.urandom(4).hex()}"
    place = Path(tempfile.gettempdir()) / name  # every folder above must be open to the database's own user
    try:
        with small_disk(place, "16m"):
            try:
                shutil.chown(place, "postgres")
                with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as session:
                    session.execute(f"CREATE TABLESPACE {name} LOCATION '{place}'")  # type: ignore[call-overload]
            except (LookupError, psycopg.Error) as error:
                pytest.skip(f"the database server takes no tablespace of this machine: {error}")
            try:
                check_full_tablespace(url, name, place)
            finally:
                run(url, "ALTER TABLE prompt_versions SET TABLESPACE pg_default")
                with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as session:
                    session.execute(f"DROP TABLESPACE {name}")  # type: ignore[call-overload]
    finally:
        place.rmdir()


def check_full_tablespace(url: str, name: str, place: Path) -> None:
    with LocalServer(url) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        run(url, f"ALTER TABLE prompt_versions SET TABLESPACE {name}")
        filling = filled(place)
        long = os.urandom(100_000).hex()
        check_refused(add_version(api, slug, long), 507, "disk is full", "make room")
        assert rendered(api, slug) == "first"
        assert is_alive(api)
        filling.unlink()
        assert add_version(api, slug, long).status_code == 200
        assert texts(api, slug) == ["first", long]


def test_a_file_that_is_opened_read_only_refuses_changes(tmp_path: Path) -> None:
    path = tmp_path / "prompts.db"
    with LocalServer(f"sqlite:///{path}") as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
    url = f"sqlite:///file:{path}?mode=ro&uri=true"
    with LocalServer(url) as server, CheckedClient(server.base_url) as api:
        check_refused(add_version(api, slug, "no"), 503, "read-only", "right to write")
        assert rendered(api, slug) == "first"
        assert is_alive(api)
    with LocalServer(f"sqlite:///{path}") as server, CheckedClient(server.base_url) as api:
        assert add_version(api, slug, "second").status_code == 200


@needs_root
def test_a_read_only_mount_is_said_at_the_start(tmp_path: Path) -> None:
    with small_disk(tmp_path / "mount") as folder:
        url = f"sqlite:///{folder / 'prompts.db'}"
        with LocalServer(url) as server, CheckedClient(server.base_url) as api:
            slug = new_prompt(api)["slug"]
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        with Serving(url) as serving:
            code, _, errors = serving.wait()
            assert code == 3
            assert "can't be used" in errors
        with Serving(f"sqlite:///{folder / 'new.db'}") as serving:
            code, _, errors = serving.wait()
            assert code == 3
            assert "Read-only" in errors
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
        with LocalServer(url) as server, CheckedClient(server.base_url) as api:
            assert add_version(api, slug, "second").status_code == 200


@pytest.mark.parametrize("replaced", [False, True], ids=["deleted", "replaced"])
def test_a_file_that_was_taken_away_takes_no_changes(tmp_path: Path, replaced: bool) -> None:
    path, aside = tmp_path / "prompts.db", tmp_path / "aside.db"
    with LocalServer(f"sqlite:///{path}") as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        path.rename(aside)
        if replaced:
            path.write_bytes(b"")
        check_refused(add_version(api, slug, "no"), 503, "moved, deleted or replaced", "start the server again")
        assert rendered(api, slug) == "first"
        assert is_alive(api)
        ready = server.base_url.removesuffix("/v1") + "/readyz"
        assert wait_for(lambda: httpx.get(ready).status_code == 503)
        assert "moved, deleted or replaced" in httpx.get(ready).json()["parts"]["database"]
        assert not replaced or path.read_bytes() == b""
        aside.rename(path)
        assert wait_for(lambda: httpx.get(ready).status_code == 200)
        assert add_version(api, slug, "second").status_code == 200
        assert texts(api, slug) == ["first", "second"]


def test_a_process_that_goes_to_another_folder_keeps_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with LocalServer("sqlite:///prompts.db") as server, CheckedClient(server.base_url) as api:
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert texts(api, new_prompt(api)["slug"]) == ["first"]


def test_a_damaged_file_is_said_and_what_can_be_read_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "prompts.db"
    with LocalServer(f"sqlite:///{path}") as server, CheckedClient(server.base_url) as api:
        sound = new_prompt(api)["slug"]
        broken = new_prompt(api, "x" * 500_000)["slug"]
    root = run(f"sqlite:///{path}", "SELECT rootpage FROM sqlite_master WHERE name = 'labels'")[0][0]
    (size,) = run(f"sqlite:///{path}", "PRAGMA page_size")[0]
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    with LocalServer(f"sqlite:///{path}") as server, CheckedClient(server.base_url) as api:
        check_refused(api.get("/labels"), 500, "damaged", "restore it")
        check_refused(api.post("/labels", json={"name": "no"}), 500, "damaged", "restore it")
        assert rendered(api, sound) == "first"
        assert len(rendered(api, broken)) == 500_000
        assert is_alive(api)
        assert add_version(api, sound, "second").status_code == 200
        assert rendered(api, f"{sound}@latest") == "second"


def test_a_failure_that_nobody_foresaw_is_said(database: str) -> None:
    with LocalServer(database) as server, CheckedClient(server.base_url) as api:
        slug = new_prompt(api)["slug"]
        run(database, "ALTER TABLE version_labels RENAME TO version_labels_gone")
        check_refused(api.get(f"/prompts/{slug}@production"), 500, "server's log")
        run(database, "ALTER TABLE version_labels_gone RENAME TO version_labels")
        assert api.get(f"/prompts/{slug}@production").status_code == 404


def test_nothing_of_the_pool_is_lost_by_failures(new_database: Callable[[str], str]) -> None:
    database = PostgreSQL(Address.read(f"{new_database('postgresql')}?timeout=0.3"), readers=1)
    try:
        for _ in range(5):
            with pytest.raises(ZeroDivisionError), database.writing():
                raise ZeroDivisionError
            with pytest.raises(ZeroDivisionError), database.reading():
                raise ZeroDivisionError
        with database.reading(), database.writing():
            pass
    finally:
        database.close()


def test_a_query_that_fails_leaves_the_reader_usable(database: str) -> None:
    store = Store(database)
    try:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                store.read_now(lambda connection: 1 // 0)
            assert store.read_now(prompts.page, 0, 10, None, None).total == 0
    finally:
        store.close()


def test_a_failure_that_each_request_meets_is_logged_once_a_second(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(database)

    def fail(table: str) -> None:
        with pytest.raises(ApiError):
            store.read_now(lambda connection: connection.exec_driver_sql(f"SELECT 1 FROM {table}"))

    try:
        began = time.monotonic()
        while (took := time.monotonic() - began) < 2.5:
            fail("nowhere")
        fail("elsewhere")
    finally:
        store.close()
    said = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    assert 2 <= sum("nowhere" in each for each in said) <= took + 2
    assert "elsewhere" in said[-1]
