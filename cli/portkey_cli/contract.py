"""`portkey-prompts contract`: which contract this installation was compiled from."""

from __future__ import annotations

import argparse
import json
import sys

from portkey_ai import __version__
from portkey_openapi.contract import API_VERSION, CONTRACT_SHA256, GENERATOR_VERSION


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a parser."""
    parser = commands.add_parser(
        "contract",
        help="print the API version, the contract's SHA-256 and the generator's version",
        description="Print which contract this installation was compiled from. With --expect, exit with 1 where it is another.",
        epilog="In CI: portkey-prompts contract --expect 1.0.0",
    )
    parser.add_argument("--expect", metavar="VERSION", help="the API version that there should be, such as 1.0.0")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the facts, and compare the version with the expected one."""
    facts = {
        "api_version": API_VERSION,
        "contract_sha256": CONTRACT_SHA256,
        "generator": f"openapi-python-client {GENERATOR_VERSION}",
        "distribution": f"portkey-prompts {__version__}",
    }
    if options.json:
        print(json.dumps(facts, indent=2))
    else:
        for name, value in facts.items():
            print(f"{name.replace('_', ' '):<16} {value}")
    if options.expect is None or options.expect == API_VERSION:
        return 0
    print(
        f"The API version is {API_VERSION}, and {options.expect} was expected. "
        f"Install it: pip install 'portkey-prompts=={options.expect}.*'",
        file=sys.stderr,
    )
    return 1
