"""How the packages hang together: what needs what at run time, and what is loaded lazily."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest
from imports import FOLDERS, Graph, circles, grouped, read_imports

ROOT = Path(__file__).resolve().parents[2]
LAZY = sorted(
    ".".join(path.relative_to(ROOT / folder).parent.parts)
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("__init__.py")
    if "lazy_package(" in path.read_text(encoding="utf-8")
)
BY_HAND = ("portkey_prompts", "portkey_ai", "portkey_local", "portkey_cli")


@pytest.fixture(scope="module")
def imports() -> Graph:
    return read_imports(ROOT)


def test_no_module_needs_itself_by_way_of_others(imports: Graph) -> None:
    assert len(imports) > 200
    assert imports["portkey_prompts.rendering"] >= {"portkey_prompts.templates.prompt"}  # by a lazy name
    assert imports["portkey_cli.main"] >= {"portkey_cli.app"}  # inside of a function
    assert circles(imports) == []


@pytest.mark.parametrize("package", BY_HAND)
def test_no_two_folders_of_a_package_need_each_other(imports: Graph, package: str) -> None:
    inside = {name: needed for name, needed in imports.items() if name.startswith(f"{package}.")}
    assert inside
    for depth in (2, 3):
        assert circles(grouped(inside, depth)) == []


def test_a_circle_is_found_whatever_hides_it(tmp_path: Path) -> None:
    package = tmp_path / "cli/ours"
    package.mkdir(parents=True)
    for name, text in {
        "__init__": "if TYPE_CHECKING:\n    from .a import A as A\nelse:\n    lazy_package(__name__, {'.a': ['A']})\n",
        "a": "def late():\n    from . import b\n",
        "b": "try:\n    from .c import C\nexcept ImportError:\n    pass\n",
        "c": "from ours import A\n",
        "d": "if TYPE_CHECKING:\n    from .e import E\n",
        "e": "from .d import D\n",
    }.items():
        (package / f"{name}.py").write_text(text)
    assert circles(read_imports(tmp_path)) == [["ours.a", "ours.b", "ours.c"]]


def errors_in(module: str) -> list[str]:
    """The errors that a module defines, which are all that is imported with a star."""
    names = vars(importlib.import_module(module)).items()
    return [name for name, thing in names if isinstance(thing, type) and issubclass(thing, Exception)]


@pytest.mark.parametrize("package", LAZY)
def test_a_lazy_package_loads_what_type_checkers_read(package: str) -> None:
    module = importlib.import_module(package)
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    read = {
        name
        for block in tree.body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        for name in (errors_in(node.module or "") if alias.name == "*" else [alias.asname])
        if name
    }
    assert read == {name for name in dir(module) if name in read or name in module.__all__}
    assert all(getattr(module, name) is not None for name in module.__all__)
    with pytest.raises(AttributeError, match=rf"module '{package}' has no attribute 'nothing'"):
        module.nothing  # noqa: B018
