# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import TypedDict

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .free_form import FreeForm


class PromptUpdate(Record, more=True):
    """Changes to a prompt."""

    __slots__ = ()

    name: str | None = None
    """A new name for people; the slug stays."""
    collection_id: str | None = None
    """The collection to move it to, by UUID or slug."""
    patch: bool | None = None
    """Whether the new version takes over from the latest what is left out here."""
    string: str | None = None
    """The template - of a chat prompt a JSON array of messages, of a text prompt plain text."""
    parameters: FreeForm | None = None
    """Model settings, and defaults of the template's variables by name."""
    virtual_key: str | None = None
    """Which provider and key run it, where the call names none."""
    model: str | None = None
    """The model that runs it, where the call names none."""
    functions: list[FreeForm] | None = None
    """The older form of tools."""
    tools: list[FreeForm] | None = None
    """Tools that the model may call, as the provider describes them."""
    tool_choice: str | FreeForm | None = None
    """Whether or which tool must be called, a word or an object that names one."""
    version_description: str | None = None
    """What is new in the version, for people."""
    prompt_metadata: FreeForm | None = None
    """Notes on the template, as template_metadata on create."""
    template_metadata: FreeForm | None = None
    """Another spelling of prompt_metadata, which wins where both are given."""
    is_raw_template: int | None = None
    """1 where the whole text is rendered before its JSON is read, else 0."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str | None = None,
            collection_id: str | None = None,
            patch: bool | None = None,
            string: str | None = None,
            parameters: Mapping[str, Any] | None = None,
            virtual_key: str | None = None,
            model: str | None = None,
            functions: Sequence[Mapping[str, Any]] | None = None,
            tools: Sequence[Mapping[str, Any]] | None = None,
            tool_choice: str | Mapping[str, Any] | None = None,
            version_description: str | None = None,
            prompt_metadata: Mapping[str, Any] | None = None,
            template_metadata: Mapping[str, Any] | None = None,
            is_raw_template: int | None = None,
            **more: Any,
        ) -> None: ...


class PromptUpdateParams(TypedDict, total=False):
    """What PromptUpdate holds, as keyword arguments: `**options: Unpack[PromptUpdateParams]`."""

    name: str | None
    """A new name for people; the slug stays."""
    collection_id: str | None
    """The collection to move it to, by UUID or slug."""
    patch: bool | None
    """Whether the new version takes over from the latest what is left out here."""
    string: str | None
    """The template - of a chat prompt a JSON array of messages, of a text prompt plain text."""
    parameters: Mapping[str, Any] | None
    """Model settings, and defaults of the template's variables by name."""
    virtual_key: str | None
    """Which provider and key run it, where the call names none."""
    model: str | None
    """The model that runs it, where the call names none."""
    functions: Sequence[Mapping[str, Any]] | None
    """The older form of tools."""
    tools: Sequence[Mapping[str, Any]] | None
    """Tools that the model may call, as the provider describes them."""
    tool_choice: str | Mapping[str, Any] | None
    """Whether or which tool must be called, a word or an object that names one."""
    version_description: str | None
    """What is new in the version, for people."""
    prompt_metadata: Mapping[str, Any] | None
    """Notes on the template, as template_metadata on create."""
    template_metadata: Mapping[str, Any] | None
    """Another spelling of prompt_metadata, which wins where both are given."""
    is_raw_template: int | None
    """1 where the whole text is rendered before its JSON is read, else 0."""
