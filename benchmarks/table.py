"""The table that a person reads."""

import os
import platform
import sys
from importlib.metadata import version

from benchmarks.environments import LANGFUSE, OFFICIAL
from benchmarks.figures import Result, Spread

HEADINGS = ("", "ours", "httpx", "official", "langfuse", "reach for", "", "bare httpx took")
WIDTHS = (40, 23, 9, 23, 10, 10, 9, 15)
NOTES = """
Medians of paired rounds, with their quartiles, in multiples of bare httpx: less is better for times, more for chunks a
second. Connections are counted, and rendering in the client is told by its fastest block. Ratios last, the column on
the right does not. This package and httpx are measured in an environment as a plain install makes it, and no more.

  import         whole processes, less the start of the interpreter
  first result   import, a client, a render over plain HTTP; httpx and the official SDK load certificates even so
  second client  all that a client costs until its first call can go out, when it is made and at that call
  async          httpcore imports sniffio at every call, where it can: only the official SDK brings it, and where it is
                 missing, the import searches the whole path each time
  streams        each chunk's text is read: from typed chunks with the SDKs, from json.loads with httpx
  connections    each stream is iterated to its end
  cached prompt  the same text by all, told in µs, by the fastest block of each: this package renders what a
                 PromptSource knows; httpx and the official SDK ask the service on loopback, which answers without
                 rendering; langfuse fills what its cache has, the loop joined by the app, the partials written out
  no cache       the template and its two partials are parsed, and rendered for the first time
  outside        what a client with a PromptSource takes, less what its engine takes, in turns in one process
"""


def heading() -> str:
    """Return what was compared, and the names of the columns."""
    compared = (
        f"Python {platform.python_version()}, {os.cpu_count()} cores, httpx {version('httpx')}, portkey-ai {OFFICIAL}, "
        f"langfuse {LANGFUSE}"
    )
    return f"{compared}\n\n{_line(HEADINGS)}\n{'─' * sum(WIDTHS)}"


def line(result: Result) -> str:
    """Return one row."""
    row, orientation = result.row, result.orientation()
    return _line(
        (
            row.title,
            _cell(result.spread("ours")),
            _middle(result.spread("httpx")),
            _cell(result.spread("official")),
            _middle(result.spread("langfuse")),
            f"{'≥' if row.more_is_better else '≤'} {_number(row.target)}{'' if row.relative else f' {row.unit}'}",
            _verdict(result.reached()),
            "-" if orientation is None or not row.relative else f"{_number(orientation)} {row.unit}",
        )
    )


def _line(cells: tuple[str, ...]) -> str:
    first, *rest = (cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))
    return (first + "".join(rest)).rstrip()


def _cell(spread: Spread | None) -> str:
    if spread is None:
        return "-"
    middle = _number(spread.middle)
    return middle if spread.low == spread.high else f"{middle} ({_number(spread.low)}-{_number(spread.high)})"


def _middle(spread: Spread | None) -> str:
    return "-" if spread is None else _number(spread.middle)


def _verdict(reached: bool | None) -> str:
    text, color = ("reached", 32) if reached else ("missed", 31)
    text = text.ljust(WIDTHS[6])
    return f"\033[{color}m{text}\033[0m" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else text


def _number(value: float) -> str:
    """Write a number with as many digits as mean something; what is lost in the noise around nothing is 0."""
    if value >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    if value >= 100 or value == int(value) or abs(value) < 0.0005:
        return f"{value:.0f}"
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"
