"""Compile openapi.yaml into generated/portkey_openapi, or check that what is there is what would be compiled.

    python tools/compile_client.py              compile
    python tools/compile_client.py --check      compile into a temporary folder and compare whole trees

The outcome depends on the contract, the templates and two pinned tools, and on nothing of the machine.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from contract_yaml import YAMLError, read_yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "portkey_openapi"
PINS = {"openapi-python-client": "0.29.1", "ruff": "0.17.6"}
BANNER = "# Compiled from openapi.yaml by `make generate`. Do not edit.\n"
FORMAT = ("--isolated", "--no-cache", "--line-length", "120", "--target-version", "py311")
RULES = "F401,I001,UP037,W291,W293"


class CompileError(Exception):
    """The client can't be compiled; the message says why and what to do."""


@dataclass(frozen=True)
class Contract:
    """The contract's bytes, and what they say."""

    source: bytes
    document: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Contract:
        """Read a contract from a YAML file."""
        try:
            source = path.read_bytes()
            document = read_yaml(source)
        except (OSError, YAMLError) as error:
            raise CompileError(f"{path} can't be read: {error}") from error
        if not isinstance(document, dict) or "openapi" not in document:
            raise CompileError(f"{path} is no OpenAPI document: it has no key `openapi`")
        return cls(source, document)

    @property
    def operation_ids(self) -> set[str]:
        """Every operationId of the contract."""
        items = [entry for path in self._at("paths").values() for entry in path.values()]
        return {entry["operationId"] for entry in items if isinstance(entry, dict) and "operationId" in entry}

    def constants(self) -> dict[str, str]:
        """The constants of the compiled contract.py, by name."""
        version = self._at("info", "version")
        if not isinstance(version, str):
            raise CompileError(f"info.version must be text, such as '1.0.0', not {version!r}")
        schemes = self._at("components", "securitySchemes")
        return {
            "API_VERSION": version,
            "BASE_URL": self._at("servers", 0, "url").rstrip("/"),
            "API_KEY_HEADER": next(scheme["name"] for scheme in schemes.values() if scheme.get("in") == "header"),
            "API_VERSION_HEADER": self._answered_header("api-version"),
            "TRACE_ID_HEADER": self._answered_header("trace-id"),
            "CONTRACT_SHA256": hashlib.sha256(self.source).hexdigest(),
            "GENERATOR_VERSION": PINS["openapi-python-client"],
        }

    def _answered_header(self, ending: str) -> str:
        """Return the name, in lower case, of the first header of answers that ends with `-` and this."""
        names: Iterator[str] = (name for node in _answers(self.document) for name in node.get("headers", {}))
        name = next((name for name in names if name.lower().endswith(f"-{ending}")), None)
        if name is None:
            raise CompileError(f"no answer of the contract has a header that ends with -{ending}")
        return name.lower()

    def _at(self, *path: str | int) -> Any:
        """Return a part of the contract that the client can't do without."""
        found: Any = self.document
        try:
            for step in path:
                found = found[step]
        except (KeyError, IndexError, TypeError):
            raise CompileError(f"the contract lacks {'.'.join(map(str, path))}") from None
        return found

    def prepared(self) -> dict[str, Any]:
        """Return the document for the generator, which reads a parameter's description in its schema only."""
        document: dict[str, Any] = json.loads(json.dumps(self.document, default=str))
        for parameter in _parameters(document):
            if "description" in parameter and "schema" in parameter:
                parameter["schema"].setdefault("description", parameter["description"])
        return document


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    items = document.get("paths", {}).values()
    return [operation for item in items for operation in item.values() if isinstance(operation, dict)]


