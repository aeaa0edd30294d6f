# Compiled from openapi.yaml by `make generate`. Do not edit.
"""What concerns `prompts.completions`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..calls import AsyncResource, Resource
from ..raw import RawResource

if TYPE_CHECKING:
    from ..options import RequestOptions
else:  # which keywords there are is for type checkers only: making the types would take longer than all else here
    RequestOptions = dict


class PromptCompletions(Resource):
    """What concerns `prompts.completions`. In a client: `prompts.completions`.

    No method here sends createPromptCompletion: a client's `call` does.
    """

    @cached_property
    def with_raw_response(self) -> PromptCompletionsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return PromptCompletionsRaw(self)


class PromptCompletionsRaw(RawResource):
    """`prompts.completions.with_raw_response` of a client."""


class AsyncPromptCompletions(AsyncResource):
    """What concerns `prompts.completions`. In a client: `prompts.completions`.

    No method here sends createPromptCompletion: a client's `call` does.
    """

    @cached_property
    def with_raw_response(self) -> AsyncPromptCompletionsRaw:
        """The same methods, returning the HTTP response with the result in it."""
        return AsyncPromptCompletionsRaw(self)


class AsyncPromptCompletionsRaw(RawResource):
    """`prompts.completions.with_raw_response` of a client."""
