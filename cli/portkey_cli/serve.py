"""The prompt service on one's own machine."""

from __future__ import annotations

from pathlib import Path

from portkey_cli.extras import load

SUMMARY = "Serve the prompt API from a database on this machine."
DETAILS = "Prints its URL when it is ready; Ctrl-C ends it."
EXAMPLE = "Then: PORTKEY_BASE_URL=http://127.0.0.1:8790/v1 python app.py"
HOST = "127.0.0.1"
HOST_HELP = "The address to listen on. Beyond loopback the database has to have API keys."
PORT = 8790
PORT_HELP = "The port to listen on, 0 for a free one."
CONFIG = Path("portkey-local.toml")
CONFIG_HELP = f"Upstreams and limits. By default {CONFIG}, where there is one."
DRAIN_HELP = "Told to stop, go on for so long with /readyz saying 503, for a load balancer to notice. By default 0."
GRACE_HELP = "How long answers under way then get to finish. By default 10."
LOGS = ("text", "json")
LOG_HELP = "What goes to stderr: text, only what a person must know, or json, a line for each request. By default text."


def serve(
    host: str,
    port: int,
    database: str,
    config: Path | None,
    *,
    drain: int | None = None,
    grace: int | None = None,
    log: str | None = None,
) -> int:
    """Serve until a signal ends it.

    Args:
        host: an address of this machine.
        port: the port, 0 for a free one.
        database: where prompts are kept, as a URL.
        config: a file of upstreams and limits; None for `portkey-local.toml`, where there is one.
        drain: seconds between "not ready" and refusing; None for the file's.
        grace: seconds that answers under way get at the end; None for the file's.
        log: `text` or `json`; None for the file's.

    Returns:
        The exit code.

    Raises:
        PortkeyError: where the extra `[local]` is not installed.
    """
    serving = load("portkey_local.serving", "local")
    chosen = config or (CONFIG if CONFIG.is_file() else None)
    code: int = serving.run(host, port, database, chosen, drain=drain, grace=grace, log=log)
    return code


def checked_port(port: int) -> int:
    """Check that a number can be a port.

    Raises:
        ValueError: where it can't, saying which can.
    """
    if not 0 <= port <= 65535:
        raise ValueError(f"{port} is no port: choose one from 0 to 65535")
    return port
