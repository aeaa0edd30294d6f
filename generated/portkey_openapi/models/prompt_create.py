# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Required, TypedDict

from .. import models
from ..fields import many as _many
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record

TYPE_CHECKING = False


class PromptCreate(Record, more=True):
    """A new prompt."""

    __slots__ = ()

    name: str = _view("name")
    """A name for people; the slug is made from it. Need not be unique."""
    collection_id: str = _view("collection_id")
    """The collection to put it in, by UUID or slug."""
    string: str = _view("string")
    """The template - of a chat prompt a JSON array of messages, of a text prompt plain text."""
    parameters: models.FreeForm = _view("parameters", _one("FreeForm"))
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
    template_metadata: models.FreeForm | None = _view("template_metadata", _one("FreeForm"), default=None)
    """Notes on the template; `template_type` says chat or completion."""
    is_raw_template: int | None = _view("is_raw_template", default=None)
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
