"""python-socketio with the limits we promise, before anything is decoded.

Refused here: binary packets and attachments (we have no use for them), malformed
packets, floods, connections that do not introduce themselves, and too many such from
one address. The overridden
methods are private to python-socketio; `tests/contract/test_socketio.py` holds it to
them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import socketio
from aiohttp import web

from server.clock import Clock
from server.errors import TooManyTriesError
from server.limits import Crowd
from server.realtime.rate_limit import Bucket

log = logging.getLogger(__name__)

MESSAGE_BYTES = 64 * 1024
PING_INTERVAL_S = 8
PING_TIMEOUT_S = 7
HELLO_WITHIN_S = 5.0
ABORT_AFTER_S = 2.0
PACKETS_PER_S = 120.0
"""Four times what well-behaved clients may send as commands; beyond it we hang up."""
PACKETS_BURST = 240
_TEXT_PACKETS = frozenset("0124")
"""CONNECT, DISCONNECT, EVENT: what a client of ours may send, and EVENT's ack."""


class StrictServer(socketio.AsyncServer):  # type: ignore[misc]  # it has no types
    def __init__(
        self,
        clock: Clock,
        origins: list[str] | None,
        strangers: Crowd,
        address_of: Callable[[web.Request], str],
    ) -> None:
        """`strangers` counts, by address, who has not introduced themselves yet."""
        super().__init__(
            async_mode="aiohttp",
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            max_http_buffer_size=MESSAGE_BYTES,
            cors_allowed_origins=origins,
            transports=["websocket", "polling"],
            logger=False,
            engineio_logger=False,
        )
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._crowd = strangers
        self._address_of = address_of
        self._strangers: dict[str, tuple[asyncio.TimerHandle, str]] = {}
        self._hanging_up: set[asyncio.Task[None]] = set()

    def greet(self, eio_sid: str) -> None:
        """Stop the clock on a connection that introduced itself."""
        stranger = self._strangers.pop(eio_sid, None)
        if stranger is not None:
            timer, address = stranger
            timer.cancel()
            self._crowd.leave(address)

    def waiting_packets(self, eio_sid: str) -> int:
        """Count what a slow receiver has not taken yet."""
        socket = self.eio.sockets.get(eio_sid)
        return 0 if socket is None else int(socket.queue.qsize())

    def hang_up(self, eio_sid: str) -> None:
        """Close the whole connection, soon."""
        self.greet(eio_sid)
        task = asyncio.create_task(self._close(eio_sid))
        self._hanging_up.add(task)
        task.add_done_callback(self._hanging_up.discard)

    async def close(self) -> None:
        """Close every connection; clients reconnect by themselves."""
        for eio_sid in list(self.eio.sockets):
            self.hang_up(eio_sid)
        await asyncio.gather(*self._hanging_up, return_exceptions=True)
        await self.eio.shutdown()

    async def _close(self, eio_sid: str) -> None:
        socket = self.eio.sockets.get(eio_sid)
        environ = self.environ.get(eio_sid, {})
        if socket is None:
            return
        await socket.close(wait=False)
        request: web.Request | None = environ.get("aiohttp.request")
        if request is None or "Upgrade" not in request.headers:
            return
        # Who reads nothing does not read our close either. A polling request may
        # share its TCP connection with others, a websocket never does.
        if request.transport is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(ABORT_AFTER_S, request.transport.abort)

    async def _handle_eio_connect(
        self, eio_sid: str, environ: dict[str, Any]
    ) -> bool | None:
        address = self._address_of(environ["aiohttp.request"])
        try:
            self._crowd.enter(address)
        except TooManyTriesError:
            log.info("too many connections of one address that do not say who they are")
            return False
        loop = asyncio.get_running_loop()
        timer = loop.call_later(HELLO_WITHIN_S, self.hang_up, eio_sid)
        self._strangers[eio_sid] = (timer, address)
        self._buckets[eio_sid] = Bucket(
            PACKETS_PER_S, PACKETS_BURST, self._clock.now_ms()
        )
        await super()._handle_eio_connect(eio_sid, environ)
        return None

    async def _handle_eio_message(self, eio_sid: str, data: object) -> None:
        bucket = self._buckets.get(eio_sid)
        if bucket is None:
            return  # hung up on
        is_text = isinstance(data, str) and data[:1] in _TEXT_PACKETS
        if not is_text or not bucket.take(self._clock.now_ms()):
            self._refuse(eio_sid)
            return
        try:
            await super()._handle_eio_message(eio_sid, data)
        except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
            log.debug("malformed packet: %s", type(error).__name__)
            self._refuse(eio_sid)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self.greet(eio_sid)
        self._buckets.pop(eio_sid, None)
        await super()._handle_eio_disconnect(eio_sid, reason)

    def _refuse(self, eio_sid: str) -> None:
        if self._buckets.pop(eio_sid, None) is not None:
            log.info("hung up on a connection that floods or sends no valid packets")
            self.hang_up(eio_sid)
