"""What the package logs of its calls: on the logger `portkey_ai`, without secrets."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from portkey_openapi.requests import shown_url
from portkey_prompts.redaction import redacted

if TYPE_CHECKING:
    from portkey_openapi.http import Request, Response

logger = logging.getLogger("portkey_ai")


def configure_from_environment() -> None:
    """Print the package's log lines on standard error where `PORTKEY_LOG` names a level, such as `debug`."""
    level = os.environ.get("PORTKEY_LOG", "").strip().upper()
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR") or logger.handlers:
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level)


def note_request(request: Request) -> None:
    """Log a request that is sent, at DEBUG."""
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug("%s %s %s", request.method, shown_url(request.url), redacted(request.headers))


def note_answer(response: Response) -> None:
    """Log the status of an answer, at DEBUG."""
    if logger.isEnabledFor(logging.DEBUG):
        request = response.request
        logger.debug("%s %s answered %d", request.method, shown_url(request.url), response.status_code)


def note_retry(request: Request, wait: float, count: int, most: int, failure: Exception) -> None:
    """Log that a call is repeated, after how many seconds, and why, at INFO."""
    url = shown_url(request.url)
    logger.info("repeating %s %s in %.2f s (%d of %d): %s", request.method, url, wait, count, most, failure)
