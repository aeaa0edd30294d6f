"""A server that passes bytes on unread, on the same event loop: the least time that any server adds.

Run as `python -m benchmarks.serving.relay PORT`: prints its base URL, and connects each connection to that port of this
machine.
"""

import asyncio
import sys
from typing import Any

import uvloop


class _End(asyncio.Protocol):
    """One end of a connection that is passed on."""

    def __init__(self) -> None:
        self.other: _End
        self.transport: Any = None
        self._waiting: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        for data in self._waiting:
            self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        self.other.send(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.other.transport:
            self.other.transport.close()

    def send(self, data: bytes) -> None:
        """Send, or keep until there is somebody to send to."""
        if self.transport:
            self.transport.write(data)
        else:
            self._waiting.append(data)


class _Taken(_End):
    """The end that a client connected to; it connects the other one."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.other = onward = _End()
        onward.other = self
        connecting = asyncio.get_running_loop().create_connection(lambda: onward, "127.0.0.1", int(sys.argv[1]))
        self._connecting = asyncio.ensure_future(connecting)


async def main() -> None:
    """Serve until a signal comes."""
    server = await asyncio.get_running_loop().create_server(_Taken, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
