"""An ASGI application on the server's own HTTP, without all that answers the contract."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from portkey_local.config import LocalLimits
from portkey_local.http.server import Hosting, new_loop


class Hosted(NamedTuple):
    """An application that is served."""

    hosting: Hosting
    port: int


@contextmanager
def hosted(app: Any, *, grace: int = 20) -> Iterator[Hosted]:
    """Serve an application on a free port; it is stopped at the end, and waited for."""
    ready = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        hosting = Hosting(app, limits=LocalLimits(), grace=grace, on_ready=ready.set)

        def serve() -> None:
            with asyncio.Runner(loop_factory=new_loop) as runner:
                runner.run(hosting.serve(sockets=[listener]))

        serving = threading.Thread(target=serve)
        serving.start()
        assert ready.wait(30)
        try:
            yield Hosted(hosting, port)
        finally:
            hosting.stop()
            serving.join()
