"""The template engine: Mustache for prompts, the same for the client and for the server.

It does no I/O, looks values up in JSON data only, and keeps no state: whatever was parsed may be shared by threads.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .components import Components as Components
    from .errors import MissingVariablesError as MissingVariablesError
    from .errors import TemplateError as TemplateError
    from .errors import TemplateLimitError as TemplateLimitError
    from .errors import TemplateSyntaxError as TemplateSyntaxError
    from .errors import UnknownPartialError as UnknownPartialError
    from .limits import Limits as Limits
    from .messages import Message as Message
    from .partials import Loader as Loader
    from .partials import Partial as Partial
    from .prompt import PromptRendering as PromptRendering
    from .prompt import PromptTemplate as PromptTemplate
    from .run import MissingPolicy as MissingPolicy
    from .template import Rendering as Rendering
    from .template import Template as Template
    from .texts import messages_text as messages_text
    from .texts import template_text as template_text

_HOMES = {
    "Components": "components",
    "Limits": "limits",
    "Loader": "partials",
    "Message": "messages",
    "MissingPolicy": "run",
    "MissingVariablesError": "errors",
    "Partial": "partials",
    "PromptRendering": "prompt",
    "PromptTemplate": "prompt",
    "Rendering": "template",
    "Template": "template",
    "TemplateError": "errors",
    "TemplateLimitError": "errors",
    "TemplateSyntaxError": "errors",
    "UnknownPartialError": "errors",
    "messages_text": "texts",
    "template_text": "texts",
}

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
    "template_text",
]

if not TYPE_CHECKING:

    def __getattr__(name):
        """Load a name when it is first asked for: who only joins messages' texts needs no engine."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)
        globals()[name] = value
        return value
