"""The configuration, `portkey-local.toml`: upstreams and limits.

[upstreams.openai]                        # what virtual_key = "openai" means
kind = "openai"
base_url = "https://api.openai.com/v1"
api_key_env = "OPENAI_API_KEY"            # keys come from the environment only
model = "gpt-4o-mini"                     # where neither the call nor the prompt names one

[upstreams.small]
kind = "llama"
path = "models/SmolLM2-135M-Instruct.gguf"

[limits]
body = 4194304                            # bytes
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, fields, frozen

from .config_error import ConfigError
from .limits import LocalLimits
from .upstreams import ECHO, Upstream
from .upstreams.kinds import build

__all__ = ["Config", "ConfigError"]


@frozen(kw_only=True)
class Config:
    """What a server is configured with.

    Args:
        upstreams: Upstreams by name, each a kind's name or a table of settings.
        limits: How large things may be.
        folder: What relative paths are relative to.
        source: What messages about the upstreams begin with: the file that they were read from.
    """

    upstreams: Mapping[str, Any] = field(factory=dict)
    limits: LocalLimits = field(factory=LocalLimits)
    folder: Path = field(factory=Path)
    source: str = ""

    @classmethod
    def read(cls, path: str | Path) -> Config:
        """Read a TOML file.

        Raises:
            ConfigError: There is no such file, it is no TOML, or holds what is not known.
        """
        path = Path(path)
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"{path} can't be read: {error.strerror}. Correct the path, or leave it out.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path} is no TOML: {error}") from error
        try:
            return evolve(cls.of(table, folder=path.parent), source=f"{path}: ")
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from error

    @classmethod
    def of(cls, table: Mapping[str, Any], *, folder: Path = Path()) -> Config:
        """Read a table as a file holds it.

        Raises:
            ConfigError: It holds what is not known, or a limit is wrong.
        """
        for key in table:
            if key not in ("upstreams", "limits"):
                raise ConfigError(f"{key} is not known. Known: upstreams, limits.")
        upstreams = table.get("upstreams", {})
        if not isinstance(upstreams, Mapping):
            raise ConfigError("upstreams is no table. Write [upstreams.NAME].")
        return cls(upstreams=dict(upstreams), limits=_limits(table.get("limits", {})), folder=folder)

    def build_upstreams(self) -> dict[str, Upstream]:
        """Make the upstreams.

        Raises:
            ConfigError: A setting is missing, wrong or not known; the message names it.
        """
        built = {}
        for name, given in self.upstreams.items():
            place = f"{self.source}upstreams.{name}"
            if name == ECHO and given not in (ECHO, {"kind": ECHO}):
                raise ConfigError(f"{place} can't be configured: echo is always itself. Choose another name.")
            built[name] = build(place, given, self.folder)
        return built


def _limits(table: object) -> LocalLimits:
    known = [limit.name for limit in fields(LocalLimits)]
    if not isinstance(table, Mapping):
        raise ConfigError("limits is no table. Write [limits].")
    for key, value in table.items():
        if key not in known:
            raise ConfigError(f"limits.{key} is not known. Known: {', '.join(known)}.")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ConfigError(f"limits.{key} is {value!r}. Write a whole number, 1 or more.")
    return LocalLimits(**table)
