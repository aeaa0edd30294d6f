# Derived from overlay/portkey_ai/_async/generations.py by `make generate`. Do not edit.
"""The older way of running prompts, `portkey.generations`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, overload

from portkey_ai._sync.completions import Completions
from portkey_ai._sync.stream import Stream
from portkey_ai.types import GenericResponse
from portkey_openapi import resources
from portkey_openapi.models import FreeForm
from portkey_openapi.raw import raw

WARNING = "generations.create() is deprecated: use prompts.completions(), which takes the same arguments."


class Generations(resources.Generations):
    """The older way of running prompts: `portkey.generations`."""

    def __init__(self, completions: Completions) -> None:
        super().__init__(completions._caller)
        self._completions = completions

    @cached_property
    def with_raw_response(self) -> GenerationsRaw:
        """The same method, returning the HTTP response with the result in it."""
        return GenerationsRaw(self)

    @overload
    def create(
        self,
        *,
        prompt_id: str,
        config: Mapping[str, Any] | str | None = None,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[False] = False,
    ) -> GenericResponse: ...

    @overload
    def create(
        self,
        *,
        prompt_id: str,
        config: Mapping[str, Any] | str | None = None,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[True],
    ) -> Stream[GenericResponse]: ...

    def create(
        self,
        *,
        prompt_id: str,
        config: Mapping[str, Any] | str | None = None,
        variables: Mapping[str, Any] | None = None,
        stream: bool = False,
    ) -> GenericResponse | Stream[GenericResponse]:
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
            completion = completions.create(prompt_id=prompt_id, variables=variables, config=config)
            return _wrapped(completion).with_meta(completion._meta)
        chunks = completions.create(prompt_id=prompt_id, variables=variables, config=config, stream=True)
        wrapped: Stream[Any] = chunks
        wrapped._reader.take = _wrapped
        return wrapped


class GenerationsRaw(resources.GenerationsRaw):
    """`portkey.generations.with_raw_response`."""

    create = raw(Generations.create)


def _wrapped(data: Mapping[str, Any]) -> GenericResponse:
    return GenericResponse(success=True, data=FreeForm.from_dict(data), warning=WARNING)
