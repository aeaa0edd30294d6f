"""The contract, served from one's own disk.

`LocalServer` runs in a thread of a program or a test; `serve` is what `portkey-prompts serve` calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .config import AccessRules as AccessRules
    from .config import Config as Config
    from .config import LocalLimits as LocalLimits
    from .config import RunsSettings as RunsSettings
    from .errors import ApiError as ApiError
    from .http.server import StartError as StartError
    from .program import serve as serve
    from .seeding import Seeded as Seeded
    from .server import LocalServer as LocalServer
    from .store import DatabaseError as DatabaseError
    from .toml_tables import ConfigError as ConfigError

if not TYPE_CHECKING:
    from portkey_openapi.lazy import lazy_package

    _load, __dir__, __all__ = lazy_package(
        __name__,
        {
            ".config": ["AccessRules", "Config", "LocalLimits", "RunsSettings"],
            ".errors": ["ApiError"],
            ".http.server": ["StartError"],
            ".program": ["serve"],
            ".seeding": ["Seeded"],
            ".server": ["LocalServer"],
            ".store": ["DatabaseError"],
            ".toml_tables": ["ConfigError"],
        },
    )

    def __getattr__(name):
        """Load a name; where a package of the extra is missing, say how to install it."""
        try:
            return _load(name)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("portkey_"):
                raise
            package = (error.name or "").partition(".")[0]
            raise ModuleNotFoundError(
                f"The local server needs the package {package}: pip install 'portkey-prompts[local]'", name=package
            ) from None