def _answers(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Find every answer that is written out: of the contract, of an operation."""
    shared = document.get("components", {}).get("responses", {})
    answers = (one for operation in _operations(document) for one in operation.get("responses", {}).values())
    return [*shared.values(), *answers]


def _parameters(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Find every parameter that is written out: of the contract, of a path, of an operation."""
    nodes = [*document.get("paths", {}).values(), *_operations(document)]
    shared = document.get("components", {}).get("parameters", {})
    return [*shared.values(), *(one for node in nodes for one in node.get("parameters", []))]


def compile_package(contract: Contract, target: Path) -> None:
    """Compile a contract into the folder `target`, which is replaced."""
    assert_pins()
    contract.constants()
    with tempfile.TemporaryDirectory() as scratch:
        package = Path(scratch) / PACKAGE
        generate(contract, Path(scratch) / "contract.json", package)
        write_runtime(package)
        write_contract(contract, package)
        tidy(package)
        assert_operations(contract, package)
        replace_tree(package, target)


def assert_pins() -> None:
    """Refuse to compile with any other version of a tool than the pinned one."""
    for tool, pin in PINS.items():
        try:
            found = version(tool)
        except PackageNotFoundError:
            found = "none"
        if found != pin:
            raise CompileError(f"{tool} {pin} is needed, {found} is installed: pip install {tool}=={pin}")


def generate(contract: Contract, document: Path, package: Path) -> None:
    """Run the generator; a warning of it is an error here."""
    document.write_text(json.dumps(contract.prepared()), encoding="utf-8")
    command = [sys.executable, str(ROOT / "tools" / "run_generator.py"), str(document), str(package)]
    run(command, package.parent, "the generator refused the contract")


def run(command: list[str], folder: Path, failure: str) -> None:
    """Run a tool with a plain environment; what it printed is the error where it fails."""
    tools = str(Path(sys.executable).parent)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("RUFF_", "PYTHON"))},
        "PATH": os.pathsep.join([tools, os.environ.get("PATH", "")]),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "NO_COLOR": "1",
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0:
        raise CompileError(f"{failure}:\n{done.stdout}{done.stderr}".rstrip())


