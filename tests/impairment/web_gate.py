"""A gateway that passes web pages and refuses WebSockets, as old proxies do."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

READ_BYTES = 65_536
REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class WebGate:
    """Passes each connection on unless its first request asks for a WebSocket."""

    def __init__(self, host: str, port: int) -> None:
        self.refused = 0
        self._host = host
        self._port = port

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(ConnectionError), contextlib.closing(writer):
            first = await reader.read(READ_BYTES)
            # A browser opens a connection of its own for each WebSocket.
            if b"\r\nupgrade: websocket\r\n" in first.lower():
                self.refused += 1
                writer.write(REFUSAL)
                await writer.drain()
                return
            behind, ahead = await asyncio.open_connection(self._host, self._port)
            with contextlib.closing(ahead):
                ahead.write(first)
                await asyncio.gather(_pass(reader, ahead), _pass(behind, writer))


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(READ_BYTES):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def open_web_gate(address: str, port: int) -> AsyncIterator[WebGate]:
    """Listen on an address for what is served on loopback, on the same port."""
    gate = WebGate("127.0.0.1", port)
    server = await asyncio.start_server(gate.serve, address, port)
    try:
        yield gate
    finally:
        server.close()
