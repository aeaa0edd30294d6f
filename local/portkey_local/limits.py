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
    """

    body: int = field(default=4 * 1024 * 1024, validator=_positive)
    template: int = field(default=1024 * 1024, validator=_positive)
    output: int = field(default=4_000_000, validator=_positive)
    depth: int = field(default=100, validator=_positive)
    expansions: int = field(default=100_000, validator=_positive)
