# Compiled from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from .. import models
from ..fields import many as _many
from ..fields import one as _one
from ..fields import view as _view
from ..types import Record

TYPE_CHECKING = False


class Hyperparameters(Record, more=True):
    """Settings of a model call, at the root of a render or completion body. They win over the prompt's own; others
    than these are passed on as they are.
    """

    __slots__ = ()

    model: str | None = _view("model", default=None)
    """The model to run."""
    temperature: float | None = _view("temperature", default=None)
    """How freely tokens are drawn, from 0 (the likeliest) to 2."""
    top_p: float | None = _view("top_p", default=None)
    """Tokens are drawn from the likeliest ones that make up this share of the probability, from 0 to 1."""
    top_k: int | None = _view("top_k", default=None)
    """Tokens are drawn from this many of the likeliest ones, a count."""
    max_tokens: int | None = _view("max_tokens", default=None)
    """The longest answer, in tokens."""
    max_completion_tokens: int | None = _view("max_completion_tokens", default=None)
    """The longest answer, hidden reasoning included, in tokens."""
    n: int | None = _view("n", default=None)
    """How many answers to draw, a count."""
    stop: str | list[str] | None = _view("stop", default=None)
    """Text, or several texts, at which the answer ends."""
    presence_penalty: float | None = _view("presence_penalty", default=None)
    """How much tokens that occurred are avoided, from -2 to 2."""
    frequency_penalty: float | None = _view("frequency_penalty", default=None)
    """How much tokens are avoided for each time they occurred, from -2 to 2."""
    logit_bias: models.FreeForm | None = _view("logit_bias", _one("FreeForm"), default=None)
    """Token id to how much it is favoured, from -100 to 100."""
    logprobs: bool | int | None = _view("logprobs", default=None)
    """Whether to answer the log probabilities of tokens; for text prompts, of how many."""
    top_logprobs: int | None = _view("top_logprobs", default=None)
    """How many likely tokens to answer at each place, a count from 0 to 20."""
    seed: int | None = _view("seed", default=None)
    """Asks for the same answer to the same request, a whole number."""
    user: str | None = _view("user", default=None)
    """Names the end user to the provider."""
    tools: list[models.FreeForm] | None = _view("tools", _many(_one("FreeForm")), default=None)
    """Tools that the model may call, as the provider describes them."""
    tool_choice: str | models.FreeForm | None = _view("tool_choice", _one("FreeForm"), default=None)
    """Whether or which tool must be called, a word or an object that names one."""
    parallel_tool_calls: bool | None = _view("parallel_tool_calls", default=None)
    """Whether one answer may call several tools."""
    functions: list[models.FreeForm] | None = _view("functions", _many(_one("FreeForm")), default=None)
    """The older form of tools."""
    function_call: str | models.FreeForm | None = _view("function_call", _one("FreeForm"), default=None)
    """The older form of tool_choice."""
    response_format: models.FreeForm | None = _view("response_format", _one("FreeForm"), default=None)
    """The form of the answer, such as a JSON schema."""
    reasoning_effort: str | None = _view("reasoning_effort", default=None)
    """How much a reasoning model thinks, a word of the provider's."""
    stream_options: models.FreeForm | None = _view("stream_options", _one("FreeForm"), default=None)
    """Options of a stream; `include_usage` true adds a last chunk with the token counts."""
    service_tier: str | None = _view("service_tier", default=None)
    """The class of service at the provider, a word of the provider's."""
    modalities: list[str] | None = _view("modalities", default=None)
    """The kinds of output wanted."""
    suffix: str | None = _view("suffix", default=None)
    """Text that comes after the answer of a text prompt."""
    echo: bool | None = _view("echo", default=None)
    """Whether a text prompt is repeated before its answer."""
    best_of: int | None = _view("best_of", default=None)
    """How many answers to a text prompt are drawn to take the best from, a count."""

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
            **more: Any,
        ) -> None: ...


class HyperparametersParams(TypedDict, total=False):
    """What Hyperparameters holds, as keyword arguments: `**options: Unpack[HyperparametersParams]`."""

    model: str | None
    """The model to run."""
    temperature: float | None
    """How freely tokens are drawn, from 0 (the likeliest) to 2."""
    top_p: float | None
    """Tokens are drawn from the likeliest ones that make up this share of the probability, from 0 to 1."""
    top_k: int | None
    """Tokens are drawn from this many of the likeliest ones, a count."""
    max_tokens: int | None
    """The longest answer, in tokens."""
    max_completion_tokens: int | None
    """The longest answer, hidden reasoning included, in tokens."""
    n: int | None
    """How many answers to draw, a count."""
    stop: str | Sequence[str] | None
    """Text, or several texts, at which the answer ends."""
    presence_penalty: float | None
    """How much tokens that occurred are avoided, from -2 to 2."""
    frequency_penalty: float | None
    """How much tokens are avoided for each time they occurred, from -2 to 2."""
    logit_bias: Mapping[str, Any] | None
    """Token id to how much it is favoured, from -100 to 100."""
    logprobs: bool | int | None
    """Whether to answer the log probabilities of tokens; for text prompts, of how many."""
    top_logprobs: int | None
    """How many likely tokens to answer at each place, a count from 0 to 20."""
    seed: int | None
    """Asks for the same answer to the same request, a whole number."""
    user: str | None
    """Names the end user to the provider."""
    tools: Sequence[Mapping[str, Any]] | None
    """Tools that the model may call, as the provider describes them."""
    tool_choice: str | Mapping[str, Any] | None
    """Whether or which tool must be called, a word or an object that names one."""
    parallel_tool_calls: bool | None
    """Whether one answer may call several tools."""
    functions: Sequence[Mapping[str, Any]] | None
    """The older form of tools."""
    function_call: str | Mapping[str, Any] | None
    """The older form of tool_choice."""
    response_format: Mapping[str, Any] | None
    """The form of the answer, such as a JSON schema."""
    reasoning_effort: str | None
    """How much a reasoning model thinks, a word of the provider's."""
    stream_options: Mapping[str, Any] | None
    """Options of a stream; `include_usage` true adds a last chunk with the token counts."""
    service_tier: str | None
    """The class of service at the provider, a word of the provider's."""
    modalities: Sequence[str] | None
    """The kinds of output wanted."""
    suffix: str | None
    """Text that comes after the answer of a text prompt."""
    echo: bool | None
    """Whether a text prompt is repeated before its answer."""
    best_of: int | None
    """How many answers to a text prompt are drawn to take the best from, a count."""
