# Compiled from openapi.yaml by `make generate`. Do not edit.
"""One class for each schema of the contract, loaded when it is first asked for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime as datetime

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

if not TYPE_CHECKING:
    from ..lazy import lazy_package

    __getattr__, __dir__, __all__ = lazy_package(
        __name__,
        {
            "datetime": ["datetime"],  # no model, but annotations name it so: it takes long to load
            ".acknowledgement": ["Acknowledgement"],
            ".assistant_message": ["AssistantMessage"],
            ".chat_message": ["ChatMessage"],
            ".collection": ["Collection"],
            ".collection_create": ["CollectionCreate", "CollectionCreateParams"],
            ".collection_created": ["CollectionCreated"],
            ".collection_list": ["CollectionList"],
            ".collection_update": ["CollectionUpdate", "CollectionUpdateParams"],
            ".completion_request": ["CompletionRequest", "CompletionRequestParams"],
            ".content_part": ["ContentPart"],
            ".control_plane_error": ["ControlPlaneError"],
            ".control_plane_error_data": ["ControlPlaneErrorData"],
            ".free_form": ["FreeForm"],
            ".function_call": ["FunctionCall"],
            ".gateway_error": ["GatewayError"],
            ".generation_request": ["GenerationRequest", "GenerationRequestParams"],
            ".generic_response": ["GenericResponse"],
            ".hyperparameters": ["Hyperparameters", "HyperparametersParams"],
            ".label": ["Label"],
            ".label_create": ["LabelCreate", "LabelCreateParams"],
            ".label_created": ["LabelCreated"],
            ".label_list": ["LabelList"],
            ".label_update": ["LabelUpdate", "LabelUpdateParams"],
            ".prompt": ["Prompt"],
            ".prompt_choice": ["PromptChoice"],
            ".prompt_choice_delta": ["PromptChoiceDelta"],
            ".prompt_completion": ["PromptCompletion"],
            ".prompt_completion_chunk": ["PromptCompletionChunk"],
            ".prompt_create": ["PromptCreate", "PromptCreateParams"],
            ".prompt_created": ["PromptCreated"],
            ".prompt_detail": ["PromptDetail"],
            ".prompt_list": ["PromptList"],
            ".prompt_partial": ["PromptPartial"],
            ".prompt_partial_create": ["PromptPartialCreate", "PromptPartialCreateParams"],
            ".prompt_partial_created": ["PromptPartialCreated"],
            ".prompt_partial_list": ["PromptPartialList"],
            ".prompt_partial_update": ["PromptPartialUpdate", "PromptPartialUpdateParams"],
            ".prompt_partial_updated": ["PromptPartialUpdated"],
            ".prompt_partial_version": ["PromptPartialVersion"],
            ".prompt_partial_version_list": ["PromptPartialVersionList"],
            ".prompt_render": ["PromptRender"],
            ".prompt_update": ["PromptUpdate", "PromptUpdateParams"],
            ".prompt_updated": ["PromptUpdated"],
            ".prompt_version": ["PromptVersion"],
            ".prompt_version_list": ["PromptVersionList"],
            ".prompt_version_update": ["PromptVersionUpdate", "PromptVersionUpdateParams"],
            ".provider_error": ["ProviderError"],
            ".provider_error_detail": ["ProviderErrorDetail"],
            ".publication": ["Publication", "PublicationParams"],
            ".render_request": ["RenderRequest", "RenderRequestParams"],
            ".rendered_request": ["RenderedRequest"],
            ".tool_call": ["ToolCall"],
            ".usage": ["Usage"],
            ".variable_components": ["VariableComponents"],
        },
    )
