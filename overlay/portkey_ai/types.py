"""What calls answer: the contract's types, and where this package fills a field in, that it is there.

Every one of them is the decoded JSON itself, a `dict` whose described fields are attributes too. What the service left
out of a render, a completion or a version, and apps count on (`rendered.prompt`, `choice.message`), is filled in; the
types here say so, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from portkey_openapi import models

if TYPE_CHECKING:
    from portkey_openapi import Page as Page
    from portkey_openapi import Record as Record
    from portkey_openapi.models import Acknowledgement as Acknowledgement
    from portkey_openapi.models import AssistantMessage as AssistantMessage
    from portkey_openapi.models import ChatMessage as ChatMessage
    from portkey_openapi.models import Collection as Collection
    from portkey_openapi.models import CollectionCreated as CollectionCreated
    from portkey_openapi.models import CollectionList as CollectionList
    from portkey_openapi.models import GenericResponse as GenericResponse
    from portkey_openapi.models import Label as Label
    from portkey_openapi.models import LabelCreated as LabelCreated
    from portkey_openapi.models import LabelList as LabelList
    from portkey_openapi.models import Prompt as Prompt
    from portkey_openapi.models import PromptCreated as PromptCreated
    from portkey_openapi.models import PromptList as PromptList
    from portkey_openapi.models import PromptPartial as PromptPartial
    from portkey_openapi.models import PromptPartialCreated as PromptPartialCreated
    from portkey_openapi.models import PromptPartialList as PromptPartialList
    from portkey_openapi.models import PromptPartialUpdated as PromptPartialUpdated
    from portkey_openapi.models import PromptPartialVersionList as PromptPartialVersionList
    from portkey_openapi.models import PromptUpdated as PromptUpdated
    from portkey_openapi.models import PromptVersion as PromptVersion
    from portkey_openapi.models import PromptVersionList as PromptVersionList
    from portkey_openapi.models import Usage as Usage
else:

    def __getattr__(name):
        """Load a type of the contract when it is first asked for."""
        if name in ("Page", "Record"):
            return getattr(__import__("portkey_openapi"), name)
        return getattr(models, name)


Source = Literal["memory", "disk", "lock", "fallback", "server"]


class PromptRender(models.PromptRender):
    """A rendered prompt."""

    __slots__ = ()
    prompt: str = ""
    """The rendered text; of a chat prompt its messages' texts in order, a blank line between."""
    variables: models.FreeForm = None  # type: ignore[assignment]
    """The variables that it was rendered with."""
    prompt_id: str = ""
    """The reference that was rendered, as it was given."""

    @property
    def source(self) -> Source:
        """Which place knew the prompt: the service itself, or one of a PromptSource's."""
        source: Source = getattr(getattr(self, "_meta", None), "source", "server")
        return source

    @property
    def age(self) -> float:
        """Seconds since the service said what was rendered; 0 where it rendered it just now."""
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
    prompt: str = ""
    """The template's text; of a chat prompt its messages' texts in order, a blank line between."""


class PromptChoice(models.PromptChoice):
    """One answer."""

    __slots__ = ()
    message: AssistantMessage = None  # type: ignore[assignment]
    """The model's message; of a text completion, made from its text."""


class PromptCompletion(models.PromptCompletion):
    """A model's answer to a prompt."""

    __slots__ = ()
    choices: list[PromptChoice]  # type: ignore[assignment]
    """The answers, as many as were asked for."""
    prompt_id: str = ""
    """The reference that was run, as it was given."""


class PromptChoiceDelta(models.PromptChoiceDelta):
    """What one answer gains."""

    __slots__ = ()
    delta: AssistantMessage = None  # type: ignore[assignment]
    """The next piece of the message; of a text completion, made from its text."""


class PromptCompletionChunk(models.PromptCompletionChunk):
    """One piece of a streamed answer."""

    __slots__ = ()
    choices: list[PromptChoiceDelta]  # type: ignore[assignment]
    """What each answer gains; empty only in a chunk that brings the usage."""
    prompt_id: str = ""
    """The reference that is run, as it was given."""
