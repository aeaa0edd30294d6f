"""The template engine: Mustache for prompts, the same for the client and for the server.

It does no I/O, looks values up in JSON data only, and keeps no state: whatever was parsed may be shared by threads.
"""

from .components import Components
from .errors import (
    MissingVariablesError,
    TemplateError,
    TemplateLimitError,
    TemplateSyntaxError,
    UnknownPartialError,
)
from .limits import Limits
from .messages import Message, messages_text
from .partials import Loader, Partial
from .prompt import PromptRendering, PromptTemplate
from .run import MissingPolicy
from .template import Rendering, Template

__all__ = [
    "Components",
    "Limits",
    "Loader",
    "Message",
    "MissingPolicy",
    "MissingVariablesError",
    "Partial",
    "PromptRendering",
    "PromptTemplate",
    "Rendering",
    "Template",
    "TemplateError",
    "TemplateLimitError",
    "TemplateSyntaxError",
    "UnknownPartialError",
    "messages_text",
]
