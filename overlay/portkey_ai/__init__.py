"""Prompts that live outside of an app's code: fetched by name, filled with variables, run against a model.

Example:
    >>> from portkey_ai import Portkey
    >>> portkey = Portkey(api_key="…")
    >>> print(portkey.prompts.render(prompt_id="pp-greeting", variables={"name": "Alice"}).prompt)
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from portkey_ai._async.client import AsyncPortkey as AsyncPortkey
    from portkey_ai._async.collections import AsyncCollections as AsyncCollections
    from portkey_ai._async.completions import AsyncCompletions as AsyncCompletions
    from portkey_ai._async.generations import AsyncGenerations as AsyncGenerations
    from portkey_ai._async.labels import AsyncLabels as AsyncLabels
    from portkey_ai._async.partials import AsyncPromptPartials as AsyncPromptPartials
    from portkey_ai._async.prompts import AsyncPrompts as AsyncPrompts
    from portkey_ai._async.stream import AsyncStream as AsyncStream
    from portkey_ai._async.versions import AsyncPromptVersions as AsyncPromptVersions
    from portkey_ai._raw import RawResponse as RawResponse
    from portkey_ai._sync.client import Portkey as Portkey
    from portkey_ai._sync.collections import Collections as Collections
    from portkey_ai._sync.completions import Completions as Completions
    from portkey_ai._sync.generations import Generations as Generations
    from portkey_ai._sync.labels import Labels as Labels
    from portkey_ai._sync.partials import PromptPartials as PromptPartials
    from portkey_ai._sync.prompts import Prompts as Prompts
    from portkey_ai._sync.stream import Stream as Stream
    from portkey_ai._sync.versions import PromptVersions as PromptVersions
    from portkey_ai._version import __version__ as __version__
    from portkey_ai.errors import APIConnectionError as APIConnectionError
    from portkey_ai.errors import APIError as APIError
    from portkey_ai.errors import APIResponseValidationError as APIResponseValidationError
    from portkey_ai.errors import APIStatusError as APIStatusError
    from portkey_ai.errors import APIStreamError as APIStreamError
    from portkey_ai.errors import APIStreamTimeoutError as APIStreamTimeoutError
    from portkey_ai.errors import APITimeoutError as APITimeoutError
    from portkey_ai.errors import APIVersionError as APIVersionError
    from portkey_ai.errors import AuthenticationError as AuthenticationError
    from portkey_ai.errors import BadRequestError as BadRequestError
    from portkey_ai.errors import BudgetExhaustedError as BudgetExhaustedError
    from portkey_ai.errors import ConflictError as ConflictError
    from portkey_ai.errors import GuardrailDeniedError as GuardrailDeniedError
    from portkey_ai.errors import InternalServerError as InternalServerError
    from portkey_ai.errors import NotFoundError as NotFoundError
    from portkey_ai.errors import PaymentRequiredError as PaymentRequiredError
    from portkey_ai.errors import PermissionDeniedError as PermissionDeniedError
    from portkey_ai.errors import PortkeyError as PortkeyError
    from portkey_ai.errors import RateLimitError as RateLimitError
    from portkey_ai.errors import RequestTimeoutError as RequestTimeoutError
    from portkey_ai.errors import UnprocessableEntityError as UnprocessableEntityError
    from portkey_ai.source.loaded import LoadedPrompt as LoadedPrompt
    from portkey_ai.source.settings import PromptSource as PromptSource
    from portkey_ai.types import GenericResponse as GenericResponse
    from portkey_ai.types import PromptChoice as PromptChoice
    from portkey_ai.types import PromptChoiceDelta as PromptChoiceDelta
    from portkey_ai.types import PromptCompletion as PromptCompletion
    from portkey_ai.types import PromptCompletionChunk as PromptCompletionChunk
    from portkey_ai.types import PromptRender as PromptRender
    from portkey_openapi import API_VERSION as API_VERSION
    from portkey_openapi import CONTRACT_SHA256 as CONTRACT_SHA256

_HOMES = {
    "portkey_ai._async.client": ("AsyncPortkey",),
    "portkey_ai._async.collections": ("AsyncCollections",),
    "portkey_ai._async.completions": ("AsyncCompletions",),
    "portkey_ai._async.generations": ("AsyncGenerations",),
    "portkey_ai._async.labels": ("AsyncLabels",),
    "portkey_ai._async.partials": ("AsyncPromptPartials",),
    "portkey_ai._async.prompts": ("AsyncPrompts",),
    "portkey_ai._async.stream": ("AsyncStream",),
    "portkey_ai._async.versions": ("AsyncPromptVersions",),
    "portkey_ai._raw": ("RawResponse",),
    "portkey_ai._sync.client": ("Portkey",),
    "portkey_ai._sync.collections": ("Collections",),
    "portkey_ai._sync.completions": ("Completions",),
    "portkey_ai._sync.generations": ("Generations",),
    "portkey_ai._sync.labels": ("Labels",),
    "portkey_ai._sync.partials": ("PromptPartials",),
    "portkey_ai._sync.prompts": ("Prompts",),
    "portkey_ai._sync.stream": ("Stream",),
    "portkey_ai._sync.versions": ("PromptVersions",),
    "portkey_ai._version": ("__version__",),
    "portkey_ai.errors": (
        "APIConnectionError",
        "APIError",
        "APIResponseValidationError",
        "APIStatusError",
        "APIStreamError",
        "APIStreamTimeoutError",
        "APITimeoutError",
        "APIVersionError",
        "AuthenticationError",
        "BadRequestError",
        "BudgetExhaustedError",
        "ConflictError",
        "GuardrailDeniedError",
        "InternalServerError",
        "NotFoundError",
        "PaymentRequiredError",
        "PermissionDeniedError",
        "PortkeyError",
        "RateLimitError",
        "RequestTimeoutError",
        "UnprocessableEntityError",
    ),
    "portkey_ai.source.loaded": ("LoadedPrompt",),
    "portkey_ai.source.settings": ("PromptSource",),
    "portkey_ai.types": (
        "GenericResponse",
        "PromptChoice",
        "PromptChoiceDelta",
        "PromptCompletion",
        "PromptCompletionChunk",
        "PromptRender",
    ),
    "portkey_openapi": ("API_VERSION", "CONTRACT_SHA256"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

if not TYPE_CHECKING:
    __all__ = sorted(_HOME_OF)

    def __getattr__(name):
        """Load a name when it is first asked for, so that importing the package costs next to nothing."""
        if name not in _HOME_OF:
            if name in ("errors", "templates", "types"):
                return __import__(f"{__name__}.{name}", fromlist=[name])
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(__import__(_HOME_OF[name], fromlist=[name]), name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *_HOME_OF})
