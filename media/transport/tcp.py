"""`TcpConnection`: one accepted connection, a path of a peer where UDP is blocked.

Two queues, because pictures come in bursts and sound must not wait behind them: what is
not video leaves first, however much video waits. Drop rules: video that does not fit is
refused, and its sender (`PeerOut`) leaves out the rest of the frame; of everything else
the newest is refused. The kernel is given little at a time: what it holds can not be
overtaken any more, and by default it holds megabytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from typing import Protocol

from media.transport.tcp_framing import Deframer, frame
from media.transport.udp import Address

VIDEO_QUEUE_BYTES = 512 << 10
"""A keyframe of a shared screen comes at once and must fit as a whole."""

URGENT_QUEUE_BYTES = 32 << 10
"""Sound, RTCP, STUN and DTLS: about 3 s of them."""

UNSENT_BYTES = 16 << 10
"""In the kernel beyond what is in flight: 100 ms of a 1.3 Mbit/s programme."""

DEAD_PEER_MS = 30_000
"""Unacknowledged for as long as consent lasts (RFC 7675): the kernel gives up."""

STRANGE_FRAMES = 16
"""Read of a connection that has not passed a check; a browser begins with one."""

_READ_BYTES = 64 << 10


class ConnectionOwner(Protocol):
    """What the listener does when something happens on a connection."""

    def on_frame(self, connection: TcpConnection, packet: bytes) -> None: ...

    def on_read(self) -> None:
        """All that was there is handled: a good moment to forward it."""

    def on_admitted(self, connection: TcpConnection) -> None: ...

    def on_closed(self, connection: TcpConnection) -> None: ...


class TcpConnection:
    """Frames in and out, never blocking; closing frees everything and is final."""

    __slots__ = (
        "_chunk",
        "_deframer",
        "_has_writer",
        "_is_due",
        "_loop",
        "_owner",
        "_urgent",
        "_urgent_bytes",
        "_video",
        "_video_bytes",
        "address",
        "frames_read",
        "is_admitted",
        "is_closed",
        "sock",
    )

    def __init__(
        self,
        sock: socket.socket,
        address: Address,
        owner: ConnectionOwner,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.sock = sock
        self.address = address
        self.is_admitted = False
        """A check with a valid MESSAGE-INTEGRITY has come."""
        self.is_closed = False
        self.frames_read = 0
        self._owner = owner
        self._loop = loop
        self._deframer = Deframer()
        self._urgent: deque[bytes] = deque()
        self._video: deque[bytes] = deque()
        self._urgent_bytes = self._video_bytes = 0
        self._chunk = memoryview(b"")
        """Given to the kernel in part; nothing may come between."""
        self._is_due = False
        self._has_writer = False
        tune(sock)
        loop.add_reader(sock.fileno(), self._on_readable)

    def admit(self) -> None:
        """Keep it: it belongs to a peer now."""
        if not self.is_admitted:
            self.is_admitted = True
            self._owner.on_admitted(self)

    def send(self, packet: bytes, *, is_video: bool = False) -> bool:
        """Queue one packet; False when it had to be dropped.

        It leaves at the end of the present turn of the event loop, with all others of
        the batch, in one call.
        """
        size = len(packet)
        if self.is_closed or not self._has_room(size, is_video=is_video):
            return False
        if is_video:
            self._video.append(frame(packet))
            self._video_bytes += size
        else:
            self._urgent.append(frame(packet))
            self._urgent_bytes += size
        if not self._is_due and not self._has_writer:
            self._is_due = True
            self._loop.call_soon(self._write)
        return True

    def close(self) -> None:
        """Try once to send what waits (a close_notify), then free everything."""
        if self.is_closed:
            return
        self._video.clear()
        self.is_closed = True
        with contextlib.suppress(OSError):
            self._write_all()
        self._free()

    def _has_room(self, size: int, *, is_video: bool) -> bool:
        if is_video:
            return self._video_bytes + size <= VIDEO_QUEUE_BYTES
        return self._urgent_bytes + size <= URGENT_QUEUE_BYTES

    def _on_readable(self) -> None:
        try:
            data = self.sock.recv(_READ_BYTES)
            packets = self._deframer.feed(data)
        except BlockingIOError:
            return
        except (OSError, ValueError):
            self._fail()
            return
        if not data:
            self._fail()
            return
        for packet in packets:
            if not self.is_closed:
                self._take(packet)
        self._owner.on_read()

    def _take(self, packet: bytes) -> None:
        self._owner.on_frame(self, packet)
        self.frames_read += 1
        if not self.is_admitted and self.frames_read >= STRANGE_FRAMES:
            self._fail()

    def _write(self) -> None:
        self._is_due = False
        if self.is_closed:
            return
        try:
            self._write_all()
        except BlockingIOError:
            if not self._has_writer:
                self._has_writer = True
                self._loop.add_writer(self.sock.fileno(), self._write)
            return
        except OSError:
            self._fail()
            return
        if self._has_writer:
            self._has_writer = False
            self._loop.remove_writer(self.sock.fileno())

    def _write_all(self) -> None:
        """Write until nothing waits; raises BlockingIOError when the kernel is full."""
        while self._chunk or self._urgent or self._video:
            if not self._chunk:
                self._chunk = memoryview(self._next_chunk())
            self._chunk = self._chunk[self.sock.send(self._chunk) :]

    def _next_chunk(self) -> bytes:
        """Take what waits, at most about UNSENT_BYTES, video last."""
        taken: list[bytes] = []
        size = 0
        while self._urgent and size < UNSENT_BYTES:
            taken.append(self._urgent.popleft())
            size += len(taken[-1])
            self._urgent_bytes -= len(taken[-1]) - 2
        while self._video and size < UNSENT_BYTES:
            taken.append(self._video.popleft())
            size += len(taken[-1])
            self._video_bytes -= len(taken[-1]) - 2
        return b"".join(taken)

    def _fail(self) -> None:
        """The other side is gone, or does not speak our language."""
        if not self.is_closed:
            self.is_closed = True
            self._free()

    def _free(self) -> None:
        self._loop.remove_reader(self.sock.fileno())
        self._loop.remove_writer(self.sock.fileno())
        self.sock.close()
        self._urgent.clear()
        self._video.clear()
        self._chunk = memoryview(b"")
        self._owner.on_closed(self)


def tune(sock: socket.socket) -> None:
    """Make a TCP socket one for media: no Nagle, little in the kernel, dead in time."""
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_PEER_MS)
