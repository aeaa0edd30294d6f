"""The client that commands call with, made from the options that stand before them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import typer

from portkey_cli.failures import UsageError

if TYPE_CHECKING:
    from portkey_ai import Portkey


_NO_KEY = (
    "There is no API key. Set PORTKEY_API_KEY in the environment. For a server on this machine, which needs none: "
    "--base-url http://127.0.0.1:8790/v1"
)


@dataclass(frozen=True)
class Connection:
    """How the service is reached, as far as the command line says; the SDK's own defaults are for the rest."""

    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout: float | None = None
    """Seconds to connect, to write, and between two reads."""


def connect(context: typer.Context) -> Portkey:
    """Make the client; to be closed, with `with`.

    Args:
        context: the command's, which holds a `Connection`.

    Raises:
        UsageError: where the hosted service is meant and there is no API key.
        PortkeyError: where another service needs one, or an option can't be used.
    """
    connection = context.find_object(Connection) or Connection()
    if not (connection.api_key or connection.base_url):
        raise UsageError(_NO_KEY)
    from portkey_ai import Portkey

    options: dict[str, Any] = {"base_url": connection.base_url, "api_key": connection.api_key}
    if connection.timeout is not None:
        options["timeout"] = connection.timeout
    return Portkey(**options)
