"""Parts that are installed apart, and what is said where one is missing."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from portkey_ai.errors import PortkeyError


def load(module: str, extra: str) -> ModuleType:
    """Import a module of an extra.

    Raises:
        PortkeyError: where something of the extra is not installed, naming the command that installs it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise PortkeyError(
            f"This needs the package {error.name}, of the extra [{extra}]: pip install 'portkey-prompts[{extra}]'"
        ) from None
