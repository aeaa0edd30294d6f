"""How the command line ends: exit codes, and one line on stderr that says what is wrong.

Which code stands for what is `EXIT_CODES`.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from errno import EBADF, ENOENT
from typing import TYPE_CHECKING, TextIO

from portkey_openapi.contract import API_VERSION_HEADER
from portkey_openapi.errors import UnexpectedBody
from portkey_prompts.errors import PortkeyError, SourceError

if TYPE_CHECKING:
    from portkey_ai.errors import PermissionDeniedError

OK, NOT_AS_ASKED, WRONG_USAGE, NO_FILE, NO_KEY, NO_ANSWER, NO_PORT = range(7)
INTERRUPTED, NOBODY_READS = 130, 141
PROGRAM = "portkey-prompts"
COMPLETING = "_PORTKEY_PROMPTS_COMPLETE"
"""The variable by which a shell's script asks this program how a word may go on."""
_NAMED = 10
"""How many names an error shows."""
EXIT_CODES = {
    OK: ("as asked", "What was asked for was done, and what was compared is the same."),
    NOT_AS_ASKED: (
        "not as asked",
        "The service refused it, what is named does not exist there, something differs that a command was to check, or "
        "a question was answered with no.",
    ),
    WRONG_USAGE: (
        "wrong usage",
        "The command line, the base URL, the repository's settings, or what a prompt's file or its tests say, is to be "
        "mended.",
    ),
    NO_FILE: ("no file", "A file that is named, a lock file or a database is not there, or can't be read or written."),
    NO_KEY: ("no key", "There is no API key, or the service takes it for nobody's, or not for this."),
    NO_ANSWER: ("no answer", "The service can't be reached, is out of order, or answers something else than the API."),
    NO_PORT: ("no port", "`serve` can't listen: the address is in use, or not this machine's."),
    INTERRUPTED: ("interrupted", "By Ctrl-C."),
    NOBODY_READS: ("nobody reads", "The reader of a pipe went away."),
}
"""Each exit code, its name and what it stands for."""
EXIT_CODES_IN_SHORT = f"Exit codes: {', '.join(f'{code} {name}' for code, (name, _) in EXIT_CODES.items())}."


class UsageError(Exception):
    """The command line can't be carried out as it was written; the message says how to write it."""

    code = WRONG_USAGE


class NoFileError(UsageError):
    """A file that is named is not there, or can't be read or written."""

    code = NO_FILE


class NoKeyError(UsageError):
    """There is no API key."""

    code = NO_KEY


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
        return complain(error, error.code)
    except PortkeyError as error:
        return complain(error, code_of(error))
    except UnexpectedBody as error:
        return complain(error, NO_ANSWER)
    except OSError as error:
        return complain(_reason(error), NOT_AS_ASKED if error.filename is None else NO_FILE)


def code_of(error: PortkeyError) -> int:
    """Choose the exit code of what the SDK raises."""
    from portkey_ai.errors import (
        APIConnectionError,
        APIResponseValidationError,
        AuthenticationError,
        InternalServerError,
        PermissionDeniedError,
    )
    from portkey_prompts.lock.errors import LockFileError

    if isinstance(error, SourceError):
        return WRONG_USAGE
    if isinstance(error, AuthenticationError):
        return NO_KEY
    if isinstance(error, PermissionDeniedError):
        return NO_KEY if _is_about_the_key(error) else NOT_AS_ASKED
    if isinstance(error, APIConnectionError | InternalServerError | APIResponseValidationError):
        return NO_ANSWER
    return NO_FILE if isinstance(error, LockFileError) else NOT_AS_ASKED


def _is_about_the_key(error: PermissionDeniedError) -> bool:
    """Say whether another key could help. The local server tells by a header; of other services it is assumed."""
    headers = error.response.headers
    return "www-authenticate" in headers or API_VERSION_HEADER not in headers


def complain(error: object, code: int) -> int:
    """Say on one line of stderr what is wrong; answers the exit code."""
    write_note(f"{PROGRAM}: {one_line(str(error))}")
    return code


def write_note(text: str) -> None:
    """Write a line to stderr; where that can't be written to, nothing happens."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)


def listed(names: Iterable[str], wanted: str = "") -> str:
    """Name some of many on one line: those most like what was wanted, then the first ones, and how many more there are.

    Args:
        names: what there is.
        wanted: what was asked for.
    """
    known = sorted(names)
    if len(known) <= _NAMED:
        return ", ".join(known)
    shown = list(dict.fromkeys([*get_close_matches(wanted, known, 3), *known]))[:_NAMED]
    return f"{', '.join(shown)} and {len(known) - len(shown)} more"


def one_line(text: str) -> str:
    """Put a message on one line, where nothing in it can steer a terminal."""
    joined = " ".join(text.split())
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in joined)


def warn_in_one_line() -> None:
    """Show warnings of the SDK as notes on one line, without a line of its source."""

    def show(message: Warning | str, *_place: object, **_more: object) -> None:
        complain(f"warning: {message}", OK)

    warnings.showwarning = show


def _reason(error: OSError) -> str:
    """Say what an operating system's error is about, as far as it tells."""
    if error.errno == EBADF and error.filename is None:
        return "The output is closed, and there is something to write to it."
    reason = error.strerror or str(error)
    if error.filename:
        return f"{error.filename}: {reason}"
    return "The working folder is gone: go to another one." if error.errno == ENOENT else reason


def _silence(stream: TextIO) -> None:
    """Redirect a stream that nobody reads to the null device, so that flushing it at the end does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
