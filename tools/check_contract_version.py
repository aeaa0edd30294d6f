"""Check that openapi.yaml's version was raised as far as its changes since the last release ask for.

    python tools/check_contract_version.py                compare with the newest file in contracts/
    python tools/check_contract_version.py --base FILE    compare with another contract
    python tools/check_contract_version.py --record       check, then keep openapi.yaml in contracts/ as released

Exit codes: 0 as it should be, 1 not so (the version has to be raised), 2 wrong usage (a file that can't be read).
contracts/README.md says how a release goes.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from typing import Any, NamedTuple

from contract_yaml import YAMLError, read_yaml

ROOT = Path(__file__).resolve().parent.parent
for folder in ("overlay", "prompts", "generated"):
    if str(ROOT / folder) not in sys.path:
        sys.path.insert(0, str(ROOT / folder))

from portkey_prompts.contract_diff import ContractDiff, ContractError, bump_ok, compare_contracts, required_bump  # noqa: E402
from portkey_prompts.contract_diff.report import lowest_version, parse_version  # noqa: E402

MOST_CHANGES = 40
PINNING_PAGES = ("README.md", "docs/pinning.md", "docs/prompts-as-code.md", "docs/pictures/badges.svg")
"""Pages that show the released version, how to pin it, or its contract's SHA-256."""


class UnusableFileError(Exception):
    """A contract can't be read; the message names the file and the remedy."""


class Contract(NamedTuple):
    """A contract: its file, its text, what it decodes to, its version."""

    path: Path
    text: str
    document: dict[str, Any]
    version: str


def read(path: Path) -> Contract:
    """Read a contract from a YAML file.

    Raises:
        UnusableFileError: it is no such file, or its `info.version` is no version.
    """
    try:
        text = path.read_text(encoding="utf-8")
        document = read_yaml(text)
        version = document["info"]["version"]
        parse_version(version)
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise UnusableFileError(f"{path} can't be read: {error}") from error
    except (KeyError, TypeError):
        raise UnusableFileError(f"{path} is no OpenAPI document: it has no info.version") from None
    except ValueError as error:
        raise UnusableFileError(f"{path}: info.version: {error}") from None
    return Contract(path, text, document, version)


def newest(folder: Path) -> Contract:
    """Read the last released contract; its name has to be its version.

    Raises:
        UnusableFileError: there is none, or a file has another version than its name says.
    """
    files = sorted(folder.glob("*.yaml"), key=lambda path: _version_in(path))
    if not files:
        raise UnusableFileError(f"{folder} holds no released contract: run this with --record, or give --base FILE")
    contract = read(files[-1])
    if contract.version != contract.path.stem:
        raise UnusableFileError(f"{contract.path} holds version {contract.version}: name it {contract.version}.yaml")
    return contract


def _version_in(path: Path) -> tuple[int, int, int]:
    try:
        return parse_version(path.stem)
    except ValueError as error:
        raise UnusableFileError(f"{path}: {error}") from None


def problem_of(base: Contract, current: Contract) -> str | None:
    """Say why the version of the current contract is not right, and what to write; None where it is.

    Raises:
        ContractError: a contract can't be compared.
    """
    diff = compare_contracts(base.document, current.document)
    if base.version == current.version:
        return None if base.text == current.text else unraised(base, current, diff)
    if bump_ok(base.version, current.version, diff):
        return None
    return f"{listed(diff)}\n{advice(base, diff)}, not {current.version}"


def unraised(base: Contract, current: Contract, diff: ContractDiff) -> str:
    """Say what to do about a contract that changed and kept its version."""
    changes = listed(diff) if diff.changes else f"{current.path.name} differs in comments or white space"
    return (
        f"{changes}\n{advice(base, diff)}, or, where {base.version} was never published, keep it as what is to be "
        "published: python tools/check_contract_version.py --record --unpublished"
    )


def advice(base: Contract, diff: ContractDiff) -> str:
    """Name the lowest version that the changes since the last release allow."""
    bump = required_bump(diff)
    lowest = lowest_version(parse_version(base.version), "patch" if bump == "none" else bump)
    version = ".".join(map(str, lowest))
    return f"{diff.verdict.capitalize()} changes since {base.version}: set info.version to {version} or higher"


def listed(diff: ContractDiff) -> str:
    """List changes, the gravest first; the rest of many only counted."""
    shown = [str(change) for change in diff.changes[:MOST_CHANGES]]
    more = len(diff.changes) - len(shown)
    return "\n".join([*shown, f"… and {more} more"] if more else shown)


def record(current: Contract, folder: Path, unpublished: bool) -> str | None:
    """Keep a contract as the released one of its version; say why not where that is not right."""
    target = folder / f"{current.version}.yaml"
    if target.is_file() and target.read_text(encoding="utf-8") != current.text and not unpublished:
        return f"{target} is there and differs: a released contract never changes. Raise info.version"
    before = newest(folder) if any(folder.glob("*.yaml")) else current
    folder.mkdir(exist_ok=True)
    target.write_text(current.text, encoding="utf-8", newline="\n")
    for page in (current.path.parent / name for name in PINNING_PAGES):
        if before.text != current.text and page.is_file():
            text = page.read_text(encoding="utf-8").replace(before.version, current.version)
            page.write_text(text.replace(digest(before), digest(current)), encoding="utf-8", newline="\n")
    return None


def digest(contract: Contract) -> str:
    """Hash a contract as `portkey-prompts contract` shows it."""
    return hashlib.sha256(contract.text.encode()).hexdigest()


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--contract", type=Path, default=ROOT / "openapi.yaml", metavar="FILE")
    parser.add_argument("--releases", type=Path, default=ROOT / "contracts", metavar="DIR")
    parser.add_argument("--base", type=Path, metavar="FILE", help="compare with this one, not with the newest release")
    parser.add_argument("--record", action="store_true", help="keep the contract as released")
    parser.add_argument(
        "--unpublished", action="store_true", help="with --record: replace a release nobody has got yet"
    )
    return parser.parse_args(arguments)


def check(options: argparse.Namespace) -> str | None:
    """Check, and record where that was asked for; answer what is wrong."""
    current = read(options.contract)
    if options.record and not any(options.releases.glob("*.yaml")):
        return record(current, options.releases, options.unpublished)
    base = read(options.base) if options.base else newest(options.releases)
    if options.record and options.unpublished and base.version == current.version:
        return record(current, options.releases, unpublished=True)
    problem = problem_of(base, current)
    if problem is None and options.record:
        return record(current, options.releases, options.unpublished)
    return problem


def main(arguments: list[str] | None = None) -> int:
    """Check or record; return the exit code."""
    options = parse_arguments(arguments)
    try:
        problem = check(options)
    except (UnusableFileError, ContractError) as error:
        say(f"not checked: {error}", error=True)
        return 2
    if problem is not None:
        say(problem, error=True)
        return 1
    say(f"{options.contract.name} bears the right version")
    return 0


def say(text: str, *, error: bool = False) -> None:
    """Print a line for people."""
    (sys.stderr if error else sys.stdout).write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
