"""How the command line ends: exit codes, and one line on stderr that says what is wrong.

Exit codes: 0 as asked, 1 not as asked, 2 wrong usage; 130 after Ctrl-C, 141 where the reader of a pipe went away.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from typing import TextIO

from portkey_ai.errors import PortkeyError

OK, NOT_AS_ASKED, WRONG_USAGE, INTERRUPTED, NOBODY_READS = 0, 1, 2, 130, 141
PROGRAM = "portkey-prompts"
EXIT_CODES = "Exit codes: 0 as asked, 1 not as asked, 2 wrong usage."


class UsageError(Exception):
    """The command line can't be carried out as it was written; the message says how to write it."""


def guarded(work: Callable[[], int]) -> int:
    """Do something, and turn what can go wrong into one line on stderr and an exit code.

    A mistake of this program itself still shows its traceback.

    Args:
        work: answers the exit code where nothing goes wrong.
    """
    code = _attempt(work)
    try:
        sys.stdout.flush()
    except OSError as error:
        _silence(sys.stdout)
        if isinstance(error, BrokenPipeError):
            return NOBODY_READS
        return code or complain(_reason(error), NOT_AS_ASKED)
    return code


def _attempt(work: Callable[[], int]) -> int:
    try:
        return work()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _silence(sys.stdout)
        return NOBODY_READS
    except UsageError as error:
        return complain(error, WRONG_USAGE)
    except PortkeyError as error:
        return complain(error, NOT_AS_ASKED)
    except OSError as error:
        return complain(_reason(error), NOT_AS_ASKED)


def complain(error: object, code: int) -> int:
    """Say on one line of stderr what is wrong; answers the exit code."""
    try:
        sys.stderr.write(f"{PROGRAM}: {one_line(str(error))}\n")
    except BrokenPipeError:
        _silence(sys.stderr)
    return code


def one_line(text: str) -> str:
    """Put a message on one line, where nothing in it can steer a terminal."""
    joined = " ".join(text.split())
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in joined)


def warn_in_one_line() -> None:
    """Show warnings of the SDK as notes on one line, without a place in its source."""

    def show(message: Warning | str, *_place: object, **_more: object) -> None:
        complain(f"warning: {message}", OK)

    warnings.showwarning = show


def _reason(error: OSError) -> str:
    """Say what an operating system's error is about, as far as it tells."""
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def _silence(stream: TextIO) -> None:
    """Lead a stream that nobody reads into nothing, so that flushing it at the end does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
