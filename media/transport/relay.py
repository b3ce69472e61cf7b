"""Relays between workers of one machine: SOCK_SEQPACKET over a unix socket.

Messages stay whole, in order and are never lost; the end of the other process is
noticed at once. What the kernel does not take waits here. Drop rule: when 8 MiB wait,
the other worker is seconds behind; the connection ends, and the web process opens the
relay anew, which costs viewers a keyframe instead of a picture that lags for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
from collections import deque
from collections.abc import Callable

MAX_WAITING_BYTES = 8 << 20
SEND_BUFFER_BYTES = 4 << 20
READ_BYTES = 64 << 10
"""The longest message (`media.sfu.relay_wire`)."""
DRAIN_MESSAGES = 64
"""Most messages read before their packets are forwarded."""
BACKLOG = 64
_SO_SNDBUFFORCE = 32


class RelaySocket:
    """One end of a relay (`RelayOut`).

    `on_message` gets each message, `on_drained` follows the last of those that came
    together, `on_lost` is called once, unless it was `close`d here.
    """

    def __init__(
        self,
        sock: socket.socket,
        loop: asyncio.AbstractEventLoop,
        on_message: Callable[[RelaySocket, bytes], None],
        on_drained: Callable[[], None],
        on_lost: Callable[[RelaySocket], None],
    ) -> None:
        self.messages_sent = 0
        self._sock = sock
        self._loop = loop
        self._on_message = on_message
        self._on_drained = on_drained
        self._on_lost = on_lost
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._is_over = False
        sock.setblocking(False)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            sock.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, SEND_BUFFER_BYTES)
        loop.add_reader(sock.fileno(), self._on_readable)

    @property
    def is_over(self) -> bool:
        return self._is_over

    def send(self, message: bytes) -> None:
        """Send one message, or let it wait; neither blocks nor raises."""
        if self._is_over:
            return
        if not self._waiting:
            if self._write(message):
                return
            self._loop.add_writer(self._sock.fileno(), self._on_writable)
        self._waiting.append(message)
        self._waiting_bytes += len(message)
        if self._waiting_bytes > MAX_WAITING_BYTES:
            self._lose_soon()

    def close(self) -> None:
        """End it; the other end notices."""
        if self._is_over:
            return
        self._is_over = True
        self._loop.remove_reader(self._sock.fileno())
        self._loop.remove_writer(self._sock.fileno())
        self._sock.close()
        self._waiting.clear()
        self._waiting_bytes = 0

    def _write(self, message: bytes) -> bool:
        try:
            self._sock.send(message)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            self._lose_soon()
            return True
        self.messages_sent += 1
        return True

    def _on_writable(self) -> None:
        while self._waiting and not self._is_over:
            if not self._write(self._waiting[0]):
                return
            self._waiting_bytes -= len(self._waiting.popleft())
        if not self._is_over:
            self._loop.remove_writer(self._sock.fileno())

    def _on_readable(self) -> None:
        for _ in range(DRAIN_MESSAGES):
            if self._is_over:
                break
            try:
                message = self._sock.recv(READ_BYTES)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                message = b""
            if not message:
                self._lose()
                break
            self._on_message(self, message)
        self._on_drained()

    def _lose_soon(self) -> None:
        """Not within `send`: its caller goes through the relays just now."""
        self._loop.call_soon(self._lose)

    def _lose(self) -> None:
        if not self._is_over:
            self.close()
            self._on_lost(self)


def connect_relay(path: str) -> socket.socket:
    """Connect to another worker. Raises OSError when nobody listens there."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        sock.setblocking(False)
        sock.connect(path)
    except OSError:
        sock.close()
        raise
    return sock


class RelayListener:
    """Where other workers bring their relays; only our own user may connect."""

    def __init__(
        self,
        path: str,
        loop: asyncio.AbstractEventLoop,
        on_connection: Callable[[socket.socket], None],
    ) -> None:
        self.path = path
        self._loop = loop
        self._on_connection = on_connection
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISSOCK(os.stat(path).st_mode):
                os.unlink(path)
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._sock.setblocking(False)
        old_umask = os.umask(0o177)
        try:
            self._sock.bind(path)
        finally:
            os.umask(old_umask)
        self._sock.listen(BACKLOG)
        loop.add_reader(self._sock.fileno(), self._accept)

    def close(self) -> None:
        self._loop.remove_reader(self._sock.fileno())
        self._sock.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            sock, _ = self._sock.accept()
            self._on_connection(sock)
