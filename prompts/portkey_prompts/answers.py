"""Answers about prompts: checked, and filled in with fields that apps count on and a service left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from portkey_openapi import Page
from portkey_openapi.errors import UnexpectedBody, shown
from portkey_prompts.results import PromptCompletion, PromptCompletionChunk, PromptDetail, PromptRender
from portkey_prompts.streaming.chunks import choices_of, delta_of
from portkey_prompts.streaming.failures import failure_in
from portkey_prompts.streaming.merger import ChunkMerger
from portkey_prompts.templates.values import messages_text, template_text

if TYPE_CHECKING:
    from portkey_openapi import Record

R = TypeVar("R", bound="Record")
_NAMES = ("id", "slug", "name")
C = TypeVar("C", PromptCompletion, PromptCompletionChunk)


def check_answer(record: Record) -> None:
    """Refuse the JSON of a success that is not what was asked for: some servers and proxies answer anything with 200.

    Raises:
        UnexpectedBody: where it reports a failure, with that failure's message; or lacks what makes it an answer.
    """
    fault = _fault_in(record)
    failure = failure_in(record, is_error=fault is None) if fault or _tells_of_failure(record) else None
    if failure is not None:
        raise UnexpectedBody(failure.message, record)
    if fault is not None:
        raise UnexpectedBody(f"The answer is not what was asked for, {fault}: {shown(dict(record))}", record)


def _fault_in(record: Record) -> str | None:
    """Say what an answer lacks that apps count on; None where it lacks nothing."""
    if isinstance(record, Page):
        return _fault_in_items(record.get("data", 0), record.get("total"))
    kind = type(record).__name__
    if kind == "PromptCompletion":
        return _fault_in_choices(choices_of(record))
    if kind == "PromptRender":
        data = record.get("data")
        data = data if isinstance(data, dict) else {}
        is_rendered = isinstance(data.get("messages"), list) or isinstance(data.get("prompt"), str)
        return None if is_rendered else "its data holds neither messages nor a prompt"
    names = [field.wire for field in type(record)._fields.values() if field.required]
    if names and all(record.get(name) is None for name in names):
        return f"it has none of {', '.join(names)}"
    return _fault_in_names(record)


def _fault_in_names(record: Mapping[str, Any]) -> str | None:
    """Say which of `id`, `slug` and `name` is neither text nor null; None where none is."""
    odd = next((name for name in _NAMES if not isinstance(record.get(name), str | None)), None)
    return None if odd is None else f"its `{odd}` is {shown(record[odd])}"


def _fault_in_choices(choices: list[dict[str, Any]]) -> str | None:
    messages = [choice.get("message") for choice in choices]
    strange = [message for message in messages if not isinstance(message, dict | str | None)]
    if strange:
        return f"the message of a choice is {shown(strange[0])}"
    return None if choices else "it has no choices"


def _fault_in_items(items: object, total: object) -> str | None:
    if items is None and total == 0:  # as some languages write an empty list
        return None
    if not isinstance(items, list):
        return "it has no list in `data`"
    strange = next((item for item in items if not isinstance(item, dict | None)), None)
    if strange is not None:
        return f"an item of its `data` is {shown(strange)}"
    faults = (_fault_in_names(item) for item in items if item is not None)
    return next((f"of an item of its `data` {fault}" for fault in faults if fault), None)


def _tells_of_failure(record: Record) -> bool:
    """Say whether an answer reports a failure, in fields that its kind does not have otherwise."""
    if type(record).__name__ == "PromptCompletion":
        return failure_in(record) is not None
    described = type(record)._fields
    status, error = record.get("status"), record.get("error")
    has_failed = isinstance(status, str) and status.lower() in ("error", "failed", "failure")
    has_error = any(error.values()) if isinstance(error, dict) else bool(error)
    return (
        record.get("success") is False
        or (has_failed and "status" not in described)
        or (has_error and "error" not in described)
    )


def narrowed(kind: type[R], record: Record) -> R:
    """Return a record as a type that declares more of its fields, with its provenance."""
    return kind.from_dict(record).with_meta(getattr(record, "_meta", None))


def render_answer(record: Record, prompt_id: str, variables: Mapping[str, Any]) -> PromptRender:
    """Fill in what apps read of a render where it is left out: text, messages, variables, reference."""
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
    for choice in choices if type(choices) is list else ():
        if type(choice) is dict and not isinstance(choice.get(name), dict):
            absent = {"content": None} if name == "delta" else {"role": "assistant", "content": None}
            choice[name] = {**absent, **delta_of(choice)}
    return answer


def merge(chunks: Iterable[Mapping[str, Any]]) -> PromptCompletion:
    """Merge all chunks of a stream."""
    merger = ChunkMerger()
    for chunk in chunks:
        merger.add(chunk)
    return fill_choices(PromptCompletion.from_dict(merger.completion()), "message")
