"""How large things may be."""

from __future__ import annotations

from attrs import field, frozen, validators

_positive = [validators.instance_of(int), validators.ge(1)]


@frozen(kw_only=True)
class LocalLimits:
    """Bound what one request may cost.

    Args:
        body: Bytes of a request's body.
        template: Characters of one template.
        output: Characters of one rendered prompt.
        depth: Levels of sections and partials inside of each other.
        expansions: Partials put in and section bodies rendered, in one render.
        included: Characters of all the stored partials that one prompt includes, at any depth.
        head: Bytes of a request's first line and headers.
        seconds: Seconds from a request's first byte to its answer; a run may take longer once it was received.
        runs: Runs at one time; further ones are refused at once.
    """

    body: int = field(default=4 * 1024 * 1024, validator=_positive)
    template: int = field(default=1024 * 1024, validator=_positive)
    output: int = field(default=4_000_000, validator=_positive)
    depth: int = field(default=100, validator=_positive)
    expansions: int = field(default=100_000, validator=_positive)
    included: int = field(default=4 * 1024 * 1024, validator=_positive)
    head: int = field(default=32 * 1024, validator=_positive)
    seconds: int = field(default=60, validator=_positive)
    runs: int = field(default=100, validator=_positive)
