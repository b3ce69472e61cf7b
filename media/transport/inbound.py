"""What a peer may send us: checked before any cryptography.

libsrtp keeps a stream for every SSRC it has seen and searches them linearly: 50,000
invented ones would cost 240 us a packet. So the SSRC must be declared in the SDP, or,
for encoders that declare none, have a declared payload type and be among the first few
that proved authentic.
"""

from __future__ import annotations

from collections.abc import Sequence

from media.sfu.ports import DeclaredTrack

MAX_STREAMS = 32
"""SSRCs of one transport, declared and learned ones together."""

MIN_BURST_BYTES = 512 << 10
"""A keyframe of a shared screen may come at once."""

MIN_CHARGE_BYTES = 300
"""What a packet costs of the byte rate at least. Each is forwarded to every viewer,
4 us a piece whatever its size: in packets of 30 bytes, 4 Mbit/s would be 25,000 of them
a second. A voice pays for 120 kbit/s instead of 50, pictures for what they are."""

FEEDBACK_BPS = 512_000
"""Of a peer that only receives. A browser that loses packets of four pictures sends up
to 200 NACKs a second; this lets 320 RTCP packets pass (MIN_CHARGE_BYTES) and bursts of
1,700. The dearest cost 0.45 ms: 3 % of a core."""

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
        if not tracks:
            max_bps = min(max_bps, FEEDBACK_BPS)
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
        if (
            len(data) >= _RTCP_HEADER_BYTES
            and self._knows_rtcp(data[4:8])
            and self._has_budget(len(data), now_ns)
        ):
            return True
        self.dropped += 1
        return False

    def learn(self, packet: bytes, *, is_rtcp: bool) -> None:
        """Note the SSRC of a packet that was admitted and proved authentic.

        Not before: who can forge the peer's address would use up MAX_STREAMS.
        """
        if is_rtcp:
            self._rtcp_ssrcs.add(packet[4:8])
        else:
            self._ssrcs.add(packet[8:12])

    def _knows(self, packet: bytes) -> bool:
        if len(packet) < _RTP_HEADER_BYTES:
            return False
        ssrc = packet[8:12]
        if ssrc in self._ssrcs:
            return True
        return (
            self._learns
            and packet[1] & 0x7F in self._payload_types
            and len(self._ssrcs) < MAX_STREAMS
        )

    def _knows_rtcp(self, ssrc: bytes) -> bool:
        known = self._rtcp_ssrcs
        return ssrc in known or ssrc in self._ssrcs or len(known) < MAX_STREAMS

    def _has_budget(self, size_bytes: int, now_ns: int) -> bool:
        gained = (now_ns - self._filled_ns) * self._bytes_per_ns
        self._tokens = min(self._burst_bytes, self._tokens + gained)
        self._filled_ns = now_ns
        charge = max(size_bytes, MIN_CHARGE_BYTES)
        if self._tokens < charge:
            return False
        self._tokens -= charge
        return True
