"""The older way of running prompts, `portkey.generations`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, overload

from portkey_ai._async.completions import AsyncCompletions
from portkey_ai._async.stream import AsyncStream
from portkey_ai.types import GenericResponse
from portkey_openapi import resources
from portkey_openapi.models import FreeForm
from portkey_openapi.raw import async_raw

WARNING = "generations.create() is deprecated: use prompts.completions(), which takes the same arguments."


class AsyncGenerations(resources.AsyncGenerations):
    """The older way of running prompts: `portkey.generations`."""

    def __init__(self, completions: AsyncCompletions) -> None:
        super().__init__(completions._caller)
        self._completions = completions

    @cached_property
    def with_raw_response(self) -> AsyncGenerationsRaw:
        """The same method, returning the HTTP response with the result in it."""
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
            stream: whether to return a stream.

        Returns:
            The completion, or a chunk of it, in `data`.

        Raises:
            APIError: see `portkey_ai.errors`.
        """
        warnings.warn(WARNING, DeprecationWarning, stacklevel=2)
        completions = self._completions
        if not stream:
            completion = await completions.create(prompt_id=prompt_id, variables=variables, config=config)
            return _wrapped(completion).with_meta(completion._meta)
        chunks = await completions.create(prompt_id=prompt_id, variables=variables, config=config, stream=True)
        wrapped: AsyncStream[Any] = chunks
        wrapped._reader.take = _wrapped
        return wrapped


class AsyncGenerationsRaw(resources.AsyncGenerationsRaw):
    """`portkey.generations.with_raw_response`."""

    create = async_raw(AsyncGenerations.create)


def _wrapped(data: Mapping[str, Any]) -> GenericResponse:
    return GenericResponse(success=True, data=FreeForm.from_dict(data), warning=WARNING)
