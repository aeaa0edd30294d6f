"""The upstreams by name: `virtual_key` is such a name."""

from __future__ import annotations

from collections.abc import Mapping

from portkey_local.config import custom_host
from portkey_local.errors import NotFoundError, known_ones, unknown

from .base import Upstream
from .echo import ECHO, EchoUpstream

_REMEDY = "Configure it in portkey-local.toml under [upstreams.NAME]."


class Upstreams:
    """Find upstreams by name; `echo` is always among them.

    Args:
        configured: The upstreams by name.
        custom_hosts: Those that callers may name by their URL.
    """

    def __init__(
        self, configured: Mapping[str, Upstream] | None = None, custom_hosts: Mapping[str, Upstream] | None = None
    ) -> None:
        self._upstreams: dict[str, Upstream] = {ECHO: EchoUpstream(), **(configured or {})}
        self._custom_hosts = dict(custom_hosts or {})

    @property
    def names(self) -> list[str]:
        """What the upstreams are called."""
        return list(self._upstreams)

    @property
    def default(self) -> str | None:
        """The name of the upstream that is used where nobody names one: the only one; None where there are several."""
        # `echo` counts only where no model is configured: there it lets a first prompt run at once.
        models = [name for name, each in self._upstreams.items() if not isinstance(each, EchoUpstream)] or [ECHO]
        return models[0] if len(models) == 1 else None

    def named(self, name: str | None) -> Upstream:
        """Return the upstream of a name.

        Raises:
            NotFoundError: There is none of that name, or no name was given; the known ones are named.
        """
        if not name:
            raise NotFoundError(
                "No upstream was named: send its name as the header x-portkey-virtual-key, or save it as the prompt's "
                f"virtual_key. {known_ones(self._upstreams)}"
            )
        if name not in self._upstreams:
            raise unknown("upstream (virtual key)", name, self._upstreams, remedy=_REMEDY)
        return self._upstreams[name]

    def at(self, url: str) -> Upstream:
        """Return the upstream at a URL that callers may name, as the entrance has checked."""
        return self._custom_hosts[custom_host(url) or ""]

    async def close(self) -> None:
        """Close all upstreams."""
        for upstream in (*self._upstreams.values(), *self._custom_hosts.values()):
            await upstream.close()
