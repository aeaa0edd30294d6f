"""What is shipped, and what a plain install asks for."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from whole_runs import Run

from portkey_ai import API_VERSION, __version__

BLOCKED = "import sys\nfor name in {names!r}: sys.modules[name] = None\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    root = Path(__file__).resolve().parents[2]
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*build, str(folder), str(root)], check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        yield opened


def test_the_distribution_s_version_is_the_contract_s_and_a_counter() -> None:
    assert __version__.rpartition(".")[0] == API_VERSION
    assert __version__.rpartition(".")[2].isdigit()


def test_the_wheel_bears_that_version_and_all_five_packages(wheel: zipfile.ZipFile) -> None:
    assert f"portkey_prompts-{__version__}-py3" in str(wheel.filename)
    tops = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" not in name}
    assert tops == {"portkey_ai", "portkey_prompts", "portkey_openapi", "portkey_local", "portkey_cli"}


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
