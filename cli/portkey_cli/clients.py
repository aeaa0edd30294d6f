"""The client that commands call with, made from the options before a command's name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import typer

from portkey_cli import settings
from portkey_cli.failures import NoKeyError, UsageError
from portkey_openapi.errors import OptionError
from portkey_openapi.options import check_header
from portkey_openapi.requests import LOCAL_URL, check_base_url, is_loopback

if TYPE_CHECKING:
    from portkey_ai import Portkey

_NO_KEY = (
    "There is no API key. Set PORTKEY_API_KEY in the environment. For a server on this machine, which needs none: "
    f"--base-url {LOCAL_URL}"
)


@dataclass(frozen=True)
class Connection:
    """How to reach the service, as the command line and the environment say; None where they say nothing."""

    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout: float | None = None
    """Seconds to connect, to write, and between two reads."""

    @classmethod
    def of(cls, context: typer.Context) -> Connection:
        """Find the connection of a command."""
        return context.find_object(cls) or cls()

    def service(self) -> settings.Setting:
        """Choose the base URL; the repository's settings count where neither names one.

        Raises:
            ProjectError: those settings can't be used.
        """
        return settings.base_url(self.base_url)


def connect(context: typer.Context) -> Portkey:
    """Make the client; to be closed, with `with`.

    Args:
        context: the command's, which holds a `Connection`.

    Raises:
        UsageError: where the base URL is none.
        NoKeyError: where a service that is not on this machine is meant, and there is no API key; or it can be none.
        PortkeyError: where another option can't be used.
    """
    connection = Connection.of(context)
    service = connection.service()
    try:
        check_base_url(service.value)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if not connection.api_key and not is_loopback(service.value):
        raise NoKeyError(_NO_KEY)
    try:
        check_header("API key", connection.api_key or "")
    except OptionError as error:
        raise NoKeyError(f"{error} It is PORTKEY_API_KEY, or --api-key.") from None
    from portkey_ai import Portkey

    options: dict[str, Any] = {"base_url": service.value, "api_key": connection.api_key}
    if connection.timeout is not None:
        options["timeout"] = connection.timeout
    return Portkey(**options)
