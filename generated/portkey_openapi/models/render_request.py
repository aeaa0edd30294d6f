# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import models
from ..fields import many as _many
from ..fields import one as _one
from ..fields import view as _view
from .hyperparameters import Hyperparameters, HyperparametersParams

TYPE_CHECKING = False


class RenderRequest(Hyperparameters, more=True):
    """The variables of a render, and settings that win over the prompt's own."""

    __slots__ = ()

    variables: models.FreeForm | None = _view("variables", _one("FreeForm"), default=None)
    """The template's variables by name, any JSON values; left out, there are none."""
    messages: list[models.ChatMessage] | None = _view("messages", _many(_one("ChatMessage")), default=None)
    """Messages to send in the place of the template's."""
    prompt: str | None = _view("prompt", default=None)
    """A text to send in the place of the template's."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
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
            variables: Mapping[str, Any] | None = None,
            messages: Sequence[Mapping[str, Any]] | None = None,
            prompt: str | None = None,
            **more: Any,
        ) -> None: ...


class RenderRequestParams(HyperparametersParams, total=False):
    """What RenderRequest holds, as keyword arguments: `**options: Unpack[RenderRequestParams]`."""

    variables: Mapping[str, Any] | None
    """The template's variables by name, any JSON values; left out, there are none."""
    messages: Sequence[Mapping[str, Any]] | None
    """Messages to send in the place of the template's."""
    prompt: str | None
    """A text to send in the place of the template's."""
