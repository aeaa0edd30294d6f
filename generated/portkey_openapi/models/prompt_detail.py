# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .. import models
from ..fields import many as _many
from ..fields import one as _one
from ..fields import view as _view
from .prompt import Prompt


class PromptDetail(Prompt, more=True):
    """A prompt and one version of it."""

    __slots__ = ()

    prompt_version: int | None = _view("prompt_version", default=None)
    """The version's number, from 1."""
    prompt_version_id: str | None = _view("prompt_version_id", default=None)
    """The version's UUID."""
    prompt_version_description: str | None = _view("prompt_version_description", default=None)
    """What is new in the version, for people."""
    prompt_version_status: str | None = _view("prompt_version_status", default=None)
    """The version's state, such as active (published) or archived."""
    prompt_version_created_by: str | None = _view("prompt_version_created_by", default=None)
    """Who made the version, the name of an API key, or its id where it has none; null where no keys are in use."""
    prompt_version_published_by: str | None = _view("prompt_version_published_by", default=None)
    """Who published the version, such as an API key's name; null where it is not the published one, or no keys are
    in use.
    """
    string: str | None = _view("string", default=None)
    """The template - of a chat prompt a JSON array of messages, of a text prompt plain text."""
    variable_components: models.VariableComponents | None = _view(
        "variable_components", _one("VariableComponents"), default=None
    )
    """The names that the template uses."""
    parameters: models.FreeForm | None = _view("parameters", _one("FreeForm"), default=None)
    """Model settings, and defaults of the template's variables by name."""
    functions: list[models.FreeForm] | None = _view("functions", _many(_one("FreeForm")), default=None)
    """The older form of tools."""
    tools: list[models.FreeForm] | None = _view("tools", _many(_one("FreeForm")), default=None)
    """Tools that the model may call, as the provider describes them."""
    tool_choice: str | models.FreeForm | None = _view("tool_choice", _one("FreeForm"), default=None)
    """Whether or which tool must be called, a word or an object that names one."""
    template_metadata: models.FreeForm | None = _view("template_metadata", _one("FreeForm"), default=None)
    """Notes on the template; `template_type` says chat or completion."""
    prompt_version_label_id: str | None = _view("prompt_version_label_id", default=None)
    """The UUID of the version's first label."""
    prompt_version_label_name: str | None = _view("prompt_version_label_name", default=None)
    """The name of the version's first label."""
    prompt_version_labels: list[models.FreeForm] | None = _view(
        "prompt_version_labels", _many(_one("FreeForm")), default=None
    )
    """All labels that the version bears, each with its `id` and `name`, and with who gave it to the version as
    `given_by`, such as an API key's name; null where no keys are in use.
    """
    is_raw_template: int | None = _view("is_raw_template", default=None)
    """1 where the whole text is rendered before its JSON is read, else 0."""
    virtual_key: str | None = _view("virtual_key", default=None)
    """Which provider and key run it, where the call names none."""
    prompt: str | None = _view("prompt", default=None)
    """The template's text; of a chat prompt its messages' texts in order, a blank line between."""
