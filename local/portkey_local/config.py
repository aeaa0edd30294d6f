"""The configuration, `portkey-local.toml`: upstreams, limits, and whom the doors let in.

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

[server]
drain = 5                                 # seconds of "not ready" before new work is refused
grace = 10                                # seconds that answers under way then get

[log]
format = "json"                           # "text" says only what a person must know

[runs]
keep_days = 90                            # after that a run's record is removed; 0 keeps it for ever
texts = false                             # whether what models were sent and answered is kept too

[doors]
hosts = ["prompts.example.com"]           # names of a server on loopback, behind a proxy on the same machine
origins = ["https://app.example.com"]     # web pages that may call
custom_hosts = ["http://127.0.0.1:11434/v1"]  # what x-portkey-custom-host may name
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import AttrsInstance, evolve, field, fields, frozen

from .config_error import ConfigError
from .doors.rules import DoorRules
from .ending import Ending
from .http.logs import FORMATS, Format
from .limits import LocalLimits
from .runs.recording import RunsSettings
from .upstreams import ECHO, Upstream
from .upstreams.kinds import build

__all__ = ["Config", "ConfigError"]

_TABLES = ("upstreams", "limits", "doors", "server", "log", "runs")


@frozen(kw_only=True)
class Config:
    """What a server is configured with.

    Args:
        upstreams: Upstreams by name, each a kind's name or a table of settings.
        limits: How large things may be.
        doors: Whom the doors let in.
        runs: What is kept of runs.
        ending: How long the end of the server may take.
        log: How the server as a program writes its log: `text` or `json`.
        folder: What relative paths are relative to.
        source: What messages about the upstreams begin with: the file that they were read from.
    """

    upstreams: Mapping[str, Any] = field(factory=dict)
    limits: LocalLimits = field(factory=LocalLimits)
    doors: DoorRules = field(factory=DoorRules)
    runs: RunsSettings = field(factory=RunsSettings)
    ending: Ending = field(factory=Ending)
    log: Format = "text"
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
            if key not in _TABLES:
                raise ConfigError(f"{key} is not known. Known: {', '.join(_TABLES)}.")
        upstreams = table.get("upstreams", {})
        if not isinstance(upstreams, Mapping):
            raise ConfigError("upstreams is no table. Write [upstreams.NAME].")
        return cls(
            upstreams=dict(upstreams),
            limits=_limits(table.get("limits", {})),
            doors=_doors(table.get("doors", {})),
            runs=_runs(table.get("runs", {})),
            ending=_ending(table.get("server", {})),
            log=_log(table.get("log", {})),
            folder=folder,
        )

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

    def build_custom_hosts(self) -> dict[str, Upstream]:
        """Make an upstream for each URL that callers may name, by that URL; none of them is sent a key."""
        return {
            url: build("doors.custom_hosts", {"kind": "openai", "base_url": url}, self.folder)
            for url in self.doors.custom_hosts
        }


def _doors(given: object) -> DoorRules:
    return DoorRules(**_table("doors", given, _names(DoorRules)))


def _ending(given: object) -> Ending:
    table = _table("server", given, _names(Ending))
    for key, value in table.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ConfigError(f"server.{key} is {value!r}. Write a whole number of seconds, 0 or more.")
    return Ending(**table)


def _log(given: object) -> Format:
    form = _table("log", given, ["format"]).get("format", "text")
    if form not in FORMATS:
        raise ConfigError(f"log.format is {form!r}. Write one of: {', '.join(FORMATS)}.")
    return "json" if form == "json" else "text"


def _runs(given: object) -> RunsSettings:
    return RunsSettings(**_table("runs", given, _names(RunsSettings)))


def _limits(given: object) -> LocalLimits:
    table = _table("limits", given, _names(LocalLimits))
    for key, value in table.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ConfigError(f"limits.{key} is {value!r}. Write a whole number, 1 or more.")
    return LocalLimits(**table)


def _names(settings: type[AttrsInstance]) -> list[str]:
    return [setting.name for setting in fields(settings)]


def _table(name: str, given: object, known: Sequence[str]) -> Mapping[str, Any]:
    """Read a table of settings; one that is not known is refused."""
    if not isinstance(given, Mapping):
        raise ConfigError(f"{name} is no table. Write [{name}].")
    for key in given:
        if key not in known:
            raise ConfigError(f"{name}.{key} is not known. Known: {', '.join(known)}.")
    return given
