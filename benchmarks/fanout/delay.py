"""Forwarding delay: from the publisher's send call to the kernel's receive timestamp.

The publisher writes its wall clock into each payload (`programme`), the kernel stamps
each datagram when it arrives (SO_TIMESTAMPNS, socket(7)). So it does not matter when
the load generator reads: the way through the server is all that is measured.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_peer import AUDIO_PT, LightPeer
from benchmarks.fanout.programme import STAMP_BYTES

SAMPLED_PEERS = 20
"""Of all subscribers, evenly spread over the order in which the server serves them:
the last one waits for everybody before it."""

_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@qq")
_READ_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Delay:
    """Milliseconds; 0 packets: nothing was measured."""

    packets: int
    p50_ms: float
    p99_ms: float
    max_ms: float

    def __str__(self) -> str:
        return f"{self.p50_ms:.1f} / {self.p99_ms:.1f} / {self.max_ms:.1f}"


@dataclass(frozen=True, slots=True)
class Delays:
    audio: Delay
    video: Delay
    all: Delay


class TimedPeer(LightPeer):
    """A subscriber that decrypts every packet and notes how long it was under way."""

    def __init__(
        self,
        identity: LightIdentity,
        direction: str = "recvonly",
        kinds: tuple[str, ...] = ("audio", "video"),
        *,
        with_h264: bool = False,
    ) -> None:
        super().__init__(identity, direction, kinds, with_h264=with_h264)
        self.audio_ns = array("q")
        self.video_ns = array("q")
        self.sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)

    def forget(self) -> None:
        """Drop what was measured so far."""
        del self.audio_ns[:], self.video_ns[:]

    def read(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while True:
                data, extra, _, _ = self.sock.recvmsg(_READ_BYTES, 64)
                if data and 128 <= data[0] <= 191:
                    self._on_timed(data, _arrival_ns(extra))
                else:
                    self._on_other(data)

    def _on_timed(self, data: bytes, arrived_ns: int) -> None:
        if 192 <= data[1] <= 223:
            self.rtcp_packets += 1
            return
        self.rtp_packets += 1
        self.rtp_bytes += len(data)
        assert self.dtls is not None
        try:
            plain = self.dtls.receiver.unprotect(data)
        except Exception:
            self.samples_failed += 1
            return
        self.samples_decrypted += 1
        if len(plain) < 12 + STAMP_BYTES or not arrived_ns:
            return
        sent_ns = int.from_bytes(plain[-STAMP_BYTES:], "big")
        is_audio = plain[1] & 0x7F == AUDIO_PT
        (self.audio_ns if is_audio else self.video_ns).append(arrived_ns - sent_ns)


def is_sampled(position: int, count: int) -> bool:
    """Choose about SAMPLED_PEERS of `count`, the last one among them."""
    step = max(1, count // SAMPLED_PEERS)
    return (count - 1 - position) % step == 0


def summarise(peers: Iterable[TimedPeer]) -> Delays:
    """Join what all sampled subscribers measured."""
    audio, video = array("q"), array("q")
    for peer in peers:
        audio.extend(peer.audio_ns)
        video.extend(peer.video_ns)
    return Delays(_delay(audio), _delay(video), _delay(audio + video))


def _delay(values_ns: array[int]) -> Delay:
    if not values_ns:
        return Delay(0, 0.0, 0.0, 0.0)
    ordered = sorted(values_ns)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] / 1e6

    return Delay(len(ordered), at(0.5), at(0.99), ordered[-1] / 1e6)


def _arrival_ns(extra: list[tuple[int, int, bytes]]) -> int:
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = _TIMESPEC.unpack(data)
            return int(seconds) * 1_000_000_000 + int(nanoseconds)
    return 0
