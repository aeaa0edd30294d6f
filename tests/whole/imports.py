"""Which module of ours needs which at run time, read from the sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

FOLDERS = ("generated", "prompts", "overlay", "local", "cli")

Graph = Mapping[str, set[str]]


def read_imports(root: Path) -> Graph:
    """Read what each module imports of ours: the modules that define what it names.

    An import inside of a function counts as one at the top: it only puts the circle off until somebody calls. An import
    for type checkers does not. A name that a package loads lazily leads to the module that the package loads it from.
    """
    files = {_name(path, root / folder): path for folder in FOLDERS for path in sorted((root / folder).rglob("*.py"))}
    trees = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in files.items()}
    packages = {name for name, path in files.items() if path.name == "__init__.py"}
    lazy = {
        name: {
            alias.asname or alias.name: home
            for node in ast.walk(trees[name])
            if isinstance(node, ast.ImportFrom)
            for home in [_absolute(node, name, packages)]
            for alias in node.names
        }
        for name in packages
        if "lazy_package(" in files[name].read_text(encoding="utf-8")
    }
    graph: dict[str, set[str]] = {name: set() for name in files}
    for name, tree in trees.items():
        for module, member in _imported(tree, name, packages):
            home = lazy.get(module, {}).get(member, module)
            found = f"{home}.{member}" if f"{home}.{member}" in files else home
            if found in files and found != name:
                graph[name].add(found)
    return graph


def circles(graph: Graph) -> list[list[str]]:
    """Find the groups of modules that need each other, smallest names first."""
    reached = {name: _reachable(graph, name) for name in graph}
    groups = {tuple(sorted(other for other in reached[name] if name in reached[other])) for name in graph}
    return sorted(list(group) for group in groups if group)


def _reachable(graph: Graph, start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph[waiting.pop()] - seen
        seen |= new
        waiting += new
    return seen


def _name(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(tree: ast.AST, name: str, packages: set[str]) -> Iterator[tuple[str, str]]:
    """Iterate what is imported at run time: modules, and the name taken from each ("" for the module itself)."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for statement in node.orelse:
                yield from _imported(ast.Module([statement], []), name, packages)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((_absolute(node, name, packages), alias.name) for alias in node.names)
        else:
            yield from _imported(node, name, packages)


def _absolute(node: ast.ImportFrom, name: str, packages: set[str]) -> str:
    """Name the module of a `from … import`, also where it is told by dots."""
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    up = node.level - (name in packages)
    return ".".join([*parts[: len(parts) - up], *([node.module] if node.module else [])])


def grouped(graph: Graph, depth: int) -> Graph:
    """Take what is below the same name of so many parts as one; modules that are not as deep are left out."""
    found: dict[str, set[str]] = {}
    for name, needed in graph.items():
        for other in needed:
            one, two = name.split(".")[:depth], other.split(".")[:depth]
            if one != two and one[:-1] == two[:-1] and len(one) == len(two) == depth:
                found.setdefault(".".join(one), set()).add(".".join(two))
                found.setdefault(".".join(two), set())
    return found
