"""Which prompts an app's Python sources refer to, read from their syntax; nothing is run or imported."""

from __future__ import annotations

import ast
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from portkey_ai.templates.partials import looks_like_reference

from .errors import LockError

_USING = frozenset({"render", "completions", "get", "prefetch", "retrieve"})
"""Methods of `prompts` whose first argument says which prompt is used."""
_CHANGING = frozenset({"update", "delete", "publish", "create"})
"""Methods that take a `prompt_id` to change the prompt; the app needs no lock for these."""
_KEYWORDS = frozenset({"prompt_id", "prompt_slug"})
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})
_SHOWN = 60


class Place(NamedTuple):
    """A place in the sources."""

    path: Path
    """The file."""
    line: int
    """The line, from 1; 0 for the whole file."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else str(self.path)


class Scan(NamedTuple):
    """What the sources refer to."""

    files: int
    """How many files were read."""
    found: dict[str, list[Place]]
    """References, and where each stands."""
    unseen: list[tuple[Place, str]]
    """What can't be known without running the program: the place, and what stands there."""


def scan(paths: Iterable[str | Path]) -> Scan:
    """Find the prompts that Python sources refer to.

    A text is seen where it is passed as `prompt_id=`, or first to `prompts.render` and its like: a literal, one of
    several in a list or in `a if b else c`, or a name that the module gives a value to once. Anything else is reported
    as unseen; so is `prompts.get("x")` where `x` does not look like a reference, since that may be a dictionary.

    Args:
        paths: files, and folders that are searched for `*.py`, but for hidden ones and virtual environments.

    Raises:
        LockError: a path does not exist.
    """
    result = Scan(0, {}, [])
    files = dict.fromkeys(file for path in paths for file in _files(Path(path)))
    for file in files:
        try:
            _scan_file(file, result)
        except (SyntaxError, UnicodeDecodeError, ValueError, RecursionError, MemoryError, OSError) as error:
            result.unseen.append(
                (Place(file, getattr(error, "lineno", None) or 0), "a file that is no readable Python")
            )
    return result._replace(files=len(files))


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from _files_within(path)
    else:
        raise LockError("there is no such file or folder to scan.", remedy="Correct --scan.", path=path)


def _files_within(folder: Path) -> Iterator[Path]:
    for each in sorted(folder.iterdir()):
        if each.is_dir():
            passed_over = each.name.startswith(".") or each.name in _SKIPPED or each.is_symlink()
            if not passed_over and not (each / "pyvenv.cfg").exists():
                yield from _files_within(each)
        elif each.suffix in (".py", ".pyi", ".pyw"):
            yield each


def _scan_file(path: Path, result: Scan) -> None:
    with tokenize.open(path) as file:
        text = file.read()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the sources' author should know is none of this scan's business
        tree = ast.parse(text, str(path))
    constants = _constants(tree)
    for call in [node for node in ast.walk(tree) if isinstance(node, ast.Call)]:
        for argument in _prompt_arguments(call):
            place = Place(path, argument.lineno)
            if _may_be_a_dictionary(call, argument):
                result.unseen.append((place, _shown(call)))
            else:
                _note(argument, constants, place, result)


def _note(argument: ast.expr, constants: dict[str, ast.expr], place: Place, result: Scan) -> None:
    """Note what one argument refers to."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        result.found.setdefault(argument.value, []).append(place)
    elif isinstance(argument, ast.Constant) and argument.value is None:
        return
    elif isinstance(argument, ast.Name) and argument.id in constants:
        _note(constants[argument.id], {}, place, result)
    elif isinstance(argument, ast.IfExp | ast.List | ast.Tuple | ast.Set):
        for choice in [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else argument.elts:
            _note(choice, constants, place, result)
    else:
        result.unseen.append((place, _shown(argument)))


def _shown(expression: ast.expr) -> str:
    text = " ".join(ast.unparse(expression).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _may_be_a_dictionary(call: ast.Call, argument: ast.expr) -> bool:
    """Tell whether this may be the `get` of a dictionary that is called `prompts`."""
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "get" and isinstance(argument, ast.Constant)):
        return False
    return isinstance(argument.value, str) and not looks_like_reference(argument.value)


def _prompt_arguments(node: ast.Call) -> list[ast.expr]:
    """List the arguments of a call that say which prompt is meant."""
    method, owner = _called(node.func)
    if method in _CHANGING and owner != "completions" and owner != "generations":
        return []
    keywords = [keyword.value for keyword in node.keywords if keyword.arg in _KEYWORDS and owner != "versions"]
    if method == "prefetch":
        keywords += [keyword.value for keyword in node.keywords if keyword.arg == "prompt_ids"]
    first = node.args[:1] if method in _USING and owner == "prompts" else []
    return [*first, *keywords]


def _called(function: ast.expr) -> tuple[str, str]:
    """Name a called method and what it was called on: of `client.prompts.render`, `render` and `prompts`."""
    if not isinstance(function, ast.Attribute):
        return (function.id if isinstance(function, ast.Name) else ""), ""
    owner = function.value
    if isinstance(owner, ast.Attribute) and owner.attr == "with_raw_response":
        owner = owner.value
    if isinstance(owner, ast.Attribute):
        return function.attr, owner.attr
    return function.attr, owner.id if isinstance(owner, ast.Name) else ""


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Find the names that a module gives a value to at its top, and nowhere else."""
    stored: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            stored[node.id] = stored.get(node.id, 0) + 1
        elif isinstance(node, ast.arg):
            stored[node.arg] = stored.get(node.arg, 0) + 2
    return {name: value for name, value in _assignments(tree) if stored[name] == 1}


def _assignments(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            yield from ((each.id, statement.value) for each in statement.targets if isinstance(each, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and statement.value and isinstance(statement.target, ast.Name):
            yield statement.target.id, statement.value
