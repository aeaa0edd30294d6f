"""Which prompts an app's Python sources refer to, read from their syntax; nothing is run or imported."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from portkey_prompts.files import read_regular
from portkey_prompts.templates.partials import looks_like_reference

from .errors import LockError

_USING = frozenset({"render", "completions", "get", "prefetch", "retrieve"})
"""Methods of `prompts` whose first argument says which prompt is used."""
_CHANGING = frozenset({"update", "delete", "publish", "create"})
"""Methods that take a `prompt_id` to change the prompt; the app needs no lock for these."""
_KEYWORDS = frozenset({"prompt_id", "prompt_slug"})
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})
_SHOWN = 60


class Location(NamedTuple):
    """A line of the sources."""

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
    found: dict[str, list[Location]]
    """References, and where each stands."""
    unseen: list[tuple[Location, str]]
    """What can't be known without running the program: its location, and its text."""


def scan(paths: Iterable[str | Path]) -> Scan:
    """Find the prompts that Python sources refer to.

    A text is seen where it is passed as `prompt_id=`, or first to `prompts.render` and its like: a literal, one of
    several in a list or in `a if b else c`, a name that the module gives a value to once, or `self.NAME` of the class
    around it. Anything else is reported as unseen; so is `prompts.get("x")` where `x` does not look like a reference,
    since that may be a dictionary.

    Args:
        paths: files, and folders that are searched for `*.py`, but for hidden ones and virtual environments. What
            can't be read there, or is no Python, is named in `unseen` and skipped.

    Raises:
        LockError: a path does not exist.
    """
    result = Scan(0, {}, [])
    files = dict.fromkeys(file for path in paths for file in _files(Path(path), result.unseen))
    for file in files:
        try:
            _scan_file(file, result)
        except Exception as error:  # the file may hold anything, and name any codec
            line = error.lineno if isinstance(error, SyntaxError) else None
            result.unseen.append((Location(file, line or 0), "a file that is no readable Python"))
    return result._replace(files=len(files))


def _files(path: Path, unseen: list[tuple[Location, str]]) -> Iterator[Path]:
    try:
        path.stat()
    except FileNotFoundError:
        problem = "there is no such file or folder to scan."
        raise LockError(problem, remedy="Correct --scan.", path=path) from None
    except OSError as error:
        raise LockError(f"it can't be scanned: {error.strerror}.", remedy="Correct --scan.", path=path) from None
    waiting = [path]
    while waiting:  # no recursion: folders may be nested deeper than Python calls may be
        each = waiting.pop()
        if not _is_folder(each):
            yield each
            continue
        try:
            members = sorted(each.iterdir(), reverse=True)
        except OSError:
            unseen.append((Location(each, 0), "a folder that can't be read"))
        else:
            waiting += [member for member in members if _is_searched(member)]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # it can't be looked at: a source is reported when it can't be opened
        return False


def _is_searched(path: Path) -> bool:
    """Tell whether something in a folder is scanned: a source, or a folder that holds an app's own code."""
    if not _is_folder(path):
        return path.suffix in (".py", ".pyi", ".pyw")
    if path.name.startswith(".") or path.name in _SKIPPED or path.is_symlink():
        return False
    try:
        return not (path / "pyvenv.cfg").exists()
    except OSError:  # reported when it can't be listed
        return True


def _scan_file(path: Path, result: Scan) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings of the sources are for their author, not for this scan
        tree = ast.parse(_text_of(path), str(path))
    constants = _constants(tree)
    members = _members(tree)
    for call in [node for node in ast.walk(tree) if isinstance(node, ast.Call)]:
        for argument in _prompt_arguments(call):
            location = Location(path, argument.lineno)
            if _may_be_a_dictionary(call, argument):
                result.unseen.append((location, _shown(call)))
            else:
                _note(members.get(id(argument), argument), constants, location, result)


def _text_of(path: Path) -> str:
    """Read a source as Python does, by the encoding that it names.

    Raises:
        OSError: it can't be read, or is no regular file, from which a read could wait for ever.
        Exception: what the codec raises that the file names.
    """
    data = read_regular(path)
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    with io.TextIOWrapper(io.BytesIO(data), encoding) as file:
        return file.read()


def _note(argument: ast.expr, constants: dict[str, ast.expr], location: Location, result: Scan) -> None:
    """Note what one argument refers to."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        result.found.setdefault(argument.value, []).append(location)
    elif isinstance(argument, ast.Constant) and argument.value is None:
        return
    elif isinstance(argument, ast.Name) and argument.id in constants:
        _note(constants[argument.id], {}, location, result)
    elif isinstance(argument, ast.IfExp | ast.List | ast.Tuple | ast.Set):
        for choice in [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else argument.elts:
            _note(choice, constants, location, result)
    else:
        result.unseen.append((location, _shown(argument)))


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


def _members(tree: ast.Module) -> dict[int, ast.expr]:
    """Find the values of `self.NAME` in classes that assign NAME in their body, where NAME is assigned nowhere else."""
    given = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is_stored(node)}
    found: dict[int, ast.expr] = {}
    for owner in ast.walk(tree):  # inner classes come after outer ones, and overwrite what those found
        if isinstance(owner, ast.ClassDef):
            own = {name: value for name, value in _assignments(owner) if name not in given}
            for node in ast.walk(owner):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
                    found.pop(id(node), None)
                    if isinstance(own.get(node.attr), ast.Constant):
                        found[id(node)] = own[node.attr]
    return found


def _is_stored(node: ast.Attribute) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _assignments(tree: ast.Module | ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            yield from ((each.id, statement.value) for each in statement.targets if isinstance(each, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and statement.value and isinstance(statement.target, ast.Name):
            yield statement.target.id, statement.value
