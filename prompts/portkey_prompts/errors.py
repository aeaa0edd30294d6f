"""The root of every error of this distribution, and how messages quote texts and commands.

`portkey_ai.errors` draws the family.
"""


class PortkeyError(Exception):
    """Every error that these packages raise of their own accord."""


def quoted(text: str) -> str:
    """Quote what somebody sent, shortened to 100 characters and with what can't be seen escaped."""
    shown = text if len(text) <= 100 else f"{text[:97]}…"
    return f"`{shown if shown.isprintable() else ascii(shown)[1:-1]}`"


def command(*arguments: str) -> str:
    """Say a `portkey-prompts` command as it is typed into a POSIX shell.

    Example:
        >>> command("labels", "create", "week 1")
        "portkey-prompts labels create 'week 1'"
    """
    import shlex  # here, since it takes longer to import than all else in this file

    return shlex.join(["portkey-prompts", *arguments])
