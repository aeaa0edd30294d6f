"""How a server ends that a load balancer still asks."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from hosting import hosted
from raw_http import HOST, connected

from portkey_local.http import server as server_module

GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


def is_refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=30).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_request_over_a_connection_made_before_the_end_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "_ON_ITS_WAY", 1.0)  # long enough for a busy machine
    with hosted(app) as server:
        server.hosting.stop(after=0.5)
        with connected(server.port) as connection:
            while not is_refused(server.port):
                time.sleep(0.02)
            connection.sendall(GET)
            assert connection.recv(1 << 16).endswith(b"hi")


def test_a_request_over_a_connection_that_only_the_kernel_has_taken_is_answered() -> None:
    busy, go_on = threading.Event(), threading.Event()

    async def holding_up(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/busy":
            busy.set()
            go_on.wait(60)  # on the loop, which takes no connection meanwhile, and is to end right after
        await app(scope, receive, send)

    with hosted(holding_up) as server, ExitStack() as opened:
        holder = opened.enter_context(connected(server.port))
        server.hosting.stop(after=1)
        holder.sendall(GET.replace(b"/", b"/busy", 1))
        assert busy.wait(60)
        waiting = [opened.enter_context(connected(server.port)) for _ in range(20)]
        for connection in waiting[:10]:
            connection.sendall(GET)
        time.sleep(1.2)
        go_on.set()
        for connection in waiting[10:]:
            connection.sendall(GET)
        for connection in [holder, *waiting]:
            assert connection.recv(1 << 16).endswith(b"hi")


def test_a_server_that_is_not_drained_ends_at_once_with_connections_that_ask_nothing() -> None:
    with hosted(app) as server, connected(server.port) as connection:
        connection.sendall(GET)
        assert connection.recv(1 << 16).endswith(b"hi")
        server.hosting.stop()
        with suppress(ConnectionError):
            assert connection.recv(1) == b""
