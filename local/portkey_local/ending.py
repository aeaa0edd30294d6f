"""How long the end of a server may take: `[server]` of the configuration."""

from __future__ import annotations

from attrs import field, frozen, validators

_seconds = [validators.instance_of(int), validators.ge(0)]


@frozen(kw_only=True)
class Ending:
    """Say what happens between the signal to stop and the end.

    Args:
        drain: Seconds in which everything is answered as before, but for `/readyz`, so that a load balancer notices
            and sends no more.
        grace: Seconds that answers under way then get to finish, while no new work is taken.
    """

    drain: int = field(default=0, validator=_seconds)
    grace: int = field(default=10, validator=_seconds)
