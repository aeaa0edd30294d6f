"""The resources once more, answering the HTTP response with the result in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, overload

from portkey_ai._capture import listening
from portkey_ai._raw import RawResponse, answered

if TYPE_CHECKING:
    from typing import Unpack

    from portkey_ai._async.collections import AsyncCollections
    from portkey_ai._async.completions import AsyncCompletions
    from portkey_ai._async.generations import AsyncGenerations
    from portkey_ai._async.labels import AsyncLabels
    from portkey_ai._async.partials import AsyncPromptPartials, AsyncPromptPartialVersions
    from portkey_ai._async.prompts import AsyncPrompts
    from portkey_ai._async.stream import AsyncStream
    from portkey_ai._async.versions import AsyncPromptVersions
    from portkey_ai._keywords import RunKeywords
    from portkey_ai.types import PromptCompletion, PromptCompletionChunk

P = ParamSpec("P")
R = TypeVar("R")


def raw(method: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[RawResponse[R]]]:
    """Make a method answer the HTTP response of its last step, with its result in it."""

    @wraps(method)
    async def with_response(*args: P.args, **kwargs: P.kwargs) -> RawResponse[R]:
        with listening() as answers:
            result = await method(*args, **kwargs)
        return answered(answers, result)

    return with_response


class AsyncPromptsRaw:
    """`portkey.prompts.with_raw_response`."""

    def __init__(self, prompts: AsyncPrompts) -> None:
        self._prompts = prompts
        self.completions = prompts.completions.with_raw_response
        self.render = raw(prompts.render)
        self.create = raw(prompts.create)
        self.retrieve = raw(prompts.retrieve)
        self.update = raw(prompts.update)
        self.delete = raw(prompts.delete)
        self.publish = raw(prompts.publish)
        self.list = raw(prompts.list)

    @property
    def versions(self) -> AsyncPromptVersionsRaw:
        """The versions of prompts."""
        return self._prompts.versions.with_raw_response

    @property
    def partials(self) -> AsyncPromptPartialsRaw:
        """Pieces of template that prompts share."""
        return self._prompts.partials.with_raw_response


class AsyncCompletionsRaw:
    """`portkey.prompts.completions.with_raw_response`."""

    def __init__(self, completions: AsyncCompletions) -> None:
        self._create: Callable[..., Awaitable[RawResponse[Any]]] = raw(completions.create)

    @overload
    async def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[False] | None = None,
        **settings: Unpack[RunKeywords],
    ) -> RawResponse[PromptCompletion]: ...

    @overload
    async def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[True],
        **settings: Unpack[RunKeywords],
    ) -> RawResponse[AsyncStream[PromptCompletionChunk]]: ...

    async def create(self, **arguments: Any) -> RawResponse[Any]:
        """Run a prompt, with the arguments of `portkey.prompts.completions`."""
        return await self._create(**arguments)

    __call__ = create


class AsyncPromptVersionsRaw:
    """`portkey.prompts.versions.with_raw_response`."""

    def __init__(self, versions: AsyncPromptVersions) -> None:
        self.retrieve = raw(versions.retrieve)
        self.create = raw(versions.create)
        self.update = raw(versions.update)
        self.list = raw(versions.list)


class AsyncPromptPartialsRaw:
    """`portkey.prompts.partials.with_raw_response`."""

    def __init__(self, partials: AsyncPromptPartials) -> None:
        self._partials = partials
        self.render = raw(partials.render)
        self.create = raw(partials.create)
        self.retrieve = raw(partials.retrieve)
        self.update = raw(partials.update)
        self.delete = raw(partials.delete)
        self.publish = raw(partials.publish)
        self.list = raw(partials.list)

    @property
    def versions(self) -> AsyncPromptPartialVersionsRaw:
        """The versions of partials."""
        return self._partials.versions.with_raw_response


class AsyncPromptPartialVersionsRaw:
    """`portkey.prompts.partials.versions.with_raw_response`."""

    def __init__(self, versions: AsyncPromptPartialVersions) -> None:
        self.list = raw(versions.list)


class AsyncGenerationsRaw:
    """`portkey.generations.with_raw_response`."""

    def __init__(self, generations: AsyncGenerations) -> None:
        self.create = raw(generations.create)


class AsyncLabelsRaw:
    """`portkey.labels.with_raw_response`."""

    def __init__(self, labels: AsyncLabels) -> None:
        self.create = raw(labels.create)
        self.retrieve = raw(labels.retrieve)
        self.update = raw(labels.update)
        self.delete = raw(labels.delete)
        self.list = raw(labels.list)


class AsyncCollectionsRaw:
    """`portkey.collections.with_raw_response`."""

    def __init__(self, collections: AsyncCollections) -> None:
        self.create = raw(collections.create)
        self.retrieve = raw(collections.retrieve)
        self.update = raw(collections.update)
        self.delete = raw(collections.delete)
        self.list = raw(collections.list)
