"""What the package says of its calls: on the logger `portkey_ai`, without secrets."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping

logger = logging.getLogger("portkey_ai")

SECRET_HEADERS = frozenset(
    {"authorization", "x-portkey-api-key", "x-portkey-virtual-key", "x-portkey-config", "cookie"}
)


def obey_environment() -> None:
    """Print the package's log lines on standard error where `PORTKEY_LOG` names a level, such as `debug`."""
    level = os.environ.get("PORTKEY_LOG", "").upper()
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR") or logger.handlers:
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level)


def redacted(headers: Mapping[str, str]) -> dict[str, str]:
    """Copy headers for a log line, with the secret ones hidden, and any other that a name calls a key or a token."""
    return {name: "***" if _is_secret(name.lower()) else value for name, value in headers.items()}


def _is_secret(name: str) -> bool:
    return name in SECRET_HEADERS or name.endswith(("-key", "-token", "-secret"))
