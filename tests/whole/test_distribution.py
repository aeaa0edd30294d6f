"""What is shipped, and what a plain install asks for."""

from __future__ import annotations

import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from types import ModuleType

import pytest
from offline_install import link_packages
from seed_server import SYNC_OUTPUT, seed_server
from whole_runs import Run, load_tool

from portkey_ai import API_VERSION, __version__

BLOCKED = "import sys\nfor name in {names!r}: sys.modules[name] = None\n"


@pytest.fixture
def wheel(built_wheel: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(built_wheel) as opened:
        yield opened


@pytest.fixture(scope="module")
def distribute() -> ModuleType:
    return load_tool("distribute")


@pytest.fixture
def metadata(wheel: zipfile.ZipFile) -> Message:
    return message_from_bytes(wheel.read(f"portkey_prompts-{__version__}.dist-info/METADATA"))


def test_the_distribution_s_version_is_the_contract_s_and_a_counter() -> None:
    assert __version__.rpartition(".")[0] == API_VERSION
    assert __version__.rpartition(".")[2].isdigit()


def test_the_wheel_bears_that_version_and_all_five_packages(wheel: zipfile.ZipFile) -> None:
    assert f"portkey_prompts-{__version__}-py3" in str(wheel.filename)
    tops = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" not in name}
    assert tops == {"portkey_ai", "portkey_prompts", "portkey_openapi", "portkey_local", "portkey_cli"}


def test_the_wheel_s_files_are_those_of_the_committed_list(built_wheel: Path, distribute: ModuleType) -> None:
    assert distribute.differences(built_wheel) == [], "on purpose? make dist RECORD=1"


def test_a_file_that_is_missing_or_was_not_listed_is_named(
    wheel: zipfile.ZipFile, distribute: ModuleType, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as other:
        for name in ("portkey_ai/secrets.txt", *wheel.namelist()):
            if name != "portkey_ai/py.typed":
                other.writestr(name, b"")
    assert distribute.differences(tmp_path / "other.whl") == [
        "not listed: portkey_ai/secrets.txt",
        "not in the wheel: portkey_ai/py.typed",
    ]


def test_the_metadata_says_what_an_index_shows(metadata: Message, root: Path) -> None:
    assert metadata["Author"] == "The portkey-prompts authors"
    assert (metadata["License-Expression"], metadata["License-File"]) == ("MIT", "LICENSE")
    assert metadata["Requires-Python"] == ">=3.11"
    assert len(metadata["Keywords"].split(",")) > 5
    assert [url for url in metadata.get_all("Project-URL", []) if ", https://" in url]
    pythons = {f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13, 14)}
    assert pythons <= set(metadata.get_all("Classifier", []))
    assert metadata.get_payload(decode=True) == (root / "README.md").read_bytes()


def test_every_extra_has_a_program_that_shows_what_it_brings(metadata: Message, distribute: ModuleType) -> None:
    assert set(distribute.PROGRAMS) == {"", *metadata.get_all("Provides-Extra", [])}


def test_the_interface_s_program_runs_on_the_installed_wheel(
    built_wheel: Path, run: Run, tmp_path: Path, root: Path
) -> None:
    """In a new environment that has what a plain install asks for, and nothing of this repository."""
    run(sys.executable, "-m", "venv", "--without-pip", "plain")
    link_packages(("portkey-prompts",), tmp_path / "links")
    (site,) = (tmp_path / "plain").glob("lib/python*/site-packages")
    (site / "links.pth").write_text(str(tmp_path / "links"))
    with zipfile.ZipFile(built_wheel) as opened:
        opened.extractall(site)
    python = str(tmp_path / "plain" / "bin" / "python")
    found = run(python, "-c", "import portkey_ai, sys; print(portkey_ai.__file__, 'sqlalchemy' in sys.modules)")
    assert found.stdout == f"{site}/portkey_ai/__init__.py False\n"
    with seed_server() as server:
        done = run(python, "-W", "error", root / "tests/whole/seed/sync_program.py", PORTKEY_BASE_URL=server.base_url)
    assert (done.stdout.splitlines(), done.stderr) == (SYNC_OUTPUT, "")


def test_the_contract_ships_inside_the_package(wheel: zipfile.ZipFile, root: Path) -> None:
    assert wheel.read("portkey_openapi/openapi.yaml") == (root / "openapi.yaml").read_bytes()


def test_the_migrations_ship_inside_the_package(wheel: zipfile.ZipFile, root: Path) -> None:
    scripts = "portkey_local/store/migrations/versions/"
    shipped = {name.removeprefix(scripts) for name in wheel.namelist() if name.startswith(scripts)}
    assert shipped == {path.name for path in (root / "local" / scripts).glob("*.py")}
    assert len(shipped) > 1


def test_the_page_s_files_ship_inside_the_package(wheel: zipfile.ZipFile, root: Path) -> None:
    folder = root / "local" / "portkey_local" / "ui"
    files = {path.relative_to(folder.parents[1]).as_posix() for path in folder.rglob("*.*") if path.suffix != ".pyc"}
    assert len(files) > 20
    assert files <= set(wheel.namelist())


def test_type_checkers_find_the_markers(wheel: zipfile.ZipFile) -> None:
    assert {
        f"{name}/py.typed" for name in ("portkey_ai", "portkey_prompts", "portkey_openapi", "portkey_local")
    } <= set(wheel.namelist())


def test_a_plain_install_asks_for_three_packages(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    names = {requirement.split(">")[0] for requirement in project["dependencies"]}
    assert names == {"httpx", "attrs", "python-dateutil"}


def test_the_client_and_contract_work_without_the_extras(python: Run) -> None:
    names = ["sqlalchemy", "starlette", "uvicorn", "jsonschema_rs", "yaml", "xllamacpp", "typer", "rich"]
    program = BLOCKED.format(names=names) + (
        "from portkey_ai import Portkey, AsyncPortkey\nfrom portkey_prompts import templates\n"
        "Portkey(base_url='http://127.0.0.1:9/v1').prompts.partials\n"
        "from portkey_cli.main import main\nassert main(['contract']) == 0\n"
    )
    done = python("-c", program)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("start", ["from portkey_local import LocalServer", "sys.exit(main(['serve', '--port', '0']))"])
def test_a_missing_extra_is_an_error_that_names_the_command(run: Run, start: str) -> None:
    program = BLOCKED.format(names=["sqlalchemy", "starlette"]) + f"from portkey_cli.main import main\n{start}"
    done = run(sys.executable, "-c", program)
    assert done.returncode == 1
    assert "pip install 'portkey-prompts[local]'" in done.stderr.splitlines()[-1]
