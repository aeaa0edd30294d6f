"""What the handlers work with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from .content import Author
from .contract import Contract
from .library import Library
from .limits import LocalLimits
from .rendering import Renderer
from .runs.recording import Recorder, RunsSettings
from .runs.seats import Seats
from .store import Store

if TYPE_CHECKING:
    from .upstreams import Upstreams


@frozen
class Service:
    """The parts of a running server."""

    contract: Contract
    store: Store
    limits: LocalLimits
    author: Author
    library: Library
    renderer: Renderer
    upstreams: Upstreams
    recorder: Recorder
    seats: Seats

    @classmethod
    def of(
        cls, contract: Contract, store: Store, limits: LocalLimits, upstreams: Upstreams, runs: RunsSettings
    ) -> Service:
        """Put a service together around a store."""
        author = Author(limits)
        library = Library(store, longest=limits.included)
        renderer = Renderer(library, limits)
        recorder = Recorder(store, runs)
        return cls(contract, store, limits, author, library, renderer, upstreams, recorder, Seats(limits.runs))
