"""The older way of running prompts, kept so that programs that use it go on."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload

from portkey_ai._async.completions import AsyncCompletions
from portkey_ai._async.stream import AsyncStream
from portkey_ai.types import GenericResponse
from portkey_openapi.models import FreeForm

if TYPE_CHECKING:
    from portkey_ai._async.ladder import AsyncLadder
    from portkey_ai._async.raw import AsyncGenerationsRaw
    from portkey_ai._async.transport import AsyncTransport

WARNING = "generations.create() is deprecated: use prompts.completions(), which takes the same arguments."


class AsyncGenerations:
    """The older way of running prompts: `portkey.generations`."""

    def __init__(self, transport: AsyncTransport, ladder: AsyncLadder | None = None) -> None:
        self._transport = transport
        self._completions = AsyncCompletions(transport, ladder)

    @cached_property
    def with_raw_response(self) -> AsyncGenerationsRaw:
        """The same method, answering the HTTP response with the result in it."""
        from portkey_ai._async.raw import AsyncGenerationsRaw

        return AsyncGenerationsRaw(self)

    @overload
    async def create(
        self,
        *,
        prompt_id: str,
        config: Mapping[str, Any] | str | None = None,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[False] = False,
    ) -> GenericResponse: ...

    @overload
    async def create(
        self,
        *,
        prompt_id: str,
        config: Mapping[str, Any] | str | None = None,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[True],
    ) -> AsyncStream[GenericResponse]: ...

    async def create(
        self,
        *,
        prompt_id: str,
        config: Mapping[str, Any] | str | None = None,
        variables: Mapping[str, Any] | None = None,
        stream: bool = False,
    ) -> GenericResponse | AsyncStream[GenericResponse]:
        """Run a prompt through `createPromptCompletion`, and wrap its answer. Deprecated: use `prompts.completions`.

        Args:
            prompt_id: the prompt's slug or UUID, with or without `@version`.
            config: a gateway config, as its slug or the config itself.
            variables: the template's variables by name, any JSON values.
            stream: whether to answer a stream.

        Returns:
            The completion, or a chunk of it, in `data`.

        Raises:
            APIError: as `portkey_ai.errors` draws.
        """
        warnings.warn(WARNING, DeprecationWarning, stacklevel=2)
        completions = self._completions
        if not stream:
            completion = await completions.create(prompt_id=prompt_id, variables=variables, config=config)
            return _wrapped(completion).with_meta(completion._meta)
        chunks = await completions.create(prompt_id=prompt_id, variables=variables, config=config, stream=True)
        return AsyncStream(chunks.response, _wrapped, self._transport, prompt_id, self._transport.settings.secrets({}))


def _wrapped(data: Mapping[str, Any]) -> GenericResponse:
    return GenericResponse(success=True, data=FreeForm.from_dict(data), warning=WARNING)
