"""Derive the sync facade, `overlay/portkey_ai/_sync/`, from the async one, `overlay/portkey_ai/_async/`.

`unasyncd` rewrites the code; its table of names stands in pyproject.toml. It leaves the imports of this package's own
modules alone, so these are rewritten here, by the same table. `--check` derives into a temporary folder and compares
whole files: `unasyncd --check` does not notice an edited target.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "overlay/portkey_ai/_async"
TARGET = ROOT / "overlay/portkey_ai/_sync"
BANNER = "# Derived from overlay/portkey_ai/_async/{name} by `make generate`. Do not edit.\n"
OWN_IMPORT = re.compile(r"from portkey_(?:ai|openapi|prompts)\S* import (?:\([^)]*\)|[^\n]*)")


def main() -> int:
    """Derive, or compare what is there with what would be derived."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing; exit 1 where they differ")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        derived = derive(Path(folder))
        return compare(derived) if check else write(derived)


def derive(folder: Path) -> dict[str, str]:
    """Derive all modules; returns file name to text."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    transform(settings["unasyncd"], folder)
    names = settings["unasyncd"]["add_replacements"]
    for path in sorted(folder.glob("*.py")):
        text = OWN_IMPORT.sub(lambda match: renamed(match[0], names), path.read_text(encoding="utf-8"))
        path.write_text(BANNER.format(name=path.name) + text, encoding="utf-8")
    tidy(folder, settings["ruff"]["line-length"])
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))}


def transform(settings: dict[str, Any], folder: Path) -> None:
    """Rewrite every module into the folder, by the table of names."""
    # Its command would do it in processes of its own, and each takes longer to start than all there is to rewrite.
    from unasyncd.transformers import TreeTransformer  # type: ignore[import-untyped]

    rewrite = TreeTransformer(
        transform_docstrings=settings["transform_docstrings"],
        infer_type_checking_imports=settings["infer_type_checking_imports"],
        extra_name_replacements=settings["add_replacements"],
    )
    for path in SOURCE.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        (folder / path.name).write_text(rewrite(text), encoding="utf-8")


def renamed(statement: str, names: dict[str, str]) -> str:
    """Rewrite an import: the package, and the names that are imported."""
    statement = statement.replace("portkey_ai._async", "portkey_ai._sync")
    return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), statement)


def tidy(folder: Path, line_length: int) -> None:
    """Drop the imports that nothing uses any more, sort the others, and format; by no configuration nearby."""
    common = ["--isolated", "--no-cache", "--quiet", "--line-length", str(line_length), "--target-version", "py311"]
    first_party = 'lint.isort.known-first-party = ["portkey_ai", "portkey_openapi", "portkey_prompts"]'
    run("ruff", "check", "--fix", *common, "--select", "F401,I", "--config", first_party, str(folder))
    run("ruff", "format", *common, str(folder))


def tool(name: str) -> str:
    """Find a tool of this environment."""
    return str(Path(sys.executable).parent / name)


def run(name: str, *arguments: str) -> None:
    """Run a tool; where it fails, exit with what it printed."""
    result = subprocess.run([tool(name), *arguments], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{name} failed:\n{result.stdout}{result.stderr}")


def write(derived: dict[str, str]) -> int:
    """Write the derived modules, and take away what has no source any more."""
    TARGET.mkdir(exist_ok=True)
    for path in TARGET.glob("*.py"):
        if path.name not in derived:
            path.unlink()
    for name, text in derived.items():
        (TARGET / name).write_text(text, encoding="utf-8")
    print(f"Derived {len(derived)} modules into {TARGET.relative_to(ROOT)}.")
    return 0


def compare(derived: dict[str, str]) -> int:
    """Name every module that is missing, stray or different."""
    there = {path.name: path.read_text(encoding="utf-8") for path in TARGET.glob("*.py")}
    differing = sorted(name for name in derived.keys() | there.keys() if derived.get(name) != there.get(name))
    for name in differing:
        kind = "missing" if name not in there else "stray" if name not in derived else "different"
        print(f"{kind}: {(TARGET / name).relative_to(ROOT)}", file=sys.stderr)
    if differing:
        print(
            "The sync facade is not what the async one derives to. Edit _async/, then run: make generate",
            file=sys.stderr,
        )
        return 1
    print(f"The {len(derived)} modules of {TARGET.relative_to(ROOT)} are what is derived.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
