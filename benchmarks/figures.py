"""Samples, and the figures that are made of them."""

from dataclasses import dataclass
from statistics import median, quantiles

BASELINE = "httpx"

Samples = dict[str, list[float]]
"""For each library what it took, round by round: the same index in two lists is nearly the same moment."""


@dataclass(frozen=True)
class Spread:
    """A median, and the quartiles around it."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Row:
    """What a row of the table measures, and its target."""

    title: str
    unit: str
    """The unit of the figures: "ms", "µs", "chunks/s"; "" for counts."""
    target: float
    more_is_better: bool = False
    relative: bool = True
    """Whether figures are multiples of bare httpx."""
    difference: bool = False
    """Whether samples are differences: their figure is the median, since their minimum is chance."""


@dataclass(frozen=True)
class Result:
    """What a row's measurement brought."""

    row: Row
    samples: Samples
    """Seconds for one thing; counts where the row's unit is none."""

    def spread(self, library: str) -> Spread | None:
        """Return a library's figure, as a median and quartiles; None where it was not measured."""
        own, base = self.samples.get(library), self.samples.get(BASELINE)
        if not own:
            return None
        if self.row.difference:
            return quartiles([absolute(each, self.row.unit) for each in own])
        if not self.row.relative or not base:  # the fastest: other programs of a machine only add time
            return quartiles([absolute(min(own), self.row.unit)])
        pairs = list(zip(own, base, strict=True))  # of one round each: a slow moment cancels out
        if self.row.more_is_better:
            return quartiles([theirs / mine for mine, theirs in pairs])
        return quartiles([mine / theirs for mine, theirs in pairs])

    def orientation(self) -> float | None:
        """Return the median of bare httpx in the row's unit."""
        base = self.samples.get(BASELINE)
        return absolute(median(base), self.row.unit) if base else None

    def reached(self) -> bool | None:
        """Say whether this package's median reaches the target."""
        own = self.spread("ours")
        if own is None:
            return None
        return own.middle >= self.row.target if self.row.more_is_better else own.middle <= self.row.target


def absolute(value: float, unit: str) -> float:
    """Turn seconds into a row's unit; a count stays what it is."""
    if unit == "ms":
        return value * 1e3
    if unit == "µs":
        return value * 1e6
    return 1 / value if unit.endswith("/s") else value


def quartiles(values: list[float]) -> Spread:
    """Return the median of values, and the quartiles around it."""
    if len(values) < 2:
        return Spread(values[0], values[0], values[0])
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return Spread(low, middle, high)
