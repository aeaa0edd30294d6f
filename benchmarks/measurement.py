"""How samples are taken: libraries in turns, A B C A B C, so that a machine that slows down slows all of them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import BASELINE, Samples
from benchmarks.processes import Loopback, Worker, seconds_of_program

OURS, OFFICIAL, LANGFUSE = "ours", "official", "langfuse"
LIBRARIES = (BASELINE, OURS, OFFICIAL)
ALL = (*LIBRARIES, LANGFUSE)
MODULES = {BASELINE: "bare", LANGFUSE: "peer"}
"""Where a library's uses are; `facade` for those that share their names."""


@dataclass(frozen=True)
class Effort:
    """How often things are repeated."""

    programs: int
    """Rounds of fresh processes."""
    generations: int
    """How many times workers are started anew: two processes that run the same code differ by a few percent."""
    rounds: int
    """Rounds of blocks within a generation."""


@dataclass(frozen=True)
class Bench:
    """What measuring needs."""

    server: Loopback
    plain: Path
    official: Path
    langfuse: Path
    effort: Effort

    def python(self, library: str) -> Path:
        """Return the interpreter that has a library."""
        return {OFFICIAL: self.official, LANGFUSE: self.langfuse}.get(library, self.plain)

    def fresh_processes(self, programs: dict[str, str], wanted: str = "") -> Samples:
        """Time programs as whole processes, less the start of the interpreter that runs them.

        Args:
            programs: code by library.
            wanted: what each of them prints.
        """
        samples: Samples = {library: [] for library in programs}
        for code in programs.items():
            self._program(*code, wanted)  # writes the byte code, fills the disk's cache
        for library in _turns(tuple(programs), self.effort.programs):
            samples[library].append(self._program(library, programs[library], wanted))
        return samples

    def _program(self, library: str, code: str, wanted: str) -> float:
        python = self.python(library)
        before = seconds_of_program(python, "pass")
        seconds = seconds_of_program(python, code, wanted)
        return seconds - (before + seconds_of_program(python, "pass")) / 2

    def workers(
        self, use: str, times: int, libraries: tuple[str, ...] = LIBRARIES, *, base_url: str = "", module: str = ""
    ) -> Samples:
        """Time a use of each library, in processes that have done it before.

        Args:
            use: the function of `bare`, `facade` and `peer` that prepares it.
            times: how many times a block does it.
            libraries: those that take part.
            base_url: where the clients turn to; the loopback server where it is left out.
            module: which module has the use, where it is none of these.
        """
        samples: Samples = {library: [] for library in libraries}
        for _ in range(self.effort.generations):
            with ExitStack() as stack:
                workers = {
                    library: stack.enter_context(
                        Worker(
                            self.python(library),
                            module or MODULES.get(library, "facade"),
                            use,
                            base_url or self.server.base_url,
                        )
                    )
                    for library in libraries
                }
                for worker in workers.values():
                    worker.seconds(times)
                for library in _turns(libraries, self.effort.rounds):
                    samples[library].append(workers[library].seconds(times))
        return samples

    def connections(self, use: str, times: int) -> Samples:
        """Count the connections that a use makes when it is repeated one after another."""
        samples: Samples = {}
        for library in LIBRARIES:
            before = self.server.connections()
            with Worker(self.python(library), MODULES.get(library, "facade"), use, self.server.base_url) as worker:
                worker.seconds(times)
            samples[library] = [float(self.server.connections() - before)]
        return samples


def _turns(libraries: tuple[str, ...], rounds: int) -> Iterator[str]:
    """Name libraries in turns; each round begins with another one."""
    for round_ in range(rounds):
        first = round_ % len(libraries)
        yield from libraries[first:] + libraries[:first]
