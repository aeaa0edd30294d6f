"""Beside the official SDK, in either order and after an uninstall: what is said, and that the remedy works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from offline_install import REQUESTED, link_packages

from portkey_prompts.installed import REMEDY

ROOT = Path(__file__).resolve().parents[2]
THEIRS = ["__init__.py", "py.typed", "version.py", "api_resources/__init__.py", "api_resources/exceptions.py",
          "api_resources/streaming.py", "api_resources/utils.py", "api_resources/apis/__init__.py"]  # fmt: skip
"""Files of the official SDK: some of the names that both have, and the one that only it has."""
CLIENT = "from portkey_ai import Portkey; print(Portkey(api_key='k').max_retries)"


class Environment:
    """An environment of its own, whose packages come from a folder."""

    def __init__(self, folder: Path, wheels: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        self.bin = folder / "bin"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PORTKEY_", "PIP_"))}
        self.environment = {
            **clean,
            "PYTHONPATH": str(wheels / "links"),
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "PIP_NO_COMPILE": "1",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(wheels),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=self.environment, cwd=self.bin, capture_output=True, text=True, timeout=120)

    def pip(self, line: str) -> None:
        """Carry a line of pip out as it is written, but for the packages that are required."""
        command, *arguments = line.split()[1:]
        extra = ["--no-deps"] if command == "install" else ["--yes"]
        done = self.run("python", "-m", "pip", command, *extra, *arguments)
        assert done.returncode == 0, done.stderr

    def command(self) -> subprocess.CompletedProcess[str]:
        return self.run("python", "-m", "portkey_cli.main", "--version")

    def client(self) -> subprocess.CompletedProcess[str]:
        return self.run("python", "-c", CLIENT)

    def tests(self) -> str:
        """What a run of pytest says that asks for the fixture `portkey`."""
        (self.bin / "test_app.py").write_text("def test_it(portkey):\n    assert portkey\n")
        return self.run("python", "-m", "pytest", "test_app.py").stdout


@pytest.fixture(scope="module")
def wheels(built_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both distributions: this one, and what stands for the official one."""
    folder = tmp_path_factory.mktemp("wheels")
    shutil.copy(built_wheel, folder)
    link_packages((*REQUESTED, "pip"), folder / "links")
    with zipfile.ZipFile(folder / "portkey_ai-2.3.4-py3-none-any.whl", "w") as theirs:
        for name in THEIRS:
            theirs.writestr(f"portkey_ai/{name}", "Portkey = dict\n")
        info = "portkey_ai-2.3.4.dist-info"
        theirs.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: portkey-ai\nVersion: 2.3.4\n")
        theirs.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        names = [f"portkey_ai/{name}" for name in THEIRS] + [
            f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD")
        ]
        theirs.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in names))
    return folder


@pytest.fixture
def there(tmp_path: Path, wheels: Path) -> Environment:
    return Environment(tmp_path / "there", wheels)


def remedied(there: Environment) -> None:
    """Carry out what was said, and see that all is well."""
    for line in re.findall(r"pip [^,]+", REMEDY):
        there.pip(line)
    client, command = there.client(), there.command()
    assert client.stdout == "2\n"
    assert (client.stderr, command.stderr) == ("", "")
    assert command.returncode == 0
    assert "1 passed" in there.tests()


def test_installed_over_it_client_and_command_warn_and_work(there: Environment) -> None:
    there.pip("pip install portkey-ai")
    there.pip("pip install portkey-prompts")
    client = there.client()
    assert (client.stdout, REMEDY in client.stderr) == ("2\n", True)
    command = there.command()
    assert (command.returncode, REMEDY in command.stderr) == (0, True)
    assert command.stderr.count("\n") == 1
    remedied(there)


def test_installed_under_it_command_and_plugin_say_so(there: Environment) -> None:
    there.pip("pip install portkey-prompts")
    there.pip("pip install portkey-ai")
    command = there.command()
    assert (command.returncode, command.stdout, REMEDY in command.stderr) == (1, "", True)
    assert command.stderr.count("\n") == 1
    said = there.tests()
    assert said.count(REMEDY) >= 2  # at the top, and where the fixture is asked for
    assert "Traceback" not in said
    remedied(there)


def test_after_its_uninstall_command_and_plugin_say_what_is_missing(there: Environment) -> None:
    there.pip("pip install portkey-prompts")
    there.pip("pip install portkey-ai")
    there.pip("pip uninstall portkey-ai")
    assert "ImportError" in there.client().stderr
    command = there.command()
    assert (command.returncode, "files of portkey_ai are missing" in command.stderr) == (1, True)
    assert "files of portkey_ai are missing" in there.tests()
    for line in re.findall(r"pip install [^,]+", REMEDY):
        there.pip(line)
    assert there.client().stdout == "2\n"


def test_the_readme_s_four_lines_move_over_and_back(there: Environment) -> None:
    readme = (ROOT / "README.md").read_text()
    (block,) = re.findall(r"```sh\n(pip uninstall.*?)```", readme, re.S)
    over, back = (line.split(" && ") for line in block.strip().splitlines())
    there.pip("pip install portkey-ai")
    for line in over:
        there.pip(line.replace("--yes ", ""))
    client = there.client()
    assert (client.stdout, client.stderr) == ("2\n", "")
    for line in back:
        there.pip(line.replace("--yes ", ""))
    assert there.run("python", "-c", "import portkey_ai; print(portkey_ai.Portkey)").stdout == "<class 'dict'>\n"
