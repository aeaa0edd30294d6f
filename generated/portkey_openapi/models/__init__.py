# Compiled from openapi.yaml by `make generate`. Do not edit.
"""One class for each schema of the contract, loaded when it is first asked for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .acknowledgement import Acknowledgement as Acknowledgement
    from .assistant_message import AssistantMessage as AssistantMessage
    from .chat_message import ChatMessage as ChatMessage
    from .collection import Collection as Collection
    from .collection_create import CollectionCreate as CollectionCreate
    from .collection_create import CollectionCreateParams as CollectionCreateParams
    from .collection_created import CollectionCreated as CollectionCreated
    from .collection_list import CollectionList as CollectionList
    from .collection_update import CollectionUpdate as CollectionUpdate
    from .collection_update import CollectionUpdateParams as CollectionUpdateParams
    from .completion_request import CompletionRequest as CompletionRequest
    from .completion_request import CompletionRequestParams as CompletionRequestParams
    from .content_part import ContentPart as ContentPart
    from .control_plane_error import ControlPlaneError as ControlPlaneError
    from .control_plane_error_data import ControlPlaneErrorData as ControlPlaneErrorData
    from .free_form import FreeForm as FreeForm
    from .function_call import FunctionCall as FunctionCall
    from .gateway_error import GatewayError as GatewayError
    from .generation_request import GenerationRequest as GenerationRequest
    from .generation_request import GenerationRequestParams as GenerationRequestParams
    from .generic_response import GenericResponse as GenericResponse
    from .hyperparameters import Hyperparameters as Hyperparameters
    from .hyperparameters import HyperparametersParams as HyperparametersParams
    from .label import Label as Label
    from .label_create import LabelCreate as LabelCreate
    from .label_create import LabelCreateParams as LabelCreateParams
    from .label_created import LabelCreated as LabelCreated
    from .label_list import LabelList as LabelList
    from .label_update import LabelUpdate as LabelUpdate
    from .label_update import LabelUpdateParams as LabelUpdateParams
    from .prompt import Prompt as Prompt
    from .prompt_choice import PromptChoice as PromptChoice
    from .prompt_choice_delta import PromptChoiceDelta as PromptChoiceDelta
    from .prompt_completion import PromptCompletion as PromptCompletion
    from .prompt_completion_chunk import PromptCompletionChunk as PromptCompletionChunk
    from .prompt_create import PromptCreate as PromptCreate
    from .prompt_create import PromptCreateParams as PromptCreateParams
    from .prompt_created import PromptCreated as PromptCreated
    from .prompt_detail import PromptDetail as PromptDetail
    from .prompt_list import PromptList as PromptList
    from .prompt_partial import PromptPartial as PromptPartial
    from .prompt_partial_create import PromptPartialCreate as PromptPartialCreate
    from .prompt_partial_create import PromptPartialCreateParams as PromptPartialCreateParams
    from .prompt_partial_created import PromptPartialCreated as PromptPartialCreated
    from .prompt_partial_list import PromptPartialList as PromptPartialList
    from .prompt_partial_update import PromptPartialUpdate as PromptPartialUpdate
    from .prompt_partial_update import PromptPartialUpdateParams as PromptPartialUpdateParams
    from .prompt_partial_updated import PromptPartialUpdated as PromptPartialUpdated
    from .prompt_partial_version import PromptPartialVersion as PromptPartialVersion
    from .prompt_partial_version_list import PromptPartialVersionList as PromptPartialVersionList
    from .prompt_render import PromptRender as PromptRender
    from .prompt_update import PromptUpdate as PromptUpdate
    from .prompt_update import PromptUpdateParams as PromptUpdateParams
    from .prompt_updated import PromptUpdated as PromptUpdated
    from .prompt_version import PromptVersion as PromptVersion
    from .prompt_version_list import PromptVersionList as PromptVersionList
    from .prompt_version_update import PromptVersionUpdate as PromptVersionUpdate
    from .prompt_version_update import PromptVersionUpdateParams as PromptVersionUpdateParams
    from .provider_error import ProviderError as ProviderError
    from .provider_error_detail import ProviderErrorDetail as ProviderErrorDetail
    from .publication import Publication as Publication
    from .publication import PublicationParams as PublicationParams
    from .render_request import RenderRequest as RenderRequest
    from .render_request import RenderRequestParams as RenderRequestParams
    from .rendered_request import RenderedRequest as RenderedRequest
    from .tool_call import ToolCall as ToolCall
    from .usage import Usage as Usage
    from .variable_components import VariableComponents as VariableComponents

_HOMES = {
    "Acknowledgement": "acknowledgement",
    "AssistantMessage": "assistant_message",
    "ChatMessage": "chat_message",
    "Collection": "collection",
    "CollectionCreate": "collection_create",
    "CollectionCreateParams": "collection_create",
    "CollectionCreated": "collection_created",
    "CollectionList": "collection_list",
    "CollectionUpdate": "collection_update",
    "CollectionUpdateParams": "collection_update",
    "CompletionRequest": "completion_request",
    "CompletionRequestParams": "completion_request",
    "ContentPart": "content_part",
    "ControlPlaneError": "control_plane_error",
    "ControlPlaneErrorData": "control_plane_error_data",
    "FreeForm": "free_form",
    "FunctionCall": "function_call",
    "GatewayError": "gateway_error",
    "GenerationRequest": "generation_request",
    "GenerationRequestParams": "generation_request",
    "GenericResponse": "generic_response",
    "Hyperparameters": "hyperparameters",
    "HyperparametersParams": "hyperparameters",
    "Label": "label",
    "LabelCreate": "label_create",
    "LabelCreateParams": "label_create",
    "LabelCreated": "label_created",
    "LabelList": "label_list",
    "LabelUpdate": "label_update",
    "LabelUpdateParams": "label_update",
    "Prompt": "prompt",
    "PromptChoice": "prompt_choice",
    "PromptChoiceDelta": "prompt_choice_delta",
    "PromptCompletion": "prompt_completion",
    "PromptCompletionChunk": "prompt_completion_chunk",
    "PromptCreate": "prompt_create",
    "PromptCreateParams": "prompt_create",
    "PromptCreated": "prompt_created",
    "PromptDetail": "prompt_detail",
    "PromptList": "prompt_list",
    "PromptPartial": "prompt_partial",
    "PromptPartialCreate": "prompt_partial_create",
    "PromptPartialCreateParams": "prompt_partial_create",
    "PromptPartialCreated": "prompt_partial_created",
    "PromptPartialList": "prompt_partial_list",
    "PromptPartialUpdate": "prompt_partial_update",
    "PromptPartialUpdateParams": "prompt_partial_update",
    "PromptPartialUpdated": "prompt_partial_updated",
    "PromptPartialVersion": "prompt_partial_version",
    "PromptPartialVersionList": "prompt_partial_version_list",
    "PromptRender": "prompt_render",
    "PromptUpdate": "prompt_update",
    "PromptUpdateParams": "prompt_update",
    "PromptUpdated": "prompt_updated",
    "PromptVersion": "prompt_version",
    "PromptVersionList": "prompt_version_list",
    "PromptVersionUpdate": "prompt_version_update",
    "PromptVersionUpdateParams": "prompt_version_update",
    "ProviderError": "provider_error",
    "ProviderErrorDetail": "provider_error_detail",
    "Publication": "publication",
    "PublicationParams": "publication",
    "RenderRequest": "render_request",
    "RenderRequestParams": "render_request",
    "RenderedRequest": "rendered_request",
    "ToolCall": "tool_call",
    "Usage": "usage",
    "VariableComponents": "variable_components",
}

if not TYPE_CHECKING:

    def __getattr__(name):
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *_HOMES})
