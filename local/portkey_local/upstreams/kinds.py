"""The kinds of upstream, and the settings that each takes."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

from portkey_local.config_error import ConfigError

from .base import Upstream
from .echo import EchoUpstream


@frozen
class Settings:
    """One upstream's settings: reads them one by one, and names the key where one is wrong.

    Args:
        place: Where they stand, such as `upstreams.openai`.
        values: The settings, with `kind` among them.
        folder: What relative paths are relative to.
    """

    place: str
    values: Mapping[str, Any]
    folder: Path

    def text(self, key: str, *, required: bool = False) -> str | None:
        """Return a text that is not empty, or None where it is left out."""
        value = self.values.get(key)
        if value is None:
            if required:
                raise self.wrong(key, "is missing", "Add it.")
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, f"is {value!r}", "Write a text.")
        return value

    def count(self, key: str) -> int | None:
        """Return a whole number from 1, or None where it is left out."""
        value = self.values.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            raise self.wrong(key, f"is {value!r}", "Write a whole number, 1 or more.")
        return value

    def seconds(self, key: str, default: float) -> float:
        """Return a number of seconds."""
        value = self.values.get(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 1e6:
            raise self.wrong(key, f"is {value!r}", "Write a number of seconds, more than 0.")
        return float(value)

    def texts(self, key: str) -> dict[str, str]:
        """Return a table of texts, empty where it is left out."""
        table = self.values.get(key, {})
        if not isinstance(table, Mapping) or not all(isinstance(value, str) for value in table.values()):
            raise self.wrong(key, f"is {table!r}", "Write a table of texts.")
        return dict(table)

    def secret(self, key: str, variable: str) -> str:
        """Return the value of an environment variable that a setting names."""
        value = os.environ.get(variable, "")
        if not value:
            raise self.wrong(key, f"names {variable}, which is not set", f"Set {variable} in the environment.")
        if not value.isascii() or not value.isprintable() or value != value.strip():
            raise self.wrong(
                key, f"names {variable}, whose value no header can hold", "Take line breaks and spaces off."
            )
        return value

    def file(self, key: str) -> Path:
        """Return the path of a file that exists."""
        path = self.folder / Path(self.text(key, required=True) or "").expanduser()
        if not path.is_file():
            raise self.wrong(key, f"is {str(path)!r}, which is no file", "Correct the path.")
        return path

    def allow(self, *keys: str) -> None:
        """Refuse settings that this kind does not have."""
        for key in self.values:
            if key not in ("kind", *keys):
                raise self.wrong(key, "is not known", f"Known here: {', '.join(('kind', *keys))}.")

    def wrong(self, key: str, problem: str, remedy: str) -> ConfigError:
        """Build the error that names a key, what is wrong with it and what to do."""
        return ConfigError(f"{self.place}.{key} {problem}. {remedy}")


def build(place: str, given: object, folder: Path) -> Upstream:
    """Make an upstream from its configuration.

    Args:
        place: Where the configuration stands, for messages.
        given: The name of a kind that needs no settings, or a table of settings with `kind`.
        folder: What relative paths are relative to.

    Raises:
        ConfigError: A setting is missing, wrong or not known; the message names it.
    """
    values = {"kind": given} if isinstance(given, str) else given
    if not isinstance(values, Mapping):
        raise ConfigError(f"{place} is {given!r}. Write a table with kind, or the name of a kind.")
    settings = Settings(place, values, folder)
    kind = settings.text("kind", required=True)
    if kind not in _KINDS:
        raise settings.wrong("kind", f"is {kind!r}", f"Known kinds: {', '.join(_KINDS)}.")
    return _KINDS[kind](settings)


def _echo(settings: Settings) -> Upstream:
    settings.allow()
    return EchoUpstream()


def _openai(settings: Settings) -> Upstream:
    from .openai import OpenAISettings, OpenAIUpstream

    settings.allow("base_url", "api_key_env", "model", "headers", "headers_env", "timeout", "ca_file", "proxy")
    variable = settings.text("api_key_env")
    secrets = {name: settings.secret("headers_env", value) for name, value in settings.texts("headers_env").items()}
    return OpenAIUpstream(
        OpenAISettings(
            base_url=_base_url(settings),
            api_key=None if variable is None else settings.secret("api_key_env", variable),
            model=settings.text("model"),
            headers=settings.texts("headers") | secrets,
            secrets=tuple(secrets.values()),
            timeout=settings.seconds("timeout", 600.0),
            ca_file=_certificates(settings),
            proxy=settings.text("proxy"),
        )
    )


def _base_url(settings: Settings) -> str:
    url = settings.text("base_url", required=True) or ""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise settings.wrong("base_url", f"is {url!r}", "Write a URL such as https://api.openai.com/v1.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise settings.wrong("base_url", "holds more than an address", "Give keys by api_key_env or headers_env.")
    return url


def _certificates(settings: Settings) -> Path | None:
    if "ca_file" not in settings.values:
        return None
    path = settings.file("ca_file")
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        raise settings.wrong("ca_file", f"is {str(path)!r}, which holds no certificates", "Name a PEM file.") from error
    return path


def _llama(settings: Settings) -> Upstream:
    from .llama import LlamaSettings, LlamaUpstream, calm_threads, check_installed

    settings.allow("path", "model", "context", "threads", "parallel")
    check_installed(settings.place)
    path = settings.file("path")
    return LlamaUpstream(
        LlamaSettings(
            path=path,
            model=settings.text("model") or path.stem,
            context=settings.count("context") or 4096,
            threads=settings.count("threads") or calm_threads(),
            parallel=settings.count("parallel") or 2,
        )
    )


_KINDS: dict[str, Callable[[Settings], Upstream]] = {"echo": _echo, "openai": _openai, "llama": _llama}
