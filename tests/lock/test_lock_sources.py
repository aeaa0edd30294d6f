"""Which prompts Python sources refer to."""

from __future__ import annotations

import inspect
import os
import socket
import sys
import tempfile
from pathlib import Path

import pytest
from lock_shapes import nobody_special

from portkey_prompts.lock import LockError, scan


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "app.py"


def found(source: Path, text: str) -> list[str]:
    source.write_text(text, encoding="utf-8")
    result = scan([source])
    assert result.unseen == []
    return list(result.found)


def unseen(source: Path, text: str) -> list[str]:
    source.write_text(text, encoding="utf-8")
    result = scan([source])
    assert result.found == {}
    return [what for _, what in result.unseen]


@pytest.mark.parametrize(
    "call",
    [
        'portkey.prompts.render(prompt_id="pp-a", variables={})',
        'await self.client.prompts.render(prompt_id="pp-a", variables={})',
        'portkey.prompts.completions(prompt_id="pp-a")',
        'portkey.prompts.completions.create(prompt_id="pp-a", stream=True)',
        'portkey.with_options(timeout=1).prompts.render(prompt_id="pp-a")',
        'portkey.prompts.with_raw_response.retrieve("pp-a")',
        'portkey.prompts.get("pp-a")',
        'prompts.get("pp-a")',
        'prompts.retrieve("pp-a", version=2)',
        'portkey.prompts.retrieve(prompt_slug="pp-a")',
        'portkey.prompts.prefetch(["pp-a", "pp-a"])',
        'portkey.prompts.prefetch(prompt_ids=("pp-a",))',
        'portkey.generations.create(prompt_id="pp-a")',
        'ask(prompt_id="pp-a")',
        'portkey.prompts.render(prompt_id="pp-a" if x else ("pp-a"))',
        'portkey.prompts.render(prompt_id="pp-" "a")',
        'async def f():\n    async for chunk in await portkey.prompts.completions(prompt_id="pp-a", stream=True): pass',
    ],
)
def test_a_literal_is_seen(source: Path, call: str) -> None:
    assert found(source, call) == ["pp-a"]


@pytest.mark.parametrize(
    "call",
    [
        'portkey.prompts.partials.retrieve("pp-a")',
        'portkey.prompts.partials.render("pp-a")',
        'portkey.prompts.versions.list("pp-a")',
        'portkey.prompts.versions.retrieve(prompt_id="pp-a", version_id="v2")',
        'portkey.prompts.update(prompt_id="pp-a", string="x")',
        'portkey.prompts.delete(prompt_id="pp-a")',
        'portkey.prompts.publish(prompt_id="pp-a", version=2)',
        'portkey.labels.retrieve("production")',
        'settings.get("pp-a")',
        'render("pp-a")',
        'portkey.prompts.render(variables={"x": "pp-a"})',
        "text = \"portkey.prompts.render(prompt_id='pp-a')\"",
        "portkey.prompts.render(prompt_id=None)",
        "",
    ],
)
def test_what_uses_no_prompt_is_passed_over(source: Path, call: str) -> None:
    assert found(source, call) == []


def test_a_name_that_the_module_gives_a_value_to_once_is_followed(source: Path) -> None:
    names = 'GREETING: str = "pp-a"\nMANY = ["pp-b", "pp-c"]\n'
    text = names + "def f(p):\n    p.prompts.get(GREETING)\n    p.prompts.prefetch(MANY)\n"
    assert found(source, text) == ["pp-a", "pp-b", "pp-c"]


@pytest.mark.parametrize(
    "text",
    [
        'X = "pp-a"\nX = "pp-b"\nask(prompt_id=X)',
        'X = "pp-a"\ndef f(X):\n    ask(prompt_id=X)',
        'def f():\n    X = "pp-a"\n    ask(prompt_id=X)',
        'for X in ["pp-a"]:\n    ask(prompt_id=X)',
        "from names import X\nask(prompt_id=X)",
        "ask(prompt_id=X)",
    ],
)
def test_any_other_name_can_t_be_seen(source: Path, text: str) -> None:
    assert unseen(source, text) == ["X"]


@pytest.mark.parametrize(
    ("argument", "shown"),
    [
        ("f'pp-{name}'", "f'pp-{name}'"),
        ("names['a']", "names['a']"),
        ("settings.prompt", "settings.prompt"),
        ("'pp-' + name", "'pp-' + name"),
        ("pick(\n    1)", "pick(1)"),
        ("5", "5"),
        ("x" * 100, "x" * 59 + "…"),
    ],
)
def test_an_expression_can_t_be_seen_and_is_shown(source: Path, argument: str, shown: str) -> None:
    assert unseen(source, f"portkey.prompts.render(prompt_id={argument})") == [shown]


def test_a_get_that_may_be_a_dictionary_s_is_left_to_the_reader(source: Path) -> None:
    assert unseen(source, 'prompts.get("template_123")') == ["prompts.get('template_123')"]


