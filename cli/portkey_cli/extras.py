"""Optional dependencies, and the error where one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from portkey_ai.errors import PortkeyError


@contextmanager
def needing(extra: str) -> Iterator[None]:
    """Import something of an extra inside of the block.

    Raises:
        PortkeyError: where it is not installed, naming the command that installs it.

    Example:
        with needing("local"):
            from portkey_local import program
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        raise PortkeyError(
            f"This needs the package {package}, of the extra [{extra}]: pip install 'portkey-prompts[{extra}]'"
        ) from None
