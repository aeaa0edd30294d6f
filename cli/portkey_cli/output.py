"""What is written where: results to stdout, notes and progress to stderr, colour only to a terminal that wants it."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, Literal, TextIO

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_UNBOUNDED = 1_000_000
_STEERING = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")


def write(text: str) -> None:
    """Write to stdout; on a terminal nothing in the text can steer it."""
    sys.stdout.write(tame(text) if sys.stdout.isatty() else text)


def write_line(text: str) -> None:
    """Write to stdout and end the line, unless the text has ended it."""
    write(text if text.endswith("\n") else text + "\n")


def write_json(value: object, *, indent: int | None = 2) -> None:
    """Write JSON to stdout; characters that its encoding lacks are escaped as JSON does."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=indent, default=str)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Say something about the result on stderr, where it does not mix with the result."""
    sys.stderr.write(tame(text) + "\n")
    sys.stderr.flush()


def tame(text: str) -> str:
    """Escape what could steer a terminal: every control character but line breaks and tabs."""
    return _STEERING.sub(lambda found: ascii(found[0])[1:-1], text)


def has_colour(stream: TextIO) -> bool:
    """Say whether colour is wanted: on a terminal that can show it, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, whole: Sequence[str] = ()) -> None:
    """Write a table: folded to the width of a terminal, one line a row and nothing cut anywhere else.

    Args:
        columns: the columns' titles.
        rows: the cells of each row, as many as there are columns.
        whole: the titles of columns that are not folded.
    """
    from rich import box
    from rich.table import Table

    lines = box.SIMPLE_HEAD if sys.stdout.isatty() else None
    table = Table(box=lines, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
    for index, title in enumerate(columns):
        firm = title in whole or not sys.stdout.isatty()
        table.add_column(title, overflow="fold", style="" if index else "cyan", no_wrap=firm)
    for row in rows:
        table.add_row(*map(_cell, row))
    _write_rendered(table)


def write_facts(facts: Mapping[str, str]) -> None:
    """Write names and values, a fact a line, the values in one column; facts without a value are left out."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        if value:
            table.add_row(Text(name), Text(tame(value)))
    _write_rendered(table)


def write_heading(text: str) -> None:
    """Write a line that stands above others."""
    from rich.text import Text

    _write_rendered(Text(tame(text), style="bold cyan"))


def write_diff(text: str) -> None:
    """Write a unified diff, what went and what came in their colours on a terminal."""
    from rich.text import Text

    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in text.splitlines():
        _write_rendered(Text(tame(line), style=styles.get(line[:1], "")))


@contextmanager
def progress(doing: str) -> Iterator[None]:
    """Show on stderr that something takes its time, where stderr is a terminal."""
    if not has_colour(sys.stderr):
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(doing):
        yield


def _cell(text: str) -> Any:
    from rich.text import Text

    return Text(tame(" ".join(text.split("\n"))))


def _write_rendered(content: RenderableType) -> None:
    """Render with rich and write without the spaces that it fills lines with."""
    console = _console()
    with console.capture() as captured:
        console.print(content)
    sys.stdout.write("".join(line.rstrip() + "\n" for line in captured.get().splitlines()))


def _console() -> Console:
    from rich.console import Console

    colour = has_colour(sys.stdout)
    width = get_terminal_size().columns if sys.stdout.isatty() else _UNBOUNDED
    system: Literal["auto"] | None = "auto" if colour else None
    return Console(force_terminal=colour, color_system=system, width=width, highlight=False, markup=False, emoji=False)
