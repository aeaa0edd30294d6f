"""What this package adds to an answer: where it came from, and fields that apps count on and the service left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from portkey_ai.templates.texts import messages_text, template_text
from portkey_ai.types import PromptCompletion, PromptCompletionChunk, PromptDetail, PromptRender

if TYPE_CHECKING:
    from portkey_ai._http import Response
    from portkey_openapi import Record

R = TypeVar("R", bound="Record")
C = TypeVar("C", PromptCompletion, PromptCompletionChunk)


class Provenance:
    """Where a result came from: the answer's status, headers (lower-cased names) and trace id."""

    __slots__ = ("headers", "status_code", "trace_id")

    source = "server"
    age = 0.0
    version: int | None = None
    partials: Mapping[str, int] = {}

    def __init__(self, response: Response) -> None:
        self.status_code: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.trace_id: str | None = response.headers.get("x-portkey-trace-id")


class LocalProvenance:
    """Where a result came from that was rendered in this process: which place knew the prompt, and how old that is."""

    __slots__ = ("age", "partials", "source", "version")

    headers: Mapping[str, str] = {}
    status_code: int | None = None
    trace_id: str | None = None

    def __init__(self, source: str, age: float, version: int | None, partials: Mapping[str, int]) -> None:
        self.source = source
        self.age = age
        self.version = version
        self.partials = partials


def narrowed(kind: type[R], record: Record) -> R:
    """Take a record over as a type that knows more of it, with its provenance."""
    return kind.from_dict(record).with_meta(getattr(record, "_meta", None))


def render_answer(record: Record, prompt_id: str, variables: Mapping[str, Any]) -> PromptRender:
    """Fill in what a render is asked for by apps: its text, its messages, its variables, its reference."""
    rendered = narrowed(PromptRender, record)
    given = rendered.get("data")
    data = given if isinstance(given, dict) else {}
    messages, text = data.get("messages"), data.get("prompt")
    if rendered.get("messages") is None and messages is not None:
        rendered["messages"] = messages
    if rendered.get("prompt") is None:
        rendered["prompt"] = (
            text if isinstance(text, str) else messages_text(messages if isinstance(messages, list) else ())
        )
    if rendered.get("variables") is None:
        rendered["variables"] = dict(variables)
    if rendered.get("prompt_id") is None:
        rendered["prompt_id"] = prompt_id
    return rendered


def version_answer(record: Record) -> PromptDetail:
    """Fill in a version's text: the template, of a chat prompt its messages' texts."""
    version = narrowed(PromptDetail, record)
    if version.get("prompt") is None:
        version["prompt"] = template_text(version.get("string"))
    return version


def completion_answer(record: Record, prompt_id: str) -> PromptCompletion:
    """Fill in the reference that was run, and a text completion's messages."""
    completion = narrowed(PromptCompletion, record)
    if completion.get("prompt_id") is None:
        completion["prompt_id"] = prompt_id
    return fill_choices(completion, "message")


def fill_choices(answer: C, name: str) -> C:
    """Make the message (or delta) of choices that came without one from their text."""
    choices = answer.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict) and choice.get(name) is None:
            text = choice.get("text")
            choice[name] = {"role": "assistant", "content": text} if name == "message" else {"content": text}
    return answer
