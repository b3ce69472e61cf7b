"""A UDP path on loopback with a narrow uplink and loss, for one browser."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

QUEUE_S = 0.3
"""What waits longer for the narrow uplink is dropped."""


class Hop:
    """Passes datagrams on, both ways; STUN and DTLS are never lost."""

    def __init__(self) -> None:
        self.up_bps: int | None = None
        self.down_loss = 0.0
        self.port = 0
        self._browser: tuple[str, int] | None = None
        self._sides: list[asyncio.DatagramTransport] = []
        self._free_s = 0.0
        self._random = random.Random(7)

    async def open(self, worker_port: int) -> None:
        loop = asyncio.get_running_loop()
        near, _ = await loop.create_datagram_endpoint(
            lambda: _Side(self._go_up), ("127.0.0.1", 0)
        )
        far, _ = await loop.create_datagram_endpoint(
            lambda: _Side(self._go_down), remote_addr=("127.0.0.1", worker_port)
        )
        self._sides = [near, far]
        self.port = near.get_extra_info("sockname")[1]

    def close(self) -> None:
        for side in self._sides:
            side.close()

    def redirect(self, answer_sdp: str, worker_port: int) -> str:
        """Let the browser find this hop instead of the worker."""
        return answer_sdp.replace(f" {worker_port} typ", f" {self.port} typ")

    def _go_up(self, data: bytes, address: tuple[str, int]) -> None:
        self._browser = address
        loop = asyncio.get_running_loop()
        if self.up_bps is None:
            self._sides[1].sendto(data)
            return
        now_s = loop.time()
        starts_s = max(now_s, self._free_s)
        if starts_s - now_s > QUEUE_S:
            return
        self._free_s = starts_s + len(data) * 8 / self.up_bps
        loop.call_at(self._free_s, self._sides[1].sendto, data)

    def _go_down(self, data: bytes, _address: tuple[str, int]) -> None:
        is_media = data[0] >= 128
        if is_media and self._random.random() < self.down_loss:
            return
        if self._browser is not None:
            self._sides[0].sendto(data, self._browser)


class _Side(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._take(data, addr)


@asynccontextmanager
async def open_hop(worker_port: int) -> AsyncIterator[Hop]:
    hop = Hop()
    await hop.open(worker_port)
    try:
        yield hop
    finally:
        hop.close()
