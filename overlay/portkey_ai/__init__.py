"""Prompts that live outside of an app's code: fetched by name, filled with variables, run against a model.

Example:
    >>> from portkey_ai import Portkey
    >>> portkey = Portkey(api_key="…")
    >>> print(portkey.prompts.render(prompt_id="pp-greeting", variables={"name": "Alice"}).prompt)
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from portkey_ai._async.client import AsyncPortkey as AsyncPortkey
    from portkey_ai._async.completions import AsyncCompletions as AsyncCompletions
    from portkey_ai._async.generations import AsyncGenerations as AsyncGenerations
    from portkey_ai._async.partials import AsyncPromptPartials as AsyncPromptPartials
    from portkey_ai._async.prompts import AsyncPrompts as AsyncPrompts
    from portkey_ai._async.stream import AsyncStream as AsyncStream
    from portkey_ai._async.versions import AsyncPromptVersions as AsyncPromptVersions
    from portkey_ai._official import PORTKEY_BASE_URL as PORTKEY_BASE_URL
    from portkey_ai._official import PORTKEY_GATEWAY_URL as PORTKEY_GATEWAY_URL
    from portkey_ai._official import createHeaders as createHeaders
    from portkey_ai._sync.client import Portkey as Portkey
    from portkey_ai._sync.completions import Completions as Completions
    from portkey_ai._sync.generations import Generations as Generations
    from portkey_ai._sync.partials import PromptPartials as PromptPartials
    from portkey_ai._sync.prompts import Prompts as Prompts
    from portkey_ai._sync.stream import Stream as Stream
    from portkey_ai._sync.versions import PromptVersions as PromptVersions
    from portkey_ai._version import __version__ as __version__
    from portkey_ai.errors import *  # noqa: F403
    from portkey_ai.types import GenericResponse as GenericResponse
    from portkey_ai.types import PromptChoice as PromptChoice
    from portkey_ai.types import PromptChoiceDelta as PromptChoiceDelta
    from portkey_ai.types import PromptCompletion as PromptCompletion
    from portkey_ai.types import PromptCompletionChunk as PromptCompletionChunk
    from portkey_ai.types import PromptRender as PromptRender
    from portkey_openapi import API_VERSION as API_VERSION
    from portkey_openapi import CONTRACT_SHA256 as CONTRACT_SHA256
    from portkey_openapi.raw import RawResponse as RawResponse
    from portkey_openapi.resources import AsyncCollections as AsyncCollections
    from portkey_openapi.resources import AsyncLabels as AsyncLabels
    from portkey_openapi.resources import Collections as Collections
    from portkey_openapi.resources import Labels as Labels
    from portkey_prompts.source.loaded import LoadedPrompt as LoadedPrompt
    from portkey_prompts.source.settings import PromptSource as PromptSource

if not TYPE_CHECKING:
    from portkey_openapi.lazy import lazy_package

    __getattr__, __dir__, __all__ = lazy_package(
        __name__,
        {
            "._async.client": ["AsyncPortkey"],
            "._async.completions": ["AsyncCompletions"],
            "._async.generations": ["AsyncGenerations"],
            "._async.partials": ["AsyncPromptPartials"],
            "._async.prompts": ["AsyncPrompts"],
            "._async.stream": ["AsyncStream"],
            "._async.versions": ["AsyncPromptVersions"],
            "._official": ["PORTKEY_BASE_URL", "PORTKEY_GATEWAY_URL", "createHeaders"],
            "._sync.client": ["Portkey"],
            "._sync.completions": ["Completions"],
            "._sync.generations": ["Generations"],
            "._sync.partials": ["PromptPartials"],
            "._sync.prompts": ["Prompts"],
            "._sync.stream": ["Stream"],
            "._sync.versions": ["PromptVersions"],
            "._version": ["__version__"],
            ".errors": (
                "APIConnectionError APIError APIResponseValidationError APIStatusError APIStreamError "
                "APIStreamTimeoutError APITimeoutError APIVersionError AuthenticationError BadRequestError "
                "BudgetExhaustedError ConflictError GuardrailDeniedError InternalServerError NotFoundError "
                "PaymentRequiredError PermissionDeniedError PortkeyError RateLimitError RequestTimeoutError "
                "UnprocessableEntityError"
            ),
            "portkey_prompts.source.loaded": ["LoadedPrompt"],
            "portkey_prompts.source.settings": ["PromptSource"],
            ".types": (
                "GenericResponse PromptChoice PromptChoiceDelta PromptCompletion PromptCompletionChunk PromptRender"
            ),
            "portkey_openapi": ["API_VERSION", "CONTRACT_SHA256"],
            "portkey_openapi.raw": ["RawResponse"],
            "portkey_openapi.resources": ["AsyncCollections", "AsyncLabels", "Collections", "Labels"],
        },
        modules=("api_resources", "errors", "types", "version"),
    )
