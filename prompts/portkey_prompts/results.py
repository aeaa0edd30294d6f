"""The results of calls about prompts: the contract's types, with some fields declared as always present.

`portkey_prompts.answers` fills these fields in where a service left them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from portkey_openapi import models
from portkey_openapi.fields import many, one, view

Source = Literal["memory", "disk", "lock", "fallback", "server"]


class PromptRender(models.PromptRender):
    """A rendered prompt."""

    __slots__ = ()
    prompt: str = view("prompt", default=None)
    """The rendered text; of a chat prompt its messages' texts in order, a blank line between."""
    variables: models.FreeForm = view("variables", one("FreeForm"), default=None)
    """The variables that it was rendered with."""
    prompt_id: str = view("prompt_id", default=None)
    """The reference that was rendered, as it was given."""

    @property
    def source(self) -> Source:
        """Where the prompt was found: `server` for the service, or one of a PromptSource's other sources."""
        source: Source = getattr(getattr(self, "_meta", None), "source", "server")
        return source

    @property
    def age(self) -> float:
        """Seconds since the service answered what was rendered; 0 where it was asked just now."""
        age: float = getattr(getattr(self, "_meta", None), "age", 0.0)
        return age

    @property
    def version(self) -> int | None:
        """The number of the version that was rendered; None where it is not known."""
        version: int | None = getattr(getattr(self, "_meta", None), "version", None)
        return version

    @property
    def partials(self) -> Mapping[str, int]:
        """The partials that went in, slug to version; empty where the service rendered."""
        partials: Mapping[str, int] = getattr(getattr(self, "_meta", None), "partials", {})
        return partials


class PromptDetail(models.PromptDetail):
    """A prompt and one version of it."""

    __slots__ = ()
    prompt: str = view("prompt", default=None)
    """The template's text; of a chat prompt its messages' texts in order, a blank line between."""


class PromptChoice(models.PromptChoice):
    """One answer."""

    __slots__ = ()
    message: models.AssistantMessage = view("message", one("AssistantMessage"), default=None)
    """The model's message; of a text completion, made from its text."""


class PromptCompletion(models.PromptCompletion):
    """A model's answer to a prompt."""

    __slots__ = ()
    choices: list[PromptChoice] = view("choices", many(one(PromptChoice)))  # type: ignore[assignment]
    """The answers, as many as were asked for."""
    prompt_id: str = view("prompt_id", default=None)
    """The reference that was run, as it was given."""


class PromptChoiceDelta(models.PromptChoiceDelta):
    """What one answer gains."""

    __slots__ = ()
    delta: models.AssistantMessage = view("delta", one("AssistantMessage"), default=None)
    """The next piece of the message; of a text completion, made from its text."""


class PromptCompletionChunk(models.PromptCompletionChunk):
    """One piece of a streamed answer."""

    __slots__ = ()
    choices: list[PromptChoiceDelta] = view("choices", many(one(PromptChoiceDelta)))  # type: ignore[assignment]
    """What each answer gains; empty only in a chunk that brings the usage."""
    prompt_id: str = view("prompt_id", default=None)
    """The reference that is run, as it was given."""
