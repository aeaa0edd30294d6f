"""Names that only annotations need: the real types for type checkers, stand-ins at run time.

So `typing.get_type_hints` finds each name, and nothing is imported for it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from portkey_ai import *  # noqa: F403
    from portkey_ai._async.completions import AsyncCompletionsRaw as AsyncCompletionsRaw
    from portkey_ai._async.partials import AsyncPromptPartialsRaw as AsyncPromptPartialsRaw
    from portkey_ai._async.renderer import AsyncRenderer as AsyncRenderer
    from portkey_ai._async.transport import AsyncTransport as AsyncTransport
    from portkey_ai._async.versions import AsyncPromptVersionsRaw as AsyncPromptVersionsRaw
    from portkey_ai._official import AsyncOpenAI as AsyncOpenAI
    from portkey_ai._official import OpenAI as OpenAI
    from portkey_ai._options import ClientOptions as ClientOptions
    from portkey_ai._options import CreateVersion as CreateVersion
    from portkey_ai._options import RenderKeywords as RenderKeywords
    from portkey_ai._options import RunKeywords as RunKeywords
    from portkey_ai._sync.completions import CompletionsRaw as CompletionsRaw
    from portkey_ai._sync.partials import PromptPartialsRaw as PromptPartialsRaw
    from portkey_ai._sync.renderer import Renderer as Renderer
    from portkey_ai._sync.transport import Transport as Transport
    from portkey_ai._sync.versions import PromptVersionsRaw as PromptVersionsRaw
    from portkey_ai.types import *  # noqa: F403
    from portkey_openapi.http import AsyncHTTPClient as AsyncHTTPClient
    from portkey_openapi.http import HTTPClient as HTTPClient
    from portkey_openapi.http import Response as Response
    from portkey_openapi.http import Timeout as Timeout
    from portkey_openapi.options import RequestOptions as RequestOptions
    from portkey_openapi.resources.prompt_versions import UpdatePromptVersionFields as UpdatePromptVersionFields
    from portkey_openapi.resources.prompts import UpdatePromptFields as UpdatePromptFields
    from portkey_prompts.telemetry import Telemetry as Telemetry
else:

    def __getattr__(name):
        """Stand in for a name that an annotation imports."""
        if name.startswith("__"):
            raise AttributeError(name)
        return object
