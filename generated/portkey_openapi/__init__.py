# Compiled from openapi.yaml by `make generate`. Do not edit.
"""The compiled client of the contract: Portkey prompt management.

Models are in `portkey_openapi.models`, operations in `portkey_openapi.api.<tag>`, resources in `portkey_openapi.resources`;
`portkey_openapi.Client` sends them. Everything is loaded when it is first asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import api as api
    from . import errors as errors
    from . import models as models
    from . import resources as resources
    from .client import AsyncClient as AsyncClient
    from .client import Client as Client
    from .contract import API_VERSION as API_VERSION
    from .contract import BASE_URL as BASE_URL
    from .contract import CONTRACT_SHA256 as CONTRACT_SHA256
    from .contract import GENERATOR_VERSION as GENERATOR_VERSION
    from .types import Page as Page
    from .types import Record as Record

if not TYPE_CHECKING:
    from .lazy import lazy_package

    __getattr__, __dir__, __all__ = lazy_package(
        __name__,
        {
            ".client": ["AsyncClient", "Client"],
            ".contract": ["API_VERSION", "BASE_URL", "CONTRACT_SHA256", "GENERATOR_VERSION"],
            ".types": ["Page", "Record"],
        },
        modules=("api", "client", "contract", "errors", "models", "resources", "types"),
    )
