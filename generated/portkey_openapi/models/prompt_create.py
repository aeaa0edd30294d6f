# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import Required, TypedDict

from ..types import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .free_form import FreeForm


class PromptCreate(Record, more=True):
    """A new prompt."""

    __slots__ = ()

    name: str
    """A name for people; the slug is made from it. Need not be unique."""
    collection_id: str
    """The collection to put it in, by UUID or slug."""
    string: str
    """The template - of a chat prompt a JSON array of messages, of a text prompt plain text."""
    parameters: FreeForm
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
    template_metadata: FreeForm | None = None
    """Notes on the template; `template_type` says chat or completion."""
    is_raw_template: int | None = None
    """1 where the whole text is rendered before its JSON is read, else 0."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str,
            collection_id: str,
            string: str,
            parameters: Mapping[str, Any],
            virtual_key: str | None = None,
            model: str | None = None,
            functions: Sequence[Mapping[str, Any]] | None = None,
            tools: Sequence[Mapping[str, Any]] | None = None,
            tool_choice: str | Mapping[str, Any] | None = None,
            version_description: str | None = None,
            template_metadata: Mapping[str, Any] | None = None,
            is_raw_template: int | None = None,
            **more: Any,
        ) -> None: ...


class PromptCreateParams(TypedDict, total=False):
    """What PromptCreate holds, as keyword arguments: `**options: Unpack[PromptCreateParams]`."""

    name: Required[str]
    """A name for people; the slug is made from it. Need not be unique."""
    collection_id: Required[str]
    """The collection to put it in, by UUID or slug."""
    string: Required[str]
    """The template - of a chat prompt a JSON array of messages, of a text prompt plain text."""
    parameters: Required[Mapping[str, Any]]
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
    template_metadata: Mapping[str, Any] | None
    """Notes on the template; `template_type` says chat or completion."""
    is_raw_template: int | None
    """1 where the whole text is rendered before its JSON is read, else 0."""
