"""The control socket between our processes: framed msgpack over a unix socket.

A frame is a 4-byte big-endian length and that many bytes of msgpack, at most 1 MiB.
The worker and the recorder are servers, the web process is the client of both; the
message types come from the caller (`media.protocol`, `recordings.protocol`).

Media never waits for this channel: `ChannelServer.send` puts a message into a bounded
queue and returns. When the peer does not read, load reports are dropped first; when
that is not enough the connection is closed, and the client reads a dump on its next.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import stat
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import msgspec

log = logging.getLogger(__name__)

MAX_FRAME_BYTES = 1 << 20
MAX_QUEUED_FRAMES = 4096
MAX_QUEUED_BYTES = 8 << 20
RETRY_S = 0.05
"""A try costs 0.1 ms, and viewers wait for a restarted worker all that time."""
REQUEST_TIMEOUT_S = 5.0

NOT_UNDERSTOOD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are no message."""

In = TypeVar("In")
Out = TypeVar("Out")
CommandT = TypeVar("CommandT")
ResultT = TypeVar("ResultT")
EventT = TypeVar("EventT")


class ChannelError(Exception):
    """Base of what a request over the channel may raise."""


class NotConnected(ChannelError):
    """The other process is away; the request may or may not have been carried out."""


class RequestTimeout(ChannelError):
    """No reply within the time limit; repeating the request is safe."""


