"""What is written where: results to stdout, notes and progress to stderr, colour only to a terminal that wants it."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, Literal, TextIO

from portkey_cli.failures import NOT_AS_ASKED, OK, write_note

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from portkey_prompts.contract_diff import ContractDiff
    from portkey_prompts.diff import PromptDiff

_UNBOUNDED = 1_000_000
_BROADEST = 60
"""Cells to which a column is padded at the most, outside of a terminal: one long text must not pad every line."""
_STEERING = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")


def write(text: str) -> None:
    """Write to stdout; on a terminal nothing in the text can steer it."""
    sys.stdout.write(tame(text) if sys.stdout.isatty() else text)


def write_line(text: object) -> None:
    """Write to stdout and end the line, unless the text has ended it."""
    text = as_text(text)
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
    write_note(tame(text))


def tame(text: object) -> str:
    """Escape what could steer a terminal: every control character but line breaks and tabs."""
    return _STEERING.sub(lambda found: ascii(found[0])[1:-1], as_text(text))


def as_text(value: object) -> str:
    """Return a text, and anything else that a service sent in its place as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def has_colour(stream: TextIO) -> bool:
    """Say whether colour is wanted: on a terminal that can show it, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, whole: Sequence[str] = ()) -> None:
    """Write a table: folded to the width of a terminal; elsewhere one line a row, nothing cut.

    Args:
        columns: the columns' titles.
        rows: the cells of each row, as many as there are columns.
        whole: the titles of columns that are not folded.
    """
    if not sys.stdout.isatty():
        _write_columns([list(columns), *([_on_one_line(cell) for cell in row] for row in rows)])
        return
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
    for index, title in enumerate(columns):
        table.add_column(title, overflow="fold", style="" if index else "cyan", no_wrap=title in whole)
    for row in rows:
        table.add_row(*map(_cell, row))
    _write_rendered(table)


def without_empty(columns: list[str], rows: list[list[str]], title: str) -> tuple[list[str], list[list[str]]]:
    """Leave a column out of a table where no row has anything there."""
    index = columns.index(title)
    if any(row[index] for row in rows):
        return columns, rows
    return columns[:index] + columns[index + 1 :], [row[:index] + row[index + 1 :] for row in rows]


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


def write_messages(messages: Iterable[Mapping[str, Any]]) -> None:
    """Write messages one below the other, each under its role."""
    for index, message in enumerate(messages):
        if index:
            write_line("")
        write_heading(heading(message))
        for line in texts(message):
            write_line(line)


def heading(message: Mapping[str, Any]) -> str:
    """Say whose message it is."""
    role, name = str(message.get("role") or "message"), message.get("name")
    return f"{role} ({name}):" if name else f"{role}:"


def texts(message: Mapping[str, Any]) -> Iterator[str]:
    """Iterate what a message holds as text: its content, part by part, a refusal, and the tools that it calls."""
    yield from (text for _, text in pieces(message))
    yield from calls(message)


def pieces(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Iterate a message's or a delta's content, part by part, and its refusal: the kind of each, and its text."""
    content = message.get("content")
    for part in content if isinstance(content, list) else [] if content is None else [content]:
        yield _piece(part)
    if isinstance(message.get("refusal"), str) and message["refusal"]:
        yield "refusal", message["refusal"]


def calls(message: Mapping[str, Any]) -> Iterator[str]:
    """Iterate the tools that a message calls, each as `name(arguments)`."""
    given = [call for call in message.get("tool_calls") or () if isinstance(call, Mapping)]
    older = message.get("function_call")
    for called in (*(call.get("function") or call.get("custom") for call in given), older):
        if isinstance(called, Mapping):
            yield f"{called.get('name')}({called.get('arguments') or called.get('input') or ''})"


def moment(stamp: object) -> str:
    """Write a time stamp to the minute, as far as it is one."""
    return stamp[:16].replace("T", " ") if isinstance(stamp, str) else ""


def version_status(status: str | None) -> str:
    """Write a version's state: `published`, nothing for one that is not, or what else the service says."""
    return {"active": "published", "archived": ""}.get(status or "", status or "")


def summed(counts: Mapping[str, int]) -> str:
    """Say how many there are of each kind, those of which there are none left out."""
    counted = [
        f"{count} {kind.replace('_', ' ')}{'' if count == 1 else 's'}" for kind, count in counts.items() if count
    ]
    return ", ".join(counted) or "nothing"


def write_comparison(found: PromptDiff | ContractDiff, text: str, exit_code: bool, as_json: bool) -> int:
    """Print a comparison, and choose the exit code.

    Args:
        found: what the comparison found.
        text: the changed lines themselves, "" where there are none to show.
        exit_code: whether a breaking change ends with 1.
        as_json: whether to print JSON.
    """
    if as_json:
        write_json(found.as_dict())
    else:
        if text:
            write_diff(text)
            write_line("")
        write_line(str(found))
    return NOT_AS_ASKED if exit_code and any(change.breaking for change in found.changes) else OK


@contextmanager
def progress(doing: str) -> Iterator[Callable[[int, int], None]]:
    """Show on stderr, where that is a terminal, that something takes time; yields a function of steps done and in all.

    Args:
        doing: what is done.
    """
    if not has_colour(sys.stderr):
        yield lambda done, total: None
        return
    from rich.console import Console

    with Console(stderr=True).status(doing) as status:
        yield lambda done, total: status.update(f"{doing} {100 * done // max(total, 1)} %")


@contextmanager
def progress_bar(doing: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a bar on stderr, where stderr is a terminal; yields a function to call after each step.

    Args:
        doing: what is done.
        total: of how many steps.
    """
    if not has_colour(sys.stderr):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda: bar.advance(task)


def _write_columns(rows: Sequence[Sequence[str]]) -> None:
    """Write rows in columns that are as wide as what they hold, up to a bound; what is longer moves its row's rest."""
    from rich.cells import cell_len

    lines = [[tame(cell) for cell in row] for row in rows]
    widths = [max(filter(_BROADEST.__ge__, map(cell_len, column)), default=0) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


def _cell(text: object) -> Any:
    from rich.text import Text

    return Text(tame(_on_one_line(text)))


def _on_one_line(text: object) -> str:
    return as_text(text).replace("\n", " ").replace("\t", " ")


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


def _piece(part: Any) -> tuple[str, str]:
    """Say of what kind a part of a content is, and write it as text, as JSON where it is something else."""
    if isinstance(part, str):
        return "text", part
    if not isinstance(part, Mapping):
        return "other", json.dumps(part, ensure_ascii=False, default=str)
    kind = str(part.get("type") or "text")
    inner = part.get("text") if isinstance(part.get("text"), str) else part.get(kind)
    if isinstance(inner, str):  # {"type": "text", "text": "…"}, {"type": "refusal", "refusal": "…"}
        return kind, inner
    if isinstance(inner, list) and inner:  # {"type": "thinking", "thinking": [{"type": "text", "text": "…"}]}
        return kind, "".join(_piece(each)[1] for each in inner)
    return kind, json.dumps(part, ensure_ascii=False, default=str)
