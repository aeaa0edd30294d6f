"""The command line's words, before they are parsed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portkey_cli.failures import UsageError

_EVERYWHERE = ("--base-url", "--api-key", "--timeout")
"""Options of the program itself, which all take a value."""


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Put the program's own options before the command, so that one may write them behind it too.

    What stands behind `--` is left alone.

    Raises:
        UsageError: where one of them has no value, or a word is no text.

    Example:
        >>> hoisted(["list", "--base-url", "http://127.0.0.1:8790/v1", "--json"])
        ['--base-url', 'http://127.0.0.1:8790/v1', 'list', '--json']
    """
    first: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in map(_readable, words):
        if word == "--":
            rest.append(word)
            break
        if word in _EVERYWHERE:
            first.extend([word, _readable(_value(word, words))])
        elif word.startswith(tuple(f"{option}=" for option in _EVERYWHERE)):
            first.append(word)
        else:
            rest.append(word)
    return [*first, *rest, *map(_readable, words)]


def _value(option: str, words: Iterator[str]) -> str:
    value = next(words, None)
    if value is None:
        raise UsageError(f"{option} needs a value behind it.")
    return value


def _readable(word: str) -> str:
    """Check that a word came as text: bytes that are none can't be sent."""
    try:
        word.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{word!r} is no text in this terminal's encoding.") from None
    return word
