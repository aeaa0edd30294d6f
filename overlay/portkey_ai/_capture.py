"""Lets a caller have the answers behind a result: whoever listens is handed each one as it arrives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portkey_ai._http import Response

listener: ContextVar[list[Response] | None] = ContextVar("portkey_ai_listener", default=None)


@contextmanager
def listening() -> Iterator[list[Response]]:
    """Collect the answers that arrive in this context."""
    answers: list[Response] = []
    token = listener.set(answers)
    try:
        yield answers
    finally:
        listener.reset(token)


def note(response: Response) -> None:
    """Hand an answer to whoever listens."""
    answers = listener.get()
    if answers is not None:
        answers.append(response)
