"""`TcpListener`: accepts ICE-TCP connections on the media port (RFC 6544, passive).

Strangers get nothing: until a connection has carried a check with a valid
MESSAGE-INTEGRITY it may read 16 frames in 5 s, and there are few such connections. When
there are too many the oldest leaves: a browser needs one round trip, so that somebody
who wants to keep others out must open hundreds in each.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from media.transport.tcp import TcpConnection
from media.transport.udp import UdpSocket, open_sockets

log = logging.getLogger(__name__)

STRANGER_NS = 5_000_000_000
"""A connection without a valid check by then is closed."""
MAX_STRANGERS = 256
"""Connections without a valid check, together: 300 people join in 10 s."""
MAX_STRANGERS_PER_ADDRESS = 64
"""The same of one address: a hall of phones shares one."""
MAX_CONNECTIONS = 4_000
"""Of one worker, two for each peer it takes; further ones are not let in."""

_ACCEPT_AT_ONCE = 32
_BACKLOG = 256
_PORT_TRIES = 8
_OUT_OF_RESOURCES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class FrameHandler(Protocol):
    """Finds the peer of a packet: the mux."""

    def on_frame(self, connection: TcpConnection, packet: bytes) -> None: ...

    def on_closed(self, connection: TcpConnection) -> None: ...


class TcpListener:
    """The listening sockets of a worker and every connection of theirs."""

    def __init__(
        self, sockets: Sequence[socket.socket], now_ns: Callable[[], int]
    ) -> None:
        self.connections: set[TcpConnection] = set()
        self.strangers: dict[TcpConnection, int] = {}
        """Not admitted yet, oldest first, with the time of their coming."""
        self._sockets = tuple(sockets)
        self._now_ns = now_ns
        self._strangers_of: Counter[str] = Counter()
        self._is_paused = False

    def start(
        self,
        loop: asyncio.AbstractEventLoop,
        handler: FrameHandler,
        on_read: Callable[[], None],
    ) -> None:
        """Begin to accept; `on_read` follows each group of handled packets."""
        self._loop = loop
        self._handler = handler
        self.on_read = on_read
        self._listen()

    def check(self, now_ns: int) -> None:
        """Once a second: send strangers away, accept again after a shortage."""
        for connection, since_ns in tuple(self.strangers.items()):
            if now_ns - since_ns < STRANGER_NS:
                break
            connection.close()
        if self._is_paused:
            self._listen()

    def close(self) -> None:
        self._pause()
        for connection in tuple(self.connections):
            connection.close()
        for sock in self._sockets:
            sock.close()
        self._sockets = ()

    # What connections report (ConnectionOwner).

    def on_frame(self, connection: TcpConnection, packet: bytes) -> None:
        self._handler.on_frame(connection, packet)

    def on_admitted(self, connection: TcpConnection) -> None:
        if self.strangers.pop(connection, None) is not None:
            host = connection.address[0]
            self._strangers_of[host] -= 1
            if not self._strangers_of[host]:
                del self._strangers_of[host]

    def on_closed(self, connection: TcpConnection) -> None:
        self.on_admitted(connection)
        self.connections.discard(connection)
        self._handler.on_closed(connection)

    # Accepting.

    def _listen(self) -> None:
        self._is_paused = False
        for sock in self._sockets:
            self._loop.add_reader(sock.fileno(), self._accept, sock)

    def _pause(self) -> None:
        self._is_paused = True
        for sock in self._sockets:
            self._loop.remove_reader(sock.fileno())

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(_ACCEPT_AT_ONCE):
            try:
                sock, address = listening.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _OUT_OF_RESOURCES:
                    log.error("no TCP connections for a second: %s", error.strerror)
                    self._pause()
                return
            if len(self.connections) >= MAX_CONNECTIONS:
                sock.close()
                continue
            self._make_room(address[0])
            self._take(sock, address)

    def _take(
        self, sock: socket.socket, address: tuple[str, int] | tuple[str, int, int, int]
    ) -> None:
        try:
            connection = TcpConnection(sock, address, self, self._loop)
        except OSError:
            sock.close()  # reset before it was accepted
            return
        self.connections.add(connection)
        self.strangers[connection] = self._now_ns()
        self._strangers_of[address[0]] += 1

    def _make_room(self, host: str) -> None:
        """Close the oldest stranger when there are too many, of this address or all."""
        if self._strangers_of[host] >= MAX_STRANGERS_PER_ADDRESS:
            next(c for c in self.strangers if c.address[0] == host).close()
        elif len(self.strangers) >= MAX_STRANGERS:
            next(iter(self.strangers)).close()


def open_media_ports(
    host: str, port: int
) -> tuple[list[UdpSocket], list[socket.socket]]:
    """Bind UDP and listen on TCP at the same number; port 0 takes one free for both.

    Raises OSError when the main sockets can not be bound.
    """
    tries = _PORT_TRIES if port == 0 else 1
    while True:
        tries -= 1
        udp = open_sockets(host, port)
        try:
            return udp, [listen_beside(each) for each in udp]
        except OSError as error:
            for each in udp:
                each.close()
            if error.errno != errno.EADDRINUSE or not tries:
                raise


def listen_beside(udp: UdpSocket) -> socket.socket:
    """Listen on the TCP port of the same family, address and number."""
    sock = socket.socket(udp.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        # A restarted worker must not wait for the connections of the one before.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if udp.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(udp.sock.getsockname())
        sock.listen(_BACKLOG)
    except OSError:
        sock.close()
        raise
    return sock
