"""Viewers that count: what arrived, what is missing, how long it took."""

from __future__ import annotations

import time

from benchmarks.fanout.delay import TimedPeer
from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_peer import LightPeer
from benchmarks.whep.picture import FirstPicture


class Sequence:
    """Counts one stream's packets by their sequence numbers."""

    __slots__ = ("_base", "_highest", "received")

    def __init__(self) -> None:
        self.received = self._base = self._highest = 0

    def take(self, seqno: int) -> None:
        if not self.received:
            self._base = self._highest = seqno
        step = seqno - self._highest & 0xFFFF
        if step < 0x8000:
            self._highest += step
        self.received += 1

    @property
    def lost(self) -> int:
        if not self.received:
            return 0
        return max(0, self._highest - self._base + 1 - self.received)


class Sequences:
    """One `Sequence` for each SSRC; missing packets are seen without the sender."""

    def __init__(self) -> None:
        self._by_ssrc: dict[bytes, Sequence] = {}

    def take(self, header: bytes) -> None:
        ssrc = header[8:12]
        stream = self._by_ssrc.get(ssrc)
        if stream is None:
            stream = self._by_ssrc[ssrc] = Sequence()
        stream.take(header[2] << 8 | header[3])

    def forget(self) -> None:
        self._by_ssrc.clear()

    @property
    def received(self) -> int:
        return sum(stream.received for stream in self._by_ssrc.values())

    @property
    def lost(self) -> int:
        return sum(stream.lost for stream in self._by_ssrc.values())


class Joiner(LightPeer):
    """Decrypts until its first picture is whole, then counts by sequence numbers."""

    def __init__(self, identity: LightIdentity) -> None:
        super().__init__(identity, "recvonly", with_h264=True)
        self.sequences = Sequences()
        self.asked_s = 0.0
        self.packet_after_s: float | None = None
        """From asking to the first media packet."""
        self.picture_after_s: float | None = None
        self.refusal = ""
        self._picture = FirstPicture()

    def _on_srtp(self, size: int) -> None:
        header = bytes(self._buffer[:12])
        if 192 <= header[1] <= 223:
            self.rtcp_packets += 1
            return
        self.rtp_packets += 1
        self.sequences.take(header)
        if self.packet_after_s is None:
            self.packet_after_s = time.monotonic() - self.asked_s
        if self.picture_after_s is None:
            self._look(bytes(self._buffer[:size]))

    def _look(self, packet: bytes) -> None:
        assert self.dtls is not None
        try:
            plain = self.dtls.receiver.unprotect(packet)
        except Exception:
            self.samples_failed += 1
            return
        self.samples_decrypted += 1
        self._picture.take(plain)
        if self._picture.is_complete:
            self.picture_after_s = time.monotonic() - self.asked_s


class Resident(TimedPeer):
    """Was there before the others came: measures what their coming does to it."""

    def __init__(self, identity: LightIdentity) -> None:
        super().__init__(identity, with_h264=True)
        self.sequences = Sequences()

    def forget(self) -> None:
        super().forget()
        self.sequences.forget()

    def _on_timed(self, data: bytes, arrived_ns: int) -> None:
        super()._on_timed(data, arrived_ns)
        if not 192 <= data[1] <= 223:
            self.sequences.take(data[:12])
