"""The configuration, `portkey-local.toml`: upstreams, limits, and who may call from where.

[upstreams.openai]                        # what virtual_key = "openai" means
kind = "openai"
base_url = "https://api.openai.com/v1"
api_key_env = "OPENAI_API_KEY"            # keys come from the environment only
model = "gpt-4o-mini"                     # where neither the call nor the prompt names one
forward = ["x-portkey-metadata"]          # headers of a call that are passed on; no others are

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

[access]
hosts = ["prompts.example.com"]           # names of a server on loopback, behind a proxy on the same machine
origins = ["https://app.example.com"]     # web pages that may call
custom_hosts = ["http://127.0.0.1:11434/v1"]  # what x-portkey-custom-host may name
protected_labels = ["production"]         # moved by keys with the scope release only
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from msgspec import Meta, field, structs

from portkey_prompts.files import read_regular
from portkey_prompts.references import LABEL_RULE, is_label

from .toml_tables import ConfigError, Table, convert

_LARGEST = 2**31 - 1  # no timer and no socket takes more
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)
_ORIGIN = re.compile(rf"https?://(?:{_HOST.pattern})(?::[0-9]{{1,5}})?", re.IGNORECASE)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}

Count = Annotated[int, Meta(ge=1, le=_LARGEST, description=f"a whole number, 1 or more, at most {_LARGEST}")]
Seconds = Annotated[
    int, Meta(ge=0, le=_LARGEST, description=f"a whole number of seconds, 0 or more, at most {_LARGEST}")
]
Days = Annotated[int, Meta(ge=0, le=36_500, description="a whole number of days, at most 36500, or 0 for ever")]
Switch = Annotated[bool, Meta(description="true or false")]
Format = Literal["text", "json"]
Text = Annotated[str, Meta(pattern=r"\S", description="a text")]
Texts = Annotated[Collection[str], Meta(description="a list of texts")]


class LocalLimits(Table, frozen=True, kw_only=True):
    """Bound what one request may cost, and all of them together.

    Args:
        body: Bytes of a request's body.
        values: Values in a body's JSON, those inside of others counted too.
        names: Names in all objects of a body's JSON.
        template: Characters of one template.
        output: Characters of one rendered prompt.
        answer: Bytes of one answer; that of a model has bounds of its own.
        buffers: Bytes of bodies that come and of answers that wait to be read, of all connections together.
        connections: Connections at one time.
        depth: Levels of sections and partials inside of each other.
        expansions: Partials put in and section bodies rendered, in one render.
        included: Characters of all the stored partials that one prompt includes, at any depth.
        head: Bytes of a request's first line and headers.
        seconds: Seconds from a request's first byte to its answer; a run may take longer once it was received.
        runs: Runs at one time; further ones are refused at once.
    """

    body: Count = 4 * 1024 * 1024
    values: Count = 400_000
    names: Count = 100_000
    template: Count = 1024 * 1024
    output: Count = 4_000_000
    answer: Count = 16 * 1024 * 1024
    buffers: Count = 128 * 1024 * 1024
    connections: Count = 800
    depth: Count = 100
    expansions: Count = 100_000
    included: Count = 4 * 1024 * 1024
    head: Count = 32 * 1024
    seconds: Count = 60
    runs: Count = 100


class ShutdownTimes(Table, frozen=True, kw_only=True):
    """Say what happens between the signal to stop and the end: `[server]`.

    Args:
        drain: Seconds in which everything is answered as before, but for `/readyz`, so that a load balancer notices
            and sends no more.
        grace: Seconds that answers under way then get to finish, while no new work is taken.
    """

    drain: Seconds = 0
    grace: Seconds = 10


class LogSettings(Table, frozen=True, kw_only=True):
    """Say how the server as a program writes its log: as `text` for people, or as `json` for programs."""

    format: Annotated[Format, Meta(description=f"one of: {', '.join(get_args(Format))}")] = "text"


class RunsSettings(Table, frozen=True, kw_only=True):
    """What is kept of runs.

    Args:
        keep_days: Days after which a run's record is removed; 0 keeps it for ever.
        texts: Whether what the model was sent, and what it answered, is kept too.
    """

    keep_days: Days = 90
    texts: Switch = False


class AccessRules(Table, frozen=True, kw_only=True):
    """Let in what is named, beyond programs on this machine.

    Args:
        hosts: Further names under which a server on loopback may be called, such as `prompts.example.com` behind a
            proxy on the same machine. A server on another address answers to any name.
        origins: Origins of web pages that may call, such as `https://app.example.com`.
        custom_hosts: Base URLs that `x-portkey-custom-host` may name, such as `http://127.0.0.1:11434/v1`.
        protected_labels: Labels that only a key with the scope `release` may create, rename, remove or move.
    """

    hosts: Texts = frozenset()
    origins: Texts = frozenset()
    custom_hosts: Texts = frozenset()
    protected_labels: Texts = frozenset({"production"})

    def __post_init__(self) -> None:
        super().__post_init__()
        for key, read, remedy in (
            ("hosts", _host, "Write a name without scheme and port: prompts.example.com."),
            ("origins", _origin, "Write a scheme and a host alone: https://app.example.com."),
            ("custom_hosts", custom_host, "Write a URL without user and query: http://127.0.0.1:11434/v1."),
            ("protected_labels", _label, LABEL_RULE),
        ):
            structs.force_setattr(self, key, _all(key, getattr(self, key), read, remedy))


class Tables(Table, frozen=True, kw_only=True):
    """What a file holds, table by table.

    Args:
        upstreams: Upstreams by name, each a kind's name or a table of settings (`upstreams/kinds.py`).
        limits: How large things may be.
        access: Who may call from where, and what callers may name.
        server: How long the end of the server may take.
        log: How the server as a program writes its log.
        runs: What is kept of runs.
    """

    upstreams: Annotated[dict[str, Any], Meta(description="[upstreams.NAME]")] = {}
    limits: LocalLimits = field(default_factory=LocalLimits)
    access: AccessRules = field(default_factory=AccessRules)
    server: ShutdownTimes = field(default_factory=ShutdownTimes)
    log: LogSettings = field(default_factory=LogSettings)
    runs: RunsSettings = field(default_factory=RunsSettings)


class Config(Tables, frozen=True, kw_only=True):
    """What a server is configured with: the tables of a file, and where it lies.

    Args:
        folder: What relative paths are relative to.
        source: What messages about the upstreams begin with: the file that they were read from.
    """

    folder: Path = Path()
    source: str = ""

    @classmethod
    def read(cls, path: str | Path) -> Config:
        """Read a TOML file.

        Raises:
            ConfigError: There is no such file, it is a pipe or the like, is no TOML, or holds what is not known.
        """
        path = Path(path)
        try:
            table = tomllib.loads(read_regular(path).decode("utf-8-sig"))
        except OSError as error:
            raise ConfigError(f"{path} can't be read: {error.strerror}. Correct the path, or leave it out.") from error
        except ValueError as error:
            raise ConfigError(f"{path} is no TOML: {error}") from error
        except RecursionError as error:
            raise ConfigError(f"{path} is no TOML that can be read: it is nested too deep.") from error
        try:
            return structs.replace(cls.of(table, folder=path.parent), source=f"{path}: ")
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from error

    @classmethod
    def of(cls, table: Mapping[str, Any], *, folder: Path = Path()) -> Config:
        """Read a table as a file holds it.

        Raises:
            ConfigError: It holds what is not known, or a setting is wrong.
        """
        return cls(**structs.asdict(convert(table, Tables)), folder=folder)


def custom_host(text: str) -> str | None:
    """Return a custom host's URL in a form that can be compared, or None where the text can't be one.

    The host's case and slashes at the end make no difference, everything else does. A URL with a user, a query or a
    fragment can't be one.
    """
    if not text.isascii() or not text.isprintable() or {" ", "@", "?", "#", "\\", "*"} & set(text):
        return None
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}" if known else None


def _host(text: str) -> str | None:
    return text.lower() if _HOST.fullmatch(text) else None


def _label(text: str) -> str | None:
    return text if is_label(text) else None


def _origin(text: str) -> str | None:
    """Write an origin as browsers do: in small letters, without the scheme's own port."""
    if not _ORIGIN.fullmatch(text):
        return None
    origin = text.lower()
    return origin.removesuffix(_DEFAULT_PORTS[origin.partition(":")[0]])


def _all(key: str, given: Collection[str], read: Callable[[str], str | None], remedy: str) -> frozenset[str]:
    values = [read(text) for text in given]
    if None in values:
        # The text is not shown: a URL may hold a password.
        raise ConfigError(f"{key}[{values.index(None)}] can't be used. {remedy}")
    return frozenset(value for value in values if value is not None)
