"""`DatagramSink`: plain RTP of a router's slots to a unix datagram socket (`MediaOut`).

Linux holds only 10 to 512 datagrams for a reader (net.unix.max_dgram_qlen), less than
one keyframe, so what does not fit waits here. Drop rule: when 8 MiB wait, new packets
are dropped and counted; the recorder is then seconds behind and sees a gap.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Sequence

from media.protocol import Codec, SinkStream
from media.sfu.ports import NO_SHIFT, OutPacket, Shift

MAX_WAITING_BYTES = 8 << 20
SEND_BUFFER_BYTES = 4 << 20


class DatagramSink:
    """One receiver of plain RTP and RTCP. Raises OSError when nobody has bound it."""

    def __init__(
        self, sink_id: str, router_id: str, path: str, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.sink_id = sink_id
        self.router_id = router_id
        self.packets_sent = 0
        self.packets_dropped = 0
        self.is_gone = False
        """The reader's socket was closed; a new sink must be opened."""
        self._loop = loop
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._payload_types: list[dict[Codec, int]] = []
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._sock.setblocking(False)
            self._sock.setsockopt(
                socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES
            )
            self._sock.connect(path)
        except OSError:
            self._sock.close()
            raise

    def accept(self, streams: Sequence[SinkStream]) -> None:
        """Learn the payload types of the streams, in the router's order."""
        self._payload_types = [
            {codec: number for number, codec in stream.payload_types.items()}
            for stream in streams
        ]

    @property
    def crowds(self) -> None:
        """There is one reader, or two."""

    def send(self, stream: int, packets: Sequence[OutPacket]) -> None:
        self.send_shifted(stream, packets, NO_SHIFT)

    def send_shifted(
        self, stream: int, packets: Sequence[OutPacket], shift: Shift
    ) -> None:
        if stream >= len(self._payload_types):
            return
        payload_types = self._payload_types[stream]
        for packet in packets:
            payload_type = payload_types.get(packet.codec)
            if payload_type is not None:
                header = packet.shifted_header(payload_type, shift)
                self._put(header + packet.payload)

    def resend(
        self, stream: int, packet: OutPacket, shift: Shift, send_time: bytes
    ) -> None:
        self.send_shifted(stream, (packet,), shift)

    def pad(self, stream: int, send_time: bytes) -> int:
        return 0  # a unix socket has no line to probe

    def delay_playout(self, stream: int, delay_ms: int) -> None:
        pass  # the recorder has all the time it wants

    def send_rtcp(self, data: bytes) -> None:
        self._put(data)

    def close(self) -> None:
        if self._sock.fileno() >= 0:
            self._loop.remove_writer(self._sock.fileno())
            self._sock.close()
        self._waiting.clear()
        self._waiting_bytes = 0

    def _put(self, datagram: bytes) -> None:
        if self.is_gone:
            self.packets_dropped += 1
        elif self._waiting:
            self._enqueue(datagram)
        elif not self._write(datagram) and not self.is_gone:
            self._enqueue(datagram)
            self._loop.add_writer(self._sock.fileno(), self._drain)

    def _enqueue(self, datagram: bytes) -> None:
        if self._waiting_bytes + len(datagram) > MAX_WAITING_BYTES:
            self.packets_dropped += 1
            return
        self._waiting.append(datagram)
        self._waiting_bytes += len(datagram)

    def _write(self, datagram: bytes) -> bool:
        try:
            self._sock.send(datagram)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            # ENOBUFS and EMSGSIZE concern one datagram, the rest means a dead reader.
            self.packets_dropped += 1
            self.is_gone = isinstance(error, ConnectionError)
            return not self.is_gone
        self.packets_sent += 1
        return True

    def _drain(self) -> None:
        while self._waiting and not self.is_gone:
            if not self._write(self._waiting[0]):
                break
            self._waiting_bytes -= len(self._waiting.popleft())
        if self._waiting and not self.is_gone:
            return
        self.packets_dropped += len(self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0
        self._loop.remove_writer(self._sock.fileno())
