# Compiled from openapi.yaml by `make generate`. Do not edit.
"""Whether a failed attempt is repeated, and when: decisions without I/O."""

from __future__ import annotations

import enum
import random
import time
from collections.abc import Mapping

FIRST_WAIT = 0.5
"""Seconds before the first repetition, before jitter."""
LONGEST_WAIT = 8.0
"""Seconds that the growing wait does not exceed."""
LONGEST_OBEYED = 60.0
"""Seconds up to which a server's `retry-after` is obeyed; told to wait longer, a call gives up at once."""


class Failure(enum.Enum):
    """How an attempt ended without an answer."""

    NOT_CONNECTED = enum.auto()
    """The connection was never made: the server can't have seen the request."""
    INTERRUPTED = enum.auto()
    """The connection broke or time ran out: the server may have seen the request."""
    LASTING = enum.auto()
    """The call can't be made or its answer not taken, for a reason that stays: a closed client, a hook that raises."""


Outcome = Failure | int
"""How an attempt ended: without an answer, or with this HTTP status."""


def wait_before_retry(
    outcome: Outcome,
    headers: Mapping[str, str],
    *,
    retries: int,
    max_retries: int,
    repeatable: bool,
) -> float | None:
    """Decide on repeating a call: the seconds to wait first, or None to give up.

    Args:
        outcome: how the last attempt ended.
        headers: the answer's headers, lower-cased names; empty where there was no answer.
        retries: how many times the call has been repeated already.
        max_retries: how many times it may be.
        repeatable: whether carrying the call out twice does no harm (a read, a render, a publish).
    """
    if retries >= max_retries or not may_repeat(outcome, repeatable):
        return None
    seconds = retry_after(headers)
    if seconds is None:
        return growing_wait(retries)
    return seconds if seconds <= LONGEST_OBEYED else None


def may_repeat(outcome: Outcome, repeatable: bool) -> bool:
    """Say whether an attempt that ended so may be repeated at all."""
    if isinstance(outcome, Failure):
        return outcome is Failure.NOT_CONNECTED or (repeatable and outcome is Failure.INTERRUPTED)
    if repeatable:
        return outcome in (408, 429) or outcome >= 500
    return outcome in (429, 503)


def growing_wait(retries: int) -> float:
    """Double the wait each time, and shorten it by up to a quarter, at random; in seconds."""
    # At random, so that clients which failed together don't come back together.
    wait: float = min(FIRST_WAIT * 2.0 ** min(retries, 16), LONGEST_WAIT)
    return wait * (1 - 0.25 * random.random())


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read when the server wants to be called again: seconds from now, or None where it does not say."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    then, now = _moment(text), _moment(headers.get("date", ""))
    if then is None:
        return None
    # Counted from the service's own clock, where it sent one: the clock here may be hours off.
    return max(0.0, then - (time.time() if now is None else now))


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _moment(date: str) -> float | None:
    """Read a date of HTTP, in seconds since 1970; None where it is none."""
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(date)
        # One of HTTP's three forms names no zone: all are in UTC.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
