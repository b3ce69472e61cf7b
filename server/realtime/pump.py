"""Moves one session's parcels from its `Broadcast` to the sockets, in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from server.clock import Clock
from server.realtime.broadcast import Broadcast, Parcel

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 0.1
"""How often to look for what was held back; half a second is the most it may wait."""


class Pump:
    """`send` and `close_connection` must not wait for a slow receiver."""

    def __init__(
        self,
        clock: Clock,
        send: Callable[[Parcel], Awaitable[None]],
        close_connection: Callable[[str], Awaitable[None]],
    ) -> None:
        self._clock = clock
        self._send = send
        self._close_connection = close_connection
        self._awake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, broadcast: Broadcast) -> None:
        self._task = asyncio.create_task(self._run(broadcast))

    def wake(self) -> None:
        self._awake.set()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, broadcast: Broadcast) -> None:
        while True:
            await self._awake.wait()
            self._awake.clear()
            try:
                await self._deliver(broadcast)
            except Exception:  # the outermost loop: the next batch is another one
                log.exception("a broadcast failed")
            if broadcast.has_waiting:
                asyncio.get_running_loop().call_later(LOOK_AGAIN_S, self.wake)

    async def _deliver(self, broadcast: Broadcast) -> None:
        for parcel in broadcast.take(self._clock.now_ms()):
            await self._send(parcel)
        for connection_id in broadcast.take_removed():
            await self._close_connection(connection_id)