def write_runtime(package: Path) -> None:
    """Add the modules that are the same for any contract."""
    runtime = ROOT / "generator-templates" / "runtime"
    for module in sorted(runtime.rglob("*.py")):
        target = package / module.relative_to(runtime)
        target.parent.mkdir(exist_ok=True)
        target.write_text(BANNER + module.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")


def write_contract(contract: Contract, package: Path) -> None:
    """Add the contract itself, its constants and the marker of a typed package."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in contract.constants().items()]
    text = (ROOT / "generator-templates" / "contract.py.txt").read_text(encoding="utf-8")
    module = BANNER + text.replace("# constants\n", "\n".join(lines) + "\n")
    (package / "contract.py").write_text(module, encoding="utf-8", newline="\n")
    (package / "openapi.yaml").write_bytes(contract.source)
    (package / "py.typed").write_text(BANNER, encoding="utf-8", newline="\n")


def tidy(package: Path) -> None:
    """Sort imports and format, by rules that are named here and nowhere else."""
    ruff = str(Path(sys.executable).parent / "ruff")
    run(
        [ruff, "check", *FORMAT, "--quiet", "--fix", "--select", RULES, "."],
        package,
        "the linter refused the code",
    )
    run([ruff, "format", *FORMAT, "--quiet", "."], package, "the formatter refused the code")


def assert_operations(contract: Contract, package: Path) -> None:
    """Check that every operationId is in the compiled client as the contract has it.

    Raises:
        CompileError: One is not: the generator changes ids that are not in lowerCamelCase.
    """
    found = {
        name
        for module in package.glob("api/*/*.py")
        for name in re.findall(r'^OPERATION_ID = "(.*)"$', module.read_text(encoding="utf-8"), re.MULTILINE)
    }
    if lost := sorted(contract.operation_ids - found):
        raise CompileError(
            f"the operationId {', '.join(lost)} did not survive: write it in lowerCamelCase, without digits"
        )


def replace_tree(source: Path, target: Path) -> None:
    """Replace a compiled tree by another; what is not in the new one goes."""
    if target.exists() and any(target.iterdir()) and not (target / "contract.py").is_file():
        raise CompileError(f"{target} holds something else than a compiled client: name another folder")
    staging = target.with_name(f".{target.name}.new")
    shutil.rmtree(staging, ignore_errors=True)
    shutil.copytree(source, staging)
    shutil.rmtree(target, ignore_errors=True)
    staging.rename(target)


def read_tree(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder, by its path; caches of Python don't count."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(committed: dict[str, bytes], compiled: dict[str, bytes]) -> list[str]:
    """Say what differs between two trees: files missing, extra or different, with the beginning of a diff."""
    lines = [f"missing: {name}" for name in sorted(compiled.keys() - committed.keys())]
    lines += [f"extra: {name}" for name in sorted(committed.keys() - compiled.keys())]
    for name in sorted(compiled.keys() & committed.keys()):
        if committed[name] != compiled[name]:
            lines += [f"different: {name}", *_diff(committed[name], compiled[name])]
    return lines


def _diff(committed: bytes, compiled: bytes, limit: int = 20) -> list[str]:
    before, after = (content.decode("utf-8", "replace").splitlines() for content in (committed, compiled))
    diff = list(difflib.unified_diff(before, after, "committed", "compiled", lineterm="", n=1))
    return [f"    {line}" for line in diff[:limit]] + (["    …"] if len(diff) > limit else [])


def check(contract: Contract, target: Path) -> list[str]:
    """Compile aside and return what differs from what is in `target`."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / PACKAGE
        compile_package(contract, fresh)
        return differences(read_tree(target), read_tree(fresh))


def summary(target: Path) -> str:
    """Say in a line what is in a compiled tree."""
    tree = read_tree(target)
    lines = sum(content.count(b"\n") for name, content in tree.items() if name.endswith(".py"))
    models = sum(name.startswith("models/") and not name.endswith("__init__.py") for name in tree)
    operations = sum(name.count("/") == 2 and not name.endswith("__init__.py") for name in tree)
    return f"{operations} operations and {models} models in {lines:,} lines"


def differences_of_server(contract: Contract) -> list[str]:
    """Say which operations the local server can't answer, and which it answers for nobody.

    Nothing is said where its code is not at hand.
    """
    modules = (ROOT / "local" / "portkey_local").rglob("*.py")
    texts = [module.read_text(encoding="utf-8") for module in modules]
    handled = {name for text in texts for name in re.findall(r'^@operation\("(\w+)"\)', text, re.MULTILINE)}
    lines = []
    if handled and (missing := sorted(contract.operation_ids - handled)):
        lines.append(f"no handler yet in portkey_local: {', '.join(missing)}; the local server answers them 501")
    if extra := sorted(handled - contract.operation_ids):
        lines.append(
            f"no operation any more for handlers in portkey_local: {', '.join(extra)}; take them out, or the local "
            "server does not start"
        )
    return lines


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--contract", type=Path, default=ROOT / "openapi.yaml", metavar="PATH")
    parser.add_argument("--output", type=Path, default=ROOT / "generated" / PACKAGE, metavar="DIR")
    parser.add_argument(
        "--check", action="store_true", help="compare with what is there, write nothing, exit 1 on drift"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Compile or check; return the exit code."""
    options = parse_arguments(arguments)
    try:
        contract = Contract.read(options.contract)
        if options.check:
            return report(check(contract, options.output), options.output)
        compile_package(contract, options.output)
    except CompileError as error:
        say(f"not compiled: {error}", error=True)
        return 1
    say(f"compiled {options.contract.name} {contract.constants()['API_VERSION']}: {summary(options.output)}")
    for line in differences_of_server(contract):
        say(line)
    return 0


def report(drift: list[str], target: Path) -> int:
    """Print what a check found; return the exit code."""
    if not drift:
        say(f"{target.name} is what the contract compiles to")
        return 0
    drift = [*drift, f"{target.name} is not what the contract compiles to: run `make generate`"]
    say("\n".join(drift), error=True)
    return 1


def say(text: str, *, error: bool = False) -> None:
    """Print a line for people."""
    (sys.stderr if error else sys.stdout).write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