def test_places_are_named_by_file_and_line(source: Path) -> None:
    source.write_text('\nask(prompt_id="pp-a")\nask(\n  prompt_id="pp-a")\nask(prompt_id=x)\n')
    result = scan([source])
    assert [str(place) for place in result.found["pp-a"]] == [f"{source}:2", f"{source}:4"]
    assert [str(place) for place, _ in result.unseen] == [f"{source}:5"]


def test_folders_are_searched_but_for_hidden_ones_and_virtual_environments(tmp_path: Path) -> None:
    for name in ("a.py", "deep/er/b.py", ".hidden/c.py", "venv/lib/d.py", "node_modules/e.py", "text.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'ask(prompt_id="pp-{name}")')
    (tmp_path / "venv/pyvenv.cfg").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    result = scan([tmp_path, tmp_path / "a.py"])
    assert result.files == 2
    assert sorted(result.found) == ["pp-a.py", "pp-deep/er/b.py"]


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LockError, match="no such file or folder to scan"):
        scan([tmp_path / "scr"])


@pytest.mark.parametrize(
    "data",
    [
        *(b"def (", b"\xff\xfe", b"x = '\x00'", b"(" * 5000, b"-" * 100_000 + b"1", b"\xef\xbb\xbf# coding: latin-1\n"),
        *(f"# coding: {name}\nx = 1\n".encode() for name in ("nonsense", "rot13", "hex", "undefined", "punycode")),
    ],
)
def test_a_file_that_is_no_python_is_named(source: Path, data: bytes) -> None:
    source.write_bytes(data)
    ((place, what),) = scan([source]).unseen
    assert place.path == source
    assert what == "a file that is no readable Python"


def test_sources_in_another_encoding_and_with_doubtful_escapes_are_read(source: Path) -> None:
    source.write_bytes('# coding: latin-1\nx = "\\d"\nask(prompt_id="pp-grüße")\n'.encode("latin-1"))
    assert list(scan([source]).found) == ["pp-grüße"]


@pytest.fixture
def odd_folder(tmp_path: Path) -> Path:
    """A folder whose one good source stands among files that can't be read, or never end."""
    (tmp_path / "good.py").write_text('ask(prompt_id="pp-a")')
    (tmp_path / "rot13.py").write_text("# coding: rot13\n")
    os.mkfifo(tmp_path / "pipe.py")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.py"))
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    (tmp_path / "gone.py").symlink_to("nowhere")
    (tmp_path / "loop.py").symlink_to("loop.py")
    return tmp_path


def test_odd_files_are_named_and_skipped(odd_folder: Path) -> None:
    result = scan([odd_folder])
    assert list(result.found) == ["pp-a"]
    assert [(place.path.name, what) for place, what in result.unseen] == [
        (name, "a file that is no readable Python")
        for name in ("gone.py", "loop.py", "pipe.py", "rot13.py", "socket.py", "zero.py")
    ]


def test_a_pipe_that_is_named_itself_is_skipped_too(odd_folder: Path) -> None:
    assert [place.path.name for place, _ in scan([odd_folder / "pipe.py"]).unseen] == ["pipe.py"]


def test_what_this_user_may_not_read_is_named_and_skipped() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        (place / "good.py").write_text('ask(prompt_id="pp-a")')
        (place / "mine.py").touch(0o000)
        for name in ("closed", "listed"):
            (place / name).mkdir()
            (place / name / "inner.py").touch()
        (place / "closed").chmod(0o000)
        (place / "listed").chmod(0o444)  # its names can be read, and nothing of what they name
        try:
            with nobody_special():
                result = scan([place])
        finally:
            (place / "closed").chmod(0o755)
            (place / "listed").chmod(0o755)
        assert list(result.found) == ["pp-a"]
        assert [(str(each.path.relative_to(place)), what) for each, what in result.unseen] == [
            ("closed", "a folder that can't be read"),
            ("listed/inner.py", "a file that is no readable Python"),
            ("mine.py", "a file that is no readable Python"),
        ]


def test_folders_may_be_nested_deeper_than_calls_may_be(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"d" * 150)
    deep.mkdir(parents=True)
    (deep / "deep.py").touch()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 100)
    try:
        assert scan([tmp_path]).files == 1
    finally:
        sys.setrecursionlimit(limit)


IN_A_CLASS = """
class Outer:
    A = "pp-outer"
    class Inner:
        A: Final = "pp-a"
        def use(self, portkey):
            return portkey.prompts.render(prompt_id=self.A)
"""


def test_what_the_class_around_it_gives_a_value_to_is_seen(source: Path) -> None:
    assert found(source, IN_A_CLASS) == ["pp-a"]


@pytest.mark.parametrize(
    "text",
    [
        IN_A_CLASS + "\nInner.A = other()",
        IN_A_CLASS.replace('"pp-a"', "other()"),
        IN_A_CLASS.replace('A: Final = "pp-a"', "pass"),
    ],
)
def test_what_a_class_gives_another_value_is_not(source: Path, text: str) -> None:
    assert unseen(source, text) == ["self.A"]
