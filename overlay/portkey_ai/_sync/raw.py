# Derived from overlay/portkey_ai/_async/raw.py by `make generate`. Do not edit.
"""The resources once more, answering the HTTP response with the result in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, overload

from portkey_ai._capture import listening
from portkey_ai._raw import RawResponse, answered

if TYPE_CHECKING:
    from typing import Unpack

    from portkey_ai._keywords import RunKeywords
    from portkey_ai._sync.collections import Collections
    from portkey_ai._sync.completions import Completions
    from portkey_ai._sync.generations import Generations
    from portkey_ai._sync.labels import Labels
    from portkey_ai._sync.partials import PromptPartials, PromptPartialVersions
    from portkey_ai._sync.prompts import Prompts
    from portkey_ai._sync.stream import Stream
    from portkey_ai._sync.versions import PromptVersions
    from portkey_ai.types import PromptCompletion, PromptCompletionChunk

P = ParamSpec("P")
R = TypeVar("R")


def raw(method: Callable[P, R]) -> Callable[P, RawResponse[R]]:
    """Make a method answer the HTTP response of its last step, with its result in it."""

    @wraps(method)
    def with_response(*args: P.args, **kwargs: P.kwargs) -> RawResponse[R]:
        with listening() as answers:
            result = method(*args, **kwargs)
        return answered(answers, result)

    return with_response


class PromptsRaw:
    """`portkey.prompts.with_raw_response`."""

    def __init__(self, prompts: Prompts) -> None:
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
    def versions(self) -> PromptVersionsRaw:
        """The versions of prompts."""
        return self._prompts.versions.with_raw_response

    @property
    def partials(self) -> PromptPartialsRaw:
        """Pieces of template that prompts share."""
        return self._prompts.partials.with_raw_response


class CompletionsRaw:
    """`portkey.prompts.completions.with_raw_response`."""

    def __init__(self, completions: Completions) -> None:
        self._create: Callable[..., RawResponse[Any]] = raw(completions.create)

    @overload
    def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[False] | None = None,
        **settings: Unpack[RunKeywords],
    ) -> RawResponse[PromptCompletion]: ...

    @overload
    def create(
        self,
        *,
        prompt_id: str,
        variables: Mapping[str, Any] | None = None,
        stream: Literal[True],
        **settings: Unpack[RunKeywords],
    ) -> RawResponse[Stream[PromptCompletionChunk]]: ...

    def create(self, **arguments: Any) -> RawResponse[Any]:
        """Run a prompt, with the arguments of `portkey.prompts.completions`."""
        return self._create(**arguments)

    __call__ = create


class PromptVersionsRaw:
    """`portkey.prompts.versions.with_raw_response`."""

    def __init__(self, versions: PromptVersions) -> None:
        self.retrieve = raw(versions.retrieve)
        self.create = raw(versions.create)
        self.update = raw(versions.update)
        self.list = raw(versions.list)


class PromptPartialsRaw:
    """`portkey.prompts.partials.with_raw_response`."""

    def __init__(self, partials: PromptPartials) -> None:
        self._partials = partials
        self.render = raw(partials.render)
        self.create = raw(partials.create)
        self.retrieve = raw(partials.retrieve)
        self.update = raw(partials.update)
        self.delete = raw(partials.delete)
        self.publish = raw(partials.publish)
        self.list = raw(partials.list)

    @property
    def versions(self) -> PromptPartialVersionsRaw:
        """The versions of partials."""
        return self._partials.versions.with_raw_response


class PromptPartialVersionsRaw:
    """`portkey.prompts.partials.versions.with_raw_response`."""

    def __init__(self, versions: PromptPartialVersions) -> None:
        self.list = raw(versions.list)


class GenerationsRaw:
    """`portkey.generations.with_raw_response`."""

    def __init__(self, generations: Generations) -> None:
        self.create = raw(generations.create)


class LabelsRaw:
    """`portkey.labels.with_raw_response`."""

    def __init__(self, labels: Labels) -> None:
        self.create = raw(labels.create)
        self.retrieve = raw(labels.retrieve)
        self.update = raw(labels.update)
        self.delete = raw(labels.delete)
        self.list = raw(labels.list)


class CollectionsRaw:
    """`portkey.collections.with_raw_response`."""

    def __init__(self, collections: Collections) -> None:
        self.create = raw(collections.create)
        self.retrieve = raw(collections.retrieve)
        self.update = raw(collections.update)
        self.delete = raw(collections.delete)
        self.list = raw(collections.list)
