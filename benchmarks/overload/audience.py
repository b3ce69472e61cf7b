"""The viewers of an overloaded worker: what each of them still gets, by kind."""

from __future__ import annotations

from array import array

from benchmarks.fanout.delay import TimedPeer
from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_peer import AUDIO_PT, LightPeer


class Got:
    """Sound and picture packets of one viewer, by the clear RTP header."""

    __slots__ = ("_first", "_newest", "pictures", "sounds")

    def __init__(self) -> None:
        self.sounds = 0
        self.pictures = 0
        self._first = self._newest = -1

    def on_header(self, header: bytes | bytearray) -> None:
        if header[1] & 0x7F != AUDIO_PT:
            self.pictures += 1
            return
        seqno = header[2] << 8 | header[3]
        if self._first < 0:
            self._first = seqno
        self._newest = seqno
        self.sounds += 1

    @property
    def sounds_lost(self) -> int:
        """Gaps in the numbers so far; a run ends before they wrap, after 22 minutes."""
        if self._first < 0:
            return 0
        return (self._newest - self._first & 0xFFFF) + 1 - self.sounds


class Viewer(LightPeer):
    """Counts by kind; costs about 0.3 us a packet more than a plain one."""

    def __init__(self, identity: LightIdentity) -> None:
        super().__init__(identity, "recvonly")
        self.got = Got()

    def _on_srtp(self, size: int) -> None:
        if not 192 <= self._buffer[1] <= 223:
            self.got.on_header(self._buffer)
        super()._on_srtp(size)


class TimedViewer(TimedPeer):
    """One of those whose delay is measured."""

    def __init__(self, identity: LightIdentity) -> None:
        super().__init__(identity)
        self.got = Got()

    def _on_timed(self, data: bytes, arrived_ns: int) -> None:
        if not 192 <= data[1] <= 223:
            self.got.on_header(data)
        super()._on_timed(data, arrived_ns)

    def take_delays(self) -> tuple[array[int], array[int]]:
        """Give the delays of sound and pictures since the last call, in ns."""
        taken = self.audio_ns[:], self.video_ns[:]
        self.forget()
        return taken


AnyViewer = Viewer | TimedViewer
