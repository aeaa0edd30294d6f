"""Which API version this package speaks, and what is said where another one is met."""

from __future__ import annotations

import os
import warnings

from portkey_ai.errors import APIVersionError
from portkey_openapi import API_VERSION

_warned: set[str] = set()


def check_requested(version: str | None) -> None:
    """Refuse to start on another API version than the one that was asked for.

    Args:
        version: as given in code; left out, `PORTKEY_API_VERSION` decides, and without it any version is right.

    Raises:
        APIVersionError: naming what to install.
    """
    where = "api_version" if version else "PORTKEY_API_VERSION"
    asked = version or os.environ.get(where, "").strip()
    if asked and asked != API_VERSION:
        raise APIVersionError(
            f"{where} asks for API version {asked}, and this package speaks {API_VERSION}. "
            f"Install the one that speaks it: pip install 'portkey-prompts=={asked}.*'"
        )


def check_answered(version: str) -> None:
    """Compare the API version that a server says it speaks with this package's own.

    Raises:
        APIVersionError: where the major versions differ. A minor difference is warned of once a process and version.
    """
    if version == API_VERSION:
        return
    theirs, ours = version.split("."), API_VERSION.split(".")
    if theirs[0] != ours[0]:
        raise APIVersionError(
            f"The server speaks API version {version}, and this package {API_VERSION}: they do not fit. "
            f"Install the one that fits: pip install 'portkey-prompts=={version}.*'"
        )
    if theirs[:2] != ours[:2] and version not in _warned:
        _warned.add(version)
        warnings.warn(
            f"The server speaks API version {version}, and this package {API_VERSION}: what is new on one side is "
            "missing on the other.",
            RuntimeWarning,
            stacklevel=2,
        )
