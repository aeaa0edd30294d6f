"""A terminal's recording as an SVG picture: lines come in their order, and the screen scrolls.

Long pauses are cut, and lines that came at once come so that one can read along. No script, and no other host.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import textwrap
import time
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

COLUMNS, ROWS = 100, 26
_WIDTH, _HEIGHT, _MARGIN = 8.43, 18, 14
_SHORTEST, _LONGEST = 0.15, 1.5
"""Seconds that a line takes in the picture, however long it was."""
_AT_THE_END = 6.0
_HEAD = re.compile(r"\x1b\[1;36m(.*?)\x1b\[0m")
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Line(NamedTuple):
    """A line of the screen, and when it was there, in seconds."""

    at: float
    text: str


def played(command: Sequence[str], folder: Path, environment: Mapping[str, str], timeout: float) -> list[Line]:
    """Run a command on a terminal, and note when each of its lines ended."""
    master, slave = pty.openpty()
    started = time.monotonic()
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        lines, rest = list[Line](), ""
        while time.monotonic() - started < timeout:
            try:
                piece = os.read(master, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
            *whole, rest = (rest + piece.decode(errors="replace")).split("\n")
            lines += [Line(time.monotonic() - started, text.rstrip("\r").rpartition("\r")[2]) for text in whole]
        process.kill() if process.poll() is None and time.monotonic() - started >= timeout else None
    os.close(master)
    assert process.returncode == 0, "\n".join(line.text for line in lines)
    return lines


def text_of(line: str) -> str:
    """Take a line's colours away."""
    return _ESCAPE.sub("", line)


def picture(command: str, lines: Sequence[Line]) -> str:
    """Draw a recording."""
    rows = [Line(0.0, f"$ {command}"), *(row for line in lines for row in _wrapped(line))]
    times, now = [0.6], 0.6
    for before, after in pairwise(rows):
        now += min(max(after.at - before.at, _SHORTEST), _LONGEST)
        times.append(now)
    whole = now + _AT_THE_END
    height = ROWS * _HEIGHT + 2 * _MARGIN
    width = round(COLUMNS * _WIDTH) + 2 * _MARGIN
    shown = [
        f"@keyframes l{number}{{from{{opacity:0}}{at / whole:.2%}{{opacity:1}}}}" for number, at in enumerate(times)
    ]
    scrolled = "".join(
        f"{at / whole:.2%}{{transform:translateY({-_HEIGHT * (number + 1 - ROWS)}px)}}"
        for number, at in enumerate(times)
        if number >= ROWS
    )
    texts = "\n".join(_text(number, row.text) for number, row in enumerate(rows))
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">
<title>{escape(command)}, recorded</title>
<style>
text{{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d8dee9;white-space:pre}}
.h{{fill:#88c0d0;font-weight:bold}}.c{{fill:#a3be8c;font-weight:bold}}
@media(prefers-reduced-motion:no-preference){{
.t,#s{{animation-duration:{whole:.1f}s;animation-timing-function:step-end;animation-iteration-count:infinite}}
#s{{animation-name:s}}
@keyframes s{{from{{transform:none}}{scrolled}}}
{chr(10).join(shown)}
}}
</style>
<rect width="100%" height="100%" rx="8" fill="#1d222c"/>
<svg x="{_MARGIN}" y="{_MARGIN}" width="{width - 2 * _MARGIN}" height="{height - 2 * _MARGIN}"><g id="s">
{texts}
</g></svg>
</svg>
"""


def _wrapped(line: Line) -> list[Line]:
    """Part a line that is wider than the screen, at its spaces where it has any."""
    head = _HEAD.match(line.text)
    plain = text_of(line.text)
    indent = 9 if head else len(plain) - len(plain.lstrip())
    parts = textwrap.wrap(plain, COLUMNS, subsequent_indent=" " * indent, drop_whitespace=False) or [""]
    mark = "\x1b" if head else ""
    return [Line(line.at, f"{mark}{part}" if index == 0 else part) for index, part in enumerate(parts)]


def _text(number: int, row: str) -> str:
    at = f'class="t" style="animation-name:l{number}" y="{(number + 1) * _HEIGHT - 4}"'
    if row.startswith("\x1b"):
        clock, told = row[1:10], row[10:]
        return f'<text {at}><tspan class="h">{escape(clock)}</tspan>{escape(told)}</text>'
    if number == 0:
        return f'<text {at}><tspan class="c">{escape(row)}</tspan></text>'
    return f"<text {at}>{escape(row)}</text>"


def texts_in(svg: str) -> list[str]:
    """Read the rows of a picture."""
    from html import unescape

    return [unescape(re.sub(r"<[^>]+>", "", row)) for row in re.findall(r"<text [^>]*>(.*?)</text>", svg)]
