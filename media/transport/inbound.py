"""What a peer may send us: checked before any cryptography.

libsrtp keeps a stream for every SSRC it has seen and searches them linearly: 50,000
invented ones would cost 240 us a packet. So the SSRC must be declared in the SDP, or,
for encoders that declare none, have a declared payload type and be among the first few.
"""

from __future__ import annotations

from collections.abc import Sequence

from media.sfu.ports import DeclaredTrack

MAX_STREAMS = 32
"""SSRCs of one transport, declared and learned ones together."""

MIN_BURST_BYTES = 512 << 10
"""A keyframe of a shared screen may come at once."""

HEADROOM = 1.5
"""Over `max_bps`: retransmissions and a bandwidth estimate that overshoots."""

_RTP_HEADER_BYTES = 12
_RTCP_HEADER_BYTES = 8


class InboundGate:
    """Decides packet by packet, by SSRC and by byte rate, what is worth decrypting."""

    __slots__ = (
        "_burst_bytes",
        "_bytes_per_ns",
        "_filled_ns",
        "_learns",
        "_payload_types",
        "_rtcp_ssrcs",
        "_ssrcs",
        "_tokens",
        "dropped",
    )

    def __init__(self, tracks: Sequence[DeclaredTrack], max_bps: int) -> None:
        self._ssrcs: set[bytes] = set()
        self._payload_types: set[int] = set()
        self._rtcp_ssrcs: set[bytes] = set()
        self._learns = False
        for track in tracks:
            self._payload_types.update(track.payload_types, track.rtx_payload_types)
            self._learns = self._learns or track.ssrc is None
            for ssrc in (track.ssrc, track.rtx_ssrc):
                if ssrc is not None:
                    self._ssrcs.add(ssrc.to_bytes(4, "big"))
        self._bytes_per_ns = max_bps * HEADROOM / 8e9
        self._burst_bytes = max(MIN_BURST_BYTES, max_bps // 8)
        self._tokens = float(self._burst_bytes)
        self._filled_ns = 0
        self.dropped = 0

    def admits_rtp(self, packet: bytes, now_ns: int) -> bool:
        """Check an SRTP packet by its header alone; refused ones are counted."""
        if self._knows(packet) and self._has_budget(len(packet), now_ns):
            return True
        self.dropped += 1
        return False

    def admits_rtcp(self, data: bytes, now_ns: int) -> bool:
        """Check an SRTCP packet; its sender SSRC is the peer's own choice."""
        if len(data) < _RTCP_HEADER_BYTES or not self._has_budget(len(data), now_ns):
            self.dropped += 1
            return False
        ssrc = data[4:8]
        if ssrc in self._ssrcs or ssrc in self._rtcp_ssrcs:
            return True
        if len(self._rtcp_ssrcs) >= MAX_STREAMS:
            self.dropped += 1
            return False
        self._rtcp_ssrcs.add(ssrc)
        return True

    def _knows(self, packet: bytes) -> bool:
        if len(packet) < _RTP_HEADER_BYTES:
            return False
        ssrc = packet[8:12]
        if ssrc in self._ssrcs:
            return True
        if (
            not self._learns
            or packet[1] & 0x7F not in self._payload_types
            or len(self._ssrcs) >= MAX_STREAMS
        ):
            return False
        self._ssrcs.add(ssrc)
        return True

    def _has_budget(self, size_bytes: int, now_ns: int) -> bool:
        gained = (now_ns - self._filled_ns) * self._bytes_per_ns
        self._tokens = min(self._burst_bytes, self._tokens + gained)
        self._filled_ns = now_ns
        if self._tokens < size_bytes:
            return False
        self._tokens -= size_bytes
        return True