class RequestRefused(ChannelError):
    """The other process answered with a `Failure`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class FrameTooLarge(ChannelError):
    """A message does not fit into one frame."""


def encode_frame(message: object) -> bytes:
    """Encode one message with its length before it; raises FrameTooLarge."""
    body = msgspec.msgpack.encode(message)
    if len(body) > MAX_FRAME_BYTES:
        raise FrameTooLarge(f"{type(message).__name__} has {len(body)} bytes")
    return len(body).to_bytes(4, "big") + body


class FrameReader:
    """Cuts a byte stream into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Return the bodies completed by `data`; raises FrameTooLarge."""
        buffer = self._buffer
        buffer += data
        bodies: list[bytes] = []
        start = 0
        while len(buffer) - start >= 4:
            size = int.from_bytes(buffer[start : start + 4], "big")
            if size > MAX_FRAME_BYTES:
                raise FrameTooLarge(f"the peer announced {size} bytes")
            if len(buffer) - start - 4 < size:
                break
            bodies.append(bytes(buffer[start + 4 : start + 4 + size]))
            start += 4 + size
        del buffer[:start]
        return bodies


class _Connection(asyncio.Protocol):
    """One accepted or opened connection with its bounded send queue."""

    def __init__(
        self,
        on_body: Callable[[_Connection, bytes], None],
        on_open: Callable[[_Connection], None],
        on_lost: Callable[[_Connection], None],
    ) -> None:
        self._on_body = on_body
        self._on_open = on_open
        self._on_lost = on_lost
        self._reader = FrameReader()
        self._transport: asyncio.WriteTransport | None = None
        self._paused = False
        self._queue: deque[tuple[bytes, bool]] = deque()
        self._queued_bytes = 0
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._on_open(self)

    def data_received(self, data: bytes) -> None:
        try:
            for body in self._reader.feed(data):
                self._on_body(self, body)
        except FrameTooLarge as error:
            log.warning("control connection closed: %s", error)
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._queue.clear()
        if not self.lost.done():
            self.lost.set_result(None)
        self._on_lost(self)

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        while self._queue and not self._paused and self._transport is not None:
            frame, _ = self._queue.popleft()
            self._queued_bytes -= len(frame)
            self._transport.write(frame)

    def send(self, frame: bytes, *, droppable: bool = False) -> None:
        """Write or queue a frame; never blocks.

        Drop rule: a droppable frame is not queued behind others; when the queue is
        full all droppable ones leave it; when it is still full the connection ends.
        """
        if self._transport is None:
            return
        if not self._paused:
            self._transport.write(frame)
            return
        if droppable and len(self._queue) > MAX_QUEUED_FRAMES // 8:
            return
        self._queue.append((frame, droppable))
        self._queued_bytes += len(frame)
        if self._is_full():
            self._queue = deque(item for item in self._queue if not item[1])
            self._queued_bytes = sum(len(frame) for frame, _ in self._queue)
        if self._is_full():
            log.warning("control connection closed: the peer does not read")
            self.abort()

    def _is_full(self) -> bool:
        return (
            len(self._queue) > MAX_QUEUED_FRAMES
            or self._queued_bytes > MAX_QUEUED_BYTES
        )

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class ChannelServer(Generic[In, Out]):
    """Listens on a unix socket; the newest connection replaces the older one.

    `greeting` makes the first message of every connection. `on_message` is called
    in order on the event loop and should answer with `send`.
    """

    def __init__(
        self,
        path: str,
        *,
        receives: type[In] | Any,
        on_message: Callable[[In], None],
        greeting: Callable[[], Out],
        is_droppable: Callable[[Out], bool] = lambda message: False,
    ) -> None:
        self._path = path
        self._decoder: msgspec.msgpack.Decoder[In] = msgspec.msgpack.Decoder(receives)
        self._on_message = on_message
        self._greeting = greeting
        self._is_droppable = is_droppable
        self._current: _Connection | None = None
        self._server: asyncio.AbstractServer | None = None

    @property
    def is_connected(self) -> bool:
        return self._current is not None

    async def start(self) -> None:
        """Bind the socket, removing a stale one; only our own user may connect."""
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISSOCK(os.stat(self._path).st_mode):
                os.unlink(self._path)
        loop = asyncio.get_running_loop()
        old_umask = os.umask(0o177)
        try:
            self._server = await loop.create_unix_server(self._connection, self._path)
        finally:
            os.umask(old_umask)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._current is not None:
            self._current.abort()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)

    def send(self, message: Out) -> None:
        """Send to the connected client, if any; never blocks, never raises."""
        if self._current is None:
            return
        try:
            frame = encode_frame(message)
        except FrameTooLarge as error:
            log.error("control message not sent: %s", error)
            return
        self._current.send(frame, droppable=self._is_droppable(message))

    def _connection(self) -> _Connection:
        return _Connection(self._take_body, self._replace, self._forget)

    def _replace(self, connection: _Connection) -> None:
        if self._current is not None:
            self._current.abort()
        self._current = connection
        connection.send(encode_frame(self._greeting()))

    def _forget(self, connection: _Connection) -> None:
        if self._current is connection:
            self._current = None

    def _take_body(self, connection: _Connection, body: bytes) -> None:
        if connection is not self._current:
            return
        try:
            message = self._decoder.decode(body)
        except NOT_UNDERSTOOD as error:
            log.warning("control message not understood: %s", error)
            return
        self._on_message(message)


@dataclass(frozen=True)
class Wire(Generic[CommandT, ResultT, EventT]):
    """The envelope types of one protocol module, as the client needs them.

    `Wire(protocol.Request, protocol.Reply, protocol.Notice, protocol.Failure)`.
    """

    request: Callable[..., Any]
    reply: Any
    notice: Any
    failure: Any


class ChannelClient(Generic[CommandT, ResultT, EventT]):
    """Keeps one connection to a worker or recorder open, and matches replies.

    After `start` it connects, and connects again every 50 ms when the other side is
    away. `on_state(True)` is called before the first event of a connection (the
    server's hello); `on_state(False)` after every pending request has failed.
    """

    def __init__(
        self,
        path: str,
        wire: Wire[CommandT, ResultT, EventT],
        *,
        on_event: Callable[[EventT], None],
        on_state: Callable[[bool], None] = lambda connected: None,
        retry_s: float = RETRY_S,
    ) -> None:
        self._path = path
        self._wire = wire
        self._decoder = msgspec.msgpack.Decoder(wire.reply | wire.notice)
        self._on_event = on_event
        self._on_state = on_state
        self._retry_s = retry_s
        self._next_id = 1
        self._pending: dict[int, asyncio.Future[ResultT]] = {}
        self._connection: _Connection | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    def start(self) -> None:
        """Begin to connect in the background."""
        self._task = asyncio.get_running_loop().create_task(self._keep_connected())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._connection is not None:
            self._connection.abort()
            await self._connection.lost

    async def request(
        self, command: CommandT, timeout_s: float = REQUEST_TIMEOUT_S
    ) -> ResultT:
        """Send a command and wait for its result.

        Raises NotConnected, RequestTimeout, RequestRefused or FrameTooLarge.
        """
        if self._connection is None:
            raise NotConnected(self._path)
        request_id = self._next_id
        self._next_id += 1
        frame = encode_frame(self._wire.request(id=request_id, command=command))
        reply = asyncio.get_running_loop().create_future()
        self._pending[request_id] = reply
        self._connection.send(frame)
        try:
            # Not wait_for: before Python 3.12 it forgets a cancellation that comes
            # together with the reply, and who waits for this task waits for ever.
            async with asyncio.timeout(timeout_s):
                result = await reply
        except TimeoutError as error:
            name = type(command).__name__
            raise RequestTimeout(f"{name} after {timeout_s} s") from error
        finally:
            self._pending.pop(request_id, None)
        if isinstance(result, self._wire.failure):
            failure = cast(Any, result)
            raise RequestRefused(failure.code, failure.message)
        return cast(ResultT, result)

    async def _keep_connected(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            with contextlib.suppress(OSError):
                _, connection = await loop.create_unix_connection(
                    self._make_connection, self._path
                )
                # Not awaited itself: cancelling this task must not cancel `lost`.
                await asyncio.wait({connection.lost})
            await asyncio.sleep(self._retry_s)

    def _make_connection(self) -> _Connection:
        return _Connection(self._take_body, self._opened, self._dropped)

    def _opened(self, connection: _Connection) -> None:
        self._connection = connection
        self._on_state(True)

    def _dropped(self, connection: _Connection) -> None:
        if self._connection is not connection:
            return
        self._connection = None
        for reply in self._pending.values():
            if not reply.done():
                reply.set_exception(NotConnected(self._path))
        self._pending.clear()
        self._on_state(False)

    def _take_body(self, connection: _Connection, body: bytes) -> None:
        try:
            message = self._decoder.decode(body)
        except NOT_UNDERSTOOD as error:
            log.warning("control message not understood: %s", error)
            return
        if isinstance(message, self._wire.notice):
            self._on_event(message.event)
            return
        reply = self._pending.get(message.id)
        if reply is not None and not reply.done():
            reply.set_result(message.result)
