"""A light client that reaches the worker by ICE-TCP alone."""

from __future__ import annotations

import socket

from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_peer import LightPeer
from media.protocol import Direction
from tests.media.transport.light import pump_until
from tests.media.worker_process import WorkerProcess


class TcpLightPeer(LightPeer):
    """The same packets as over UDP, each behind its length (RFC 4571)."""

    def take_answer(self, sdp: str) -> None:
        super().take_answer(sdp)
        assert self.remote is not None
        self.sock.close()
        self.sock = socket.create_connection(tcp_candidate(sdp), timeout=5)
        self.sock.setblocking(False)
        self._rest = b""
        self.is_over = False
        self.is_reading = True

    def put(self, datagram: bytes) -> None:
        # Loopback takes whole frames as long as little is on the way.
        super().put(len(datagram).to_bytes(2, "big") + datagram)

    def read(self) -> None:
        while self.is_reading:
            try:
                data = self.sock.recv(1 << 16)
            except BlockingIOError:
                return
            except ConnectionError:
                data = b""
            if not data:
                self.is_over = True
                return
            self._rest += data
            self._take_frames()

    def _take_frames(self) -> None:
        while len(self._rest) >= 2:
            size = int.from_bytes(self._rest[:2], "big")
            if len(self._rest) < 2 + size:
                return
            packet, self._rest = self._rest[2 : 2 + size], self._rest[2 + size :]
            if 128 <= packet[0] <= 191:
                self._buffer[:size] = packet
                self._on_srtp(size)
            else:
                self._on_other(packet)


def tcp_candidate(sdp: str) -> tuple[str, int]:
    """Find the address of the first passive TCP candidate."""
    for line in sdp.splitlines():
        words = line.split()
        if line.startswith("a=candidate:") and words[2] == "tcp":
            assert words[6:] == ["typ", "host", "tcptype", "passive"]
            return words[4], int(words[5])
    raise LookupError("no TCP candidate")


async def connect_by_tcp(
    worker: WorkerProcess, peer_id: str, direction: Direction
) -> TcpLightPeer:
    """Exchange SDP and finish ICE and DTLS."""
    side = "sendonly" if direction == "publish" else "recvonly"
    peer = TcpLightPeer(LightIdentity(), side)
    peer.take_answer(await worker.offer(peer_id, direction, peer.make_offer()))
    assert await pump_until(lambda: peer.is_connected, [peer])
    return peer
