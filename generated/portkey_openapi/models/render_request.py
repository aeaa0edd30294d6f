# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from typing import Required

from .hyperparameters import Hyperparameters, HyperparametersParams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .chat_message import ChatMessage
    from .free_form import FreeForm


class RenderRequest(Hyperparameters, more=True):
    """The variables of a render, and settings that win over the prompt's own."""

    __slots__ = ()

    variables: FreeForm
    """The template's variables by name, any JSON values."""
    messages: list[ChatMessage] | None = None
    """Messages to send in the place of the template's."""
    prompt: str | None = None
    """A text to send in the place of the template's."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            variables: Mapping[str, Any],
            model: str | None = None,
            temperature: float | None = None,
            top_p: float | None = None,
            top_k: int | None = None,
            max_tokens: int | None = None,
            max_completion_tokens: int | None = None,
            n: int | None = None,
            stop: str | Sequence[str] | None = None,
            presence_penalty: float | None = None,
            frequency_penalty: float | None = None,
            logit_bias: Mapping[str, Any] | None = None,
            logprobs: bool | int | None = None,
            top_logprobs: int | None = None,
            seed: int | None = None,
            user: str | None = None,
            tools: Sequence[Mapping[str, Any]] | None = None,
            tool_choice: str | Mapping[str, Any] | None = None,
            parallel_tool_calls: bool | None = None,
            functions: Sequence[Mapping[str, Any]] | None = None,
            function_call: str | Mapping[str, Any] | None = None,
            response_format: Mapping[str, Any] | None = None,
            reasoning_effort: str | None = None,
            stream_options: Mapping[str, Any] | None = None,
            service_tier: str | None = None,
            modalities: Sequence[str] | None = None,
            suffix: str | None = None,
            echo: bool | None = None,
            best_of: int | None = None,
            messages: Sequence[Mapping[str, Any]] | None = None,
            prompt: str | None = None,
            **more: Any,
        ) -> None: ...


class RenderRequestParams(HyperparametersParams, total=False):
    """What RenderRequest holds, as keyword arguments: `**options: Unpack[RenderRequestParams]`."""

    variables: Required[Mapping[str, Any]]
    """The template's variables by name, any JSON values."""
    messages: Sequence[Mapping[str, Any]] | None
    """Messages to send in the place of the template's."""
    prompt: str | None
    """A text to send in the place of the template's."""
