"""The root of every error of this distribution, and how messages quote texts and commands.

`portkey_ai.errors` draws the family.
"""


class PortkeyError(Exception):
    """Every error that these packages raise of their own accord."""


class SourceError(PortkeyError):
    """What a repository's file says can't be used; the message names the file and the remedy."""


def quoted(text: str) -> str:
    """Quote what somebody sent, shortened to 100 characters and with what can't be seen escaped."""
    shown = text if len(text) <= 100 else f"{text[:97]}…"
    return f"`{shown if shown.isprintable() else ascii(shown)[1:-1]}`"


def command(*arguments: str) -> str:
    """Say a `portkey-prompts` command as it is typed into a POSIX shell.

    `…` and `NAME…` stand for what is to be filled in, and are not quoted.

    Example:
        >>> command("labels", "create", "week 1")
        "portkey-prompts labels create 'week 1'"
    """
    import re  # here, since both take longer to import than all else in this file
    import shlex

    words = (word if re.fullmatch("[A-Z]*…", word) else shlex.quote(word) for word in arguments)
    return " ".join(("portkey-prompts", *words))
