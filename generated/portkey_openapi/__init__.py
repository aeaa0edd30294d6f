# Compiled from openapi.yaml by `make generate`. Do not edit.
"""The compiled client of the contract: Portkey prompt management.

Models are in `portkey_openapi.models`, operations in `portkey_openapi.api.<tag>`, and `portkey_openapi.Client` sends them.
Everything is loaded when it is first asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import api as api
    from . import errors as errors
    from . import models as models
    from .client import AsyncClient as AsyncClient
    from .client import Client as Client
    from .contract import API_VERSION as API_VERSION
    from .contract import BASE_URL as BASE_URL
    from .contract import CONTRACT_SHA256 as CONTRACT_SHA256
    from .contract import GENERATOR_VERSION as GENERATOR_VERSION
    from .types import Page as Page
    from .types import Record as Record

__all__ = (
    "API_VERSION",
    "BASE_URL",
    "CONTRACT_SHA256",
    "GENERATOR_VERSION",
    "AsyncClient",
    "Client",
    "Page",
    "Record",
)

_HOMES = {
    "API_VERSION": "contract",
    "BASE_URL": "contract",
    "CONTRACT_SHA256": "contract",
    "GENERATOR_VERSION": "contract",
    "AsyncClient": "client",
    "Client": "client",
    "Page": "types",
    "Record": "types",
}
_MODULES = ("api", "client", "contract", "errors", "models", "types")

if not TYPE_CHECKING:

    def __getattr__(name):
        if name in _MODULES:
            return __import__(f"{__name__}.{name}", fromlist=[name])
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *_HOMES, *_MODULES})
