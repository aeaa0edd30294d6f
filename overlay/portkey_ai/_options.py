"""The options of a client and of a call, and the headers that they travel as."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from portkey_ai.errors import PortkeyError
from portkey_openapi import BASE_URL
from portkey_openapi import options as contract_options
from portkey_openapi.requests import LOCAL_URL, check_base_url, is_loopback

if TYPE_CHECKING:
    from typing import Literal

    from portkey_openapi.http import Timeout
    from portkey_openapi.models import HyperparametersParams
    from portkey_openapi.options import CallHeaders, RunHeaders, RunOptions
    from portkey_openapi.resources.prompts import UpdatePromptFields
    from portkey_prompts.source.settings import PromptSource

    class RunKeywords(HyperparametersParams, RunOptions, total=False):
        """Settings of the model call, and options of the call."""

    class RenderKeywords(RunKeywords, total=False):
        """Settings of the model call, options of the call, and of rendering in this process."""

        missing: Literal["empty", "error"]
        """What becomes of a variable that is not given."""

    class CreateVersion(UpdatePromptFields, total=False):
        """A new version's fields, and options of the call."""

        publish: bool
        """Whether to publish the version at once."""

    class ClientOptions(CallHeaders, RunHeaders, total=False):
        """The options of a client; those that are headers are options of each call too."""

        base_url: str | None
        """Where the service is; by default `PORTKEY_BASE_URL`, else the hosted service."""
        timeout: float | Timeout | None
        """Seconds to connect, to write, and between two reads, or an `httpx.Timeout`; None waits for ever.

        Completions wait up to 600 s between two reads where nothing is said here.
        """
        max_retries: int
        """How many times a call may be repeated."""
        max_response_bytes: int
        """How many bytes an answer may have, decompressed; a stream with all its events. By default 256 MiB."""
        default_headers: Mapping[str, str] | None
        """Headers to send with every call."""
        prompts: PromptSource | None
        """Has prompts rendered in this process, and says where they are found; left out, the service renders."""
        telemetry: bool | None
        """Whether renders and runs are spans of OpenTelemetry; left out, its environment variables say so."""
        Authorization: str | None
        """As the official SDK takes it: `authorization`, with `Bearer ` before it where that is missing."""
        calculate_audio_duration: bool | None
        """The official SDK's; does nothing here, like the next three."""
        instrumentation: bool | None
        webhook_secret: str | None
        websocket_base_url: object


_OWN = {"base_url", "timeout", "max_retries", "max_response_bytes", "default_headers", "prompts", "telemetry"}
"""The options of a client that are no headers."""
DOES_NOTHING = {
    "calculate_audio_duration": "there is no audio in prompts; OpenAI's client has it, see `portkey.openai()`",
    "instrumentation": "this package traces no other library",
    "webhook_secret": "there are no webhooks; give it to `portkey.openai(webhook_secret=…)`",
    "websocket_base_url": "there are no sockets; give it to `portkey.openai(websocket_base_url=…)`",
}
"""Options of the official SDK's client that are accepted and ignored, and why, for a warning."""
_warned: set[str] = set()


class _DefaultSeconds(float):
    """The time-out that nobody asked for: completions may wait longer than it."""

    def __reduce__(self) -> str:
        return "DEFAULT_TIMEOUT"


DEFAULT_TIMEOUT = _DefaultSeconds(60.0)
"""Seconds to connect, to write, and between two reads."""
COMPLETION_READ_TIMEOUT = 600.0
"""Seconds that a completion may take between two reads, where no time-out was asked for."""


def client_options(called: Callable[..., object], given: Mapping[str, Any]) -> dict[str, Any]:
    """Check the names of a client's options, and translate those that only the official SDK has.

    Raises:
        TypeError: where one is unknown.
    """
    options = dict(given)
    key = options.pop("Authorization", None)
    if isinstance(key, str):
        options["authorization"] = key if key.startswith("Bearer ") else f"Bearer {key}"
    for name in DOES_NOTHING.keys() & options.keys():
        if options.pop(name) and name not in _warned:
            _warned.add(name)
            warnings.warn(f"`{name}` does nothing here: {DOES_NOTHING[name]}.", RuntimeWarning, stacklevel=3)
    if unknown := sorted(options.keys() - (known := contract_options.HEADERS.keys() | _OWN)):
        from portkey_openapi.records import unexpected

        raise unexpected(called.__name__, unknown[0], known)
    return options


NOTHING: dict[str, Any] = {}
"""The options and the settings of a call that was given none; not to be written to."""


def run_body(variables: Mapping[str, Any] | None, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Put a render's or a run's body together: the variables, and the settings at its root.

    Raises:
        TypeError: where the variables are no mapping.
    """
    if variables is None:
        return dict(settings)
    if not isinstance(variables, (dict, Mapping)):  # dict first: asking the abstract class takes longer
        raise TypeError(f"`variables` must be a mapping of names to values, not {type(variables).__name__}.")
    return {"variables": dict(variables), **settings}


def update_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the keywords of an update, `template_metadata` under the name that the operation has for it."""
    given = dict(fields)
    if "template_metadata" in given:
        given.setdefault("prompt_metadata", given.pop("template_metadata"))
    return given


def base_url_from(given: str | None) -> str:
    """Choose the base URL: as given, from `PORTKEY_BASE_URL` or the official SDK's `PORTKEY_PROXY`, or the hosted one.

    Raises:
        OptionError: where it is no http or https URL.
    """
    found = given or os.environ.get("PORTKEY_BASE_URL") or os.environ.get("PORTKEY_PROXY") or BASE_URL
    return check_base_url(str(found))


def api_key_from(given: str | None, base_url: str, *, needed: bool = True) -> str | None:
    """Choose the API key: as given, or from `PORTKEY_API_KEY`; a server on this machine may need none.

    Args:
        given: as given in code.
        base_url: where the service is.
        needed: whether the service is called at all; what is frozen renders without it.

    Raises:
        PortkeyError: where there is none and one is needed, saying what to do.
    """
    key = given or os.environ.get("PORTKEY_API_KEY") or None
    if key is None and needed and not is_loopback(base_url):
        raise PortkeyError(
            "There is no API key. Set PORTKEY_API_KEY in the environment, or pass api_key=…; "
            f"a server on this machine needs none: pass base_url='{LOCAL_URL}'."
        )
    return key
