"""`portkey-prompts serve`: the prompt service on one's own machine."""

from __future__ import annotations

import argparse
from pathlib import Path

from portkey_cli.extras import load


DEFAULT_CONFIG = Path("portkey-local.toml")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to a parser."""
    parser = commands.add_parser(
        "serve",
        help="serve the prompt API from a database on this machine",
        description="Serve the prompt API from a database on this machine. Prints its URL when it is ready; Ctrl-C ends it.",
        epilog="Then: PORTKEY_BASE_URL=http://127.0.0.1:8790/v1 python app.py",
    )
    parser.add_argument("--host", default="127.0.0.1", help="the loopback address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=8790, help="the port to listen on, 0 for a free one (default: %(default)s)"
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        default="sqlite:///portkey.db",
        help="where prompts are kept; sqlite:// is a temporary file (default: %(default)s)",
    )
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help="upstreams and limits (default: portkey-local.toml, where there is one)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    serving = load("portkey_local.serving", "local")
    config = options.config or (DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None)
    code: int = serving.run(options.host, options.port, options.database, config)
    return code


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is no port: choose one from 0 to 65535")
    return port
