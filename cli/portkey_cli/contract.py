"""Which contract this installation was compiled from."""

from __future__ import annotations

import json
import sys

from portkey_ai._version import __version__
from portkey_cli.failures import NOT_AS_ASKED, OK, complain
from portkey_openapi.contract import API_VERSION, CONTRACT_SHA256, GENERATOR_VERSION

SUMMARY = "Print which contract this was compiled from."
EXPECT_HELP = "The API version that there should be, such as 1.0.0; exit with 1 where it is another."
EXAMPLE = "In CI: portkey-prompts contract --expect 1.0.0"


def report(expected: str | None, *, as_json: bool) -> int:
    """Print the facts, and compare the API version with the expected one.

    Args:
        expected: an API version, such as `1.0.0`; None for any.
        as_json: whether to print JSON.

    Returns:
        The exit code: 1 where the version is another.
    """
    sys.stdout.write(_as_json() if as_json else _as_text())
    if expected is None or expected == API_VERSION:
        return OK
    remedy = f"Install it: pip install 'portkey-prompts=={expected}.*'"
    return complain(f"The API version is {API_VERSION}, and {expected} was expected. {remedy}", NOT_AS_ASKED)


def _facts() -> dict[str, str]:
    return {
        "api_version": API_VERSION,
        "contract_sha256": CONTRACT_SHA256,
        "generator": f"openapi-python-client {GENERATOR_VERSION}",
        "distribution": f"portkey-prompts {__version__}",
    }


def _as_json() -> str:
    return json.dumps(_facts(), indent=2) + "\n"


def _as_text() -> str:
    return "".join(f"{name.replace('_', ' '):<16} {value}\n" for name, value in _facts().items())
