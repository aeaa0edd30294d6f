"""Which tests may be skipped in CI: for what the machine forbids, or for want of a program that was not to be had."""

from __future__ import annotations

import os
import re

_OF_THE_MACHINE = (
    "can't be bound on this machine",
    "is not beside this checkout",
    "may not run here",
    "no Python newer than this one",
    "no file system can be mounted here",
    "nothing holds up a read of SQLite",
    "only root gives files away",
    "root may write here",
    "mounting takes root",
    "takes no tablespace of this machine",
    "there is no Makefile in this tree",
    "this machine has no IPv6",
    "this machine has no address beyond loopback",
    "this system has no /proc",
)
"""What reasons say that have nothing to do with what is installed."""


def may_be_skipped(reason: str) -> bool:
    """Tell whether a test may be skipped for a reason: anywhere but in CI for any.

    In CI `PORTKEY_TEST_WITHOUT` names what `.ci/run` could not get; whatever else a test needs has to be there.
    """
    if not os.environ.get("CI") or any(words in reason for words in _OF_THE_MACHINE):
        return True
    absent = os.environ.get("PORTKEY_TEST_WITHOUT", "").split()
    return any(re.search(rf"\b{re.escape(name)}\b", reason) for name in absent)
