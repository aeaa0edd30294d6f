"""The prompt service on one's own machine."""

from __future__ import annotations

from pathlib import Path

from portkey_cli.extras import load

SUMMARY = "Serve the prompt API from a database on this machine."
DETAILS = "Prints its URL when it is ready; Ctrl-C ends it."
EXAMPLE = "Then: PORTKEY_BASE_URL=http://127.0.0.1:8790/v1 python app.py"
HOST = "127.0.0.1"
HOST_HELP = "The loopback address to listen on."
PORT = 8790
PORT_HELP = "The port to listen on, 0 for a free one."
CONFIG = Path("portkey-local.toml")
CONFIG_HELP = f"Upstreams and limits. By default {CONFIG}, where there is one."


def serve(host: str, port: int, database: str, config: Path | None) -> int:
    """Serve until a signal ends it.

    Args:
        host: a loopback address.
        port: the port, 0 for a free one.
        database: where prompts are kept, as a URL.
        config: a file of upstreams and limits; None for `portkey-local.toml`, where there is one.

    Returns:
        The exit code.

    Raises:
        PortkeyError: where the extra `[local]` is not installed.
    """
    serving = load("portkey_local.serving", "local")
    chosen = config or (CONFIG if CONFIG.is_file() else None)
    code: int = serving.run(host, port, database, chosen)
    return code


def checked_port(port: int) -> int:
    """Check that a number can be a port.

    Raises:
        ValueError: where it can't, saying which can.
    """
    if not 0 <= port <= 65535:
        raise ValueError(f"{port} is no port: choose one from 0 to 65535")
    return port
