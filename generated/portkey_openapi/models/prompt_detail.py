# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from .prompt import Prompt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .free_form import FreeForm
    from .variable_components import VariableComponents


class PromptDetail(Prompt, more=True):
    """A prompt and one version of it."""

    __slots__ = ()

    prompt_version: int | None = None
    """The version's number, from 1."""
    prompt_version_id: str | None = None
    """The version's UUID."""
    prompt_version_description: str | None = None
    """What is new in the version, for people."""
    prompt_version_status: str | None = None
    """The version's state, such as active (published) or archived."""
    string: str | None = None
    """The template - of a chat prompt a JSON array of messages, of a text prompt plain text."""
    variable_components: VariableComponents | None = None
    """The names that the template uses."""
    parameters: FreeForm | None = None
    """Model settings, and defaults of the template's variables by name."""
    functions: list[FreeForm] | None = None
    """The older form of tools."""
    tools: list[FreeForm] | None = None
    """Tools that the model may call, as the provider describes them."""
    tool_choice: str | FreeForm | None = None
    """Whether or which tool must be called, a word or an object that names one."""
    template_metadata: FreeForm | None = None
    """Notes on the template; `template_type` says chat or completion."""
    prompt_version_label_id: str | None = None
    """The UUID of the version's first label."""
    prompt_version_label_name: str | None = None
    """The name of the version's first label."""
    prompt_version_labels: list[FreeForm] | None = None
    """All labels that the version bears."""
    is_raw_template: int | None = None
    """1 where the whole text is rendered before its JSON is read, else 0."""
    virtual_key: str | None = None
    """Which provider and key run it, where the call names none."""
    prompt: str | None = None
    """The template's text; of a chat prompt its messages' texts in order, a blank line between."""
