"""The contract, served from one's own disk.

`LocalServer` runs in a thread of a program or a test; `serve` is what `portkey-prompts serve` calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .config import Config as Config
    from .config_error import ConfigError as ConfigError
    from .doors.rules import DoorRules as DoorRules
    from .errors import ApiError as ApiError
    from .http.hosting import StartError as StartError
    from .limits import LocalLimits as LocalLimits
    from .planting import Planted as Planted
    from .runs.recording import RunsSettings as RunsSettings
    from .server import LocalServer as LocalServer
    from .serving import run as serve
    from .store import DatabaseError as DatabaseError

__all__ = [
    "ApiError",
    "Config",
    "ConfigError",
    "DatabaseError",
    "DoorRules",
    "LocalLimits",
    "LocalServer",
    "Planted",
    "RunsSettings",
    "StartError",
    "serve",
]

_HOMES = {
    "ApiError": ("errors", "ApiError"),
    "Config": ("config", "Config"),
    "ConfigError": ("config_error", "ConfigError"),
    "DatabaseError": ("store", "DatabaseError"),
    "DoorRules": ("doors.rules", "DoorRules"),
    "LocalLimits": ("limits", "LocalLimits"),
    "LocalServer": ("server", "LocalServer"),
    "Planted": ("planting", "Planted"),
    "RunsSettings": ("runs.recording", "RunsSettings"),
    "StartError": ("http.hosting", "StartError"),
    "serve": ("serving", "run"),
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, attribute = _HOMES[name]
        try:
            home = __import__(f"{__name__}.{module}", fromlist=[attribute])
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] in ("portkey_local", "portkey_ai", "portkey_openapi"):
                raise
            raise ModuleNotFoundError(
                f"The local server needs {error.name}: pip install 'portkey-prompts[local]'", name=error.name
            ) from error
        return getattr(home, attribute)
