# Compiled from openapi.yaml by `make generate`. Do not edit.
"""One class for each resource of the contract, loaded when it is first asked for, and their attributes of a client."""

from __future__ import annotations

from functools import cached_property

from .. import resources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..calls import AsyncCaller, Caller
    from .collections import AsyncCollections as AsyncCollections
    from .collections import AsyncCollectionsRaw as AsyncCollectionsRaw
    from .collections import Collections as Collections
    from .collections import CollectionsRaw as CollectionsRaw
    from .generations import AsyncGenerations as AsyncGenerations
    from .generations import AsyncGenerationsRaw as AsyncGenerationsRaw
    from .generations import Generations as Generations
    from .generations import GenerationsRaw as GenerationsRaw
    from .labels import AsyncLabels as AsyncLabels
    from .labels import AsyncLabelsRaw as AsyncLabelsRaw
    from .labels import Labels as Labels
    from .labels import LabelsRaw as LabelsRaw
    from .prompt_completions import AsyncPromptCompletions as AsyncPromptCompletions
    from .prompt_completions import AsyncPromptCompletionsRaw as AsyncPromptCompletionsRaw
    from .prompt_completions import PromptCompletions as PromptCompletions
    from .prompt_completions import PromptCompletionsRaw as PromptCompletionsRaw
    from .prompt_partial_versions import AsyncPromptPartialVersions as AsyncPromptPartialVersions
    from .prompt_partial_versions import AsyncPromptPartialVersionsRaw as AsyncPromptPartialVersionsRaw
    from .prompt_partial_versions import PromptPartialVersions as PromptPartialVersions
    from .prompt_partial_versions import PromptPartialVersionsRaw as PromptPartialVersionsRaw
    from .prompt_partials import AsyncPromptPartials as AsyncPromptPartials
    from .prompt_partials import AsyncPromptPartialsRaw as AsyncPromptPartialsRaw
    from .prompt_partials import PromptPartials as PromptPartials
    from .prompt_partials import PromptPartialsRaw as PromptPartialsRaw
    from .prompt_versions import AsyncPromptVersions as AsyncPromptVersions
    from .prompt_versions import AsyncPromptVersionsRaw as AsyncPromptVersionsRaw
    from .prompt_versions import PromptVersions as PromptVersions
    from .prompt_versions import PromptVersionsRaw as PromptVersionsRaw
    from .prompts import AsyncPrompts as AsyncPrompts
    from .prompts import AsyncPromptsRaw as AsyncPromptsRaw
    from .prompts import Prompts as Prompts
    from .prompts import PromptsRaw as PromptsRaw


class Resources:
    """The resources of a client."""

    if TYPE_CHECKING:
        _caller: Caller

    @cached_property
    def prompts(self) -> resources.Prompts:
        """Write, read, render and run prompts."""
        from .prompts import Prompts

        return Prompts(self._caller)

    @cached_property
    def generations(self) -> resources.Generations:
        """The older way of running a prompt."""
        from .generations import Generations

        return Generations(self._caller)

    @cached_property
    def labels(self) -> resources.Labels:
        """Names, such as production, that point at one version of a prompt."""
        from .labels import Labels

        return Labels(self._caller)

    @cached_property
    def collections(self) -> resources.Collections:
        """Folders of prompts."""
        from .collections import Collections

        return Collections(self._caller)


class AsyncResources:
    """The resources of a client for asyncio."""

    if TYPE_CHECKING:
        _caller: AsyncCaller

    @cached_property
    def prompts(self) -> resources.AsyncPrompts:
        """Write, read, render and run prompts."""
        from .prompts import AsyncPrompts

        return AsyncPrompts(self._caller)

    @cached_property
    def generations(self) -> resources.AsyncGenerations:
        """The older way of running a prompt."""
        from .generations import AsyncGenerations

        return AsyncGenerations(self._caller)

    @cached_property
    def labels(self) -> resources.AsyncLabels:
        """Names, such as production, that point at one version of a prompt."""
        from .labels import AsyncLabels

        return AsyncLabels(self._caller)

    @cached_property
    def collections(self) -> resources.AsyncCollections:
        """Folders of prompts."""
        from .collections import AsyncCollections

        return AsyncCollections(self._caller)


if not TYPE_CHECKING:
    from ..lazy import lazy_package

    __getattr__, __dir__, __all__ = lazy_package(
        __name__,
        {
            ".collections": [
                "AsyncCollections",
                "AsyncCollectionsRaw",
                "Collections",
                "CollectionsRaw",
            ],
            ".generations": [
                "AsyncGenerations",
                "AsyncGenerationsRaw",
                "Generations",
                "GenerationsRaw",
            ],
            ".labels": [
                "AsyncLabels",
                "AsyncLabelsRaw",
                "Labels",
                "LabelsRaw",
            ],
            ".prompt_completions": [
                "AsyncPromptCompletions",
                "AsyncPromptCompletionsRaw",
                "PromptCompletions",
                "PromptCompletionsRaw",
            ],
            ".prompt_partial_versions": [
                "AsyncPromptPartialVersions",
                "AsyncPromptPartialVersionsRaw",
                "PromptPartialVersions",
                "PromptPartialVersionsRaw",
            ],
            ".prompt_partials": [
                "AsyncPromptPartials",
                "AsyncPromptPartialsRaw",
                "PromptPartials",
                "PromptPartialsRaw",
            ],
            ".prompt_versions": [
                "AsyncPromptVersions",
                "AsyncPromptVersionsRaw",
                "PromptVersions",
                "PromptVersionsRaw",
            ],
            ".prompts": [
                "AsyncPrompts",
                "AsyncPromptsRaw",
                "Prompts",
                "PromptsRaw",
            ],
        },
    )
