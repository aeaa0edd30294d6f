# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from .. import models
from ..fields import many as _many
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record

TYPE_CHECKING = False


class PromptUpdate(Record, more=True):
    """Changes to a prompt; null is the same as left out."""

    __slots__ = ()

    name: str | None = _view("name", default=None)
    """A new name for people; the slug stays."""
    collection_id: str | None = _view("collection_id", default=None)
    """The collection to move it to, by UUID or slug."""
    patch: bool | None = _view("patch", default=None)
    """Whether the new version takes over from the latest what is left out here."""
    string: str | None = _view("string", default=None)
    """The template - of a chat prompt a JSON array of messages, of a text prompt plain text."""
    parameters: models.FreeForm | None = _view("parameters", _one("FreeForm"), default=None)
    """Model settings, and defaults of the template's variables by name."""
    virtual_key: str | None = _view("virtual_key", default=None)
    """Which provider and key run it, where the call names none."""
    model: str | None = _view("model", default=None)
    """The model that runs it, where the call names none."""
    functions: list[models.FreeForm] | None = _view("functions", _many(_one("FreeForm")), default=None)
    """The older form of tools."""
    tools: list[models.FreeForm] | None = _view("tools", _many(_one("FreeForm")), default=None)
    """Tools that the model may call, as the provider describes them."""
    tool_choice: str | models.FreeForm | None = _view("tool_choice", _one("FreeForm"), default=None)
    """Whether or which tool must be called, a word or an object that names one."""
    version_description: str | None = _view("version_description", default=None)
    """What is new in the version, for people."""
    prompt_metadata: models.FreeForm | None = _view("prompt_metadata", _one("FreeForm"), default=None)
    """Notes on the template, as template_metadata on create."""
    template_metadata: models.FreeForm | None = _view("template_metadata", _one("FreeForm"), default=None)
    """Another spelling of prompt_metadata, which wins where both are given."""
    is_raw_template: int | None = _view("is_raw_template", default=None)
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
