"""What the handlers work with."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from attrs import frozen

from portkey_prompts.telemetry import Telemetry, telemetry_of

from .config import AccessRules, LocalLimits, RunsSettings
from .http.contract import Contract
from .http.entity import Entity
from .metrics import Metrics
from .prompts.cache import CAPACITY, PromptCache
from .prompts.content import ContentReader
from .prompts.rendering import Renderer
from .read_through import ReadThroughCache, StateCache
from .runs.recording import Recorder
from .runs.run import RunLimit
from .store import Store

if TYPE_CHECKING:
    from .upstreams import Upstreams

_PAGES = 4 * 1024 * 1024
"""Bytes of pages of lists that are kept."""


@frozen
class Parts:
    """The parts of a running server."""

    contract: Contract
    store: Store
    limits: LocalLimits
    reader: ContentReader
    prompts: PromptCache
    renderer: Renderer
    upstreams: Upstreams
    recorder: Recorder
    run_limit: RunLimit
    entities: ReadThroughCache[Entity]
    """Answers to reads by reference, as every refresh of a client's cache asks for them."""
    pages: StateCache[dict[str, Any] | bytes]
    """Pages of lists."""
    metrics: Metrics
    protected_labels: Collection[str]
    """Labels that take the scope `release`."""
    telemetry: Telemetry | None
    """Makes spans; None where nobody wants any."""

    @classmethod
    def of(
        cls,
        contract: Contract,
        store: Store,
        limits: LocalLimits,
        upstreams: Upstreams,
        runs: RunsSettings,
        access: AccessRules,
    ) -> Parts:
        """Put them together around a store."""
        reader = ContentReader(limits)
        prompts = PromptCache(store, longest=limits.included)
        renderer = Renderer(prompts, limits)
        metrics = Metrics()
        recorder = Recorder(store, runs, metrics.run)
        entities: ReadThroughCache[Entity] = ReadThroughCache(store, CAPACITY)
        run_limit = RunLimit(limits.runs)
        return cls(
            contract,
            store,
            limits,
            reader,
            prompts,
            renderer,
            upstreams,
            recorder,
            run_limit,
            entities,
            StateCache(store, _PAGES),
            metrics,
            access.protected_labels,
            telemetry_of(None, "portkey_local"),
        )
