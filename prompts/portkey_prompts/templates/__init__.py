"""The template engine: Mustache for prompts, the same for the client and for the server.

It does no I/O, looks values up in JSON data only, and keeps no state: whatever was parsed may be shared by threads.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .components import Components as Components
    from .errors import Limits as Limits
    from .errors import MissingVariablesError as MissingVariablesError
    from .errors import TemplateError as TemplateError
    from .errors import TemplateLimitError as TemplateLimitError
    from .errors import TemplateSyntaxError as TemplateSyntaxError
    from .errors import UnknownPartialError as UnknownPartialError
    from .messages import Message as Message
    from .partials import Loader as Loader
    from .partials import Partial as Partial
    from .partials import PartialsNeeded as PartialsNeeded
    from .prompt import PromptRendering as PromptRendering
    from .prompt import PromptTemplate as PromptTemplate
    from .run import MissingPolicy as MissingPolicy
    from .template import Rendering as Rendering
    from .template import Template as Template
    from .values import messages_text as messages_text
    from .values import template_text as template_text

if not TYPE_CHECKING:
    from portkey_openapi.lazy import lazy_package

    __getattr__, __dir__, __all__ = lazy_package(
        __name__,
        {
            ".components": ["Components"],
            ".errors": [
                "Limits",
                "MissingVariablesError",
                "TemplateError",
                "TemplateLimitError",
                "TemplateSyntaxError",
                "UnknownPartialError",
            ],
            ".messages": ["Message"],
            ".partials": ["Loader", "Partial", "PartialsNeeded"],
            ".prompt": ["PromptRendering", "PromptTemplate"],
            ".run": ["MissingPolicy"],
            ".template": ["Rendering", "Template"],
            ".values": ["messages_text", "template_text"],
        },
    )
