"""Reception figures of one stream: loss, jitter, bitrate (RFC 3550, 6.4.1 and A.8)."""

from __future__ import annotations

from media.rtp.rtcp import ReportBlock

NS_PER_S = 1_000_000_000


class ReceiveStats:
    """Counts original packets; retransmissions on an RTX stream do not belong here."""

    __slots__ = (
        "_base_ext_seqno",
        "_clock_rate_hz",
        "_expected_before",
        "_highest_ext_seqno",
        "_jitter_16ths",
        "_last_sr",
        "_last_sr_arrival_ns",
        "_last_transit_ticks",
        "_received_before",
        "bytes_received",
        "packets_received",
    )

    def __init__(self, clock_rate_hz: int) -> None:
        self._clock_rate_hz = clock_rate_hz
        self._base_ext_seqno = -1
        self._highest_ext_seqno = -1
        self._expected_before = 0
        self._received_before = 0
        self._jitter_16ths = 0
        self._last_transit_ticks: int | None = None
        self._last_sr = 0
        self._last_sr_arrival_ns = 0
        self.packets_received = 0
        self.bytes_received = 0

    def on_packet(
        self, ext_seqno: int, rtp_timestamp: int, arrival_ns: int, size_bytes: int
    ) -> None:
        self.packets_received += 1
        self.bytes_received += size_bytes
        if ext_seqno > self._highest_ext_seqno:
            if self._base_ext_seqno < 0:
                self._base_ext_seqno = ext_seqno
            self._highest_ext_seqno = ext_seqno
        elif ext_seqno < self._base_ext_seqno:
            self._base_ext_seqno = ext_seqno
        arrival_ticks = arrival_ns * self._clock_rate_hz // NS_PER_S
        transit_ticks = (arrival_ticks - rtp_timestamp) & 0xFFFFFFFF
        last = self._last_transit_ticks
        self._last_transit_ticks = transit_ticks
        if last is not None:
            change = abs(
                ((transit_ticks - last + 0x80000000) & 0xFFFFFFFF) - 0x80000000
            )
            self._jitter_16ths += change - ((self._jitter_16ths + 8) >> 4)

    def restart(self, ext_seqno: int) -> None:
        """Begin anew at this number: the sender restarted its sequence."""
        self._base_ext_seqno = self._highest_ext_seqno = ext_seqno
        self._expected_before = self._received_before = self.packets_received = 0
        self._last_transit_ticks = None

    def on_sender_report(self, ntp: int, arrival_ns: int) -> None:
        self._last_sr = ntp >> 16 & 0xFFFFFFFF
        self._last_sr_arrival_ns = arrival_ns

    def take_report(self, ssrc: int, now_ns: int) -> ReportBlock | None:
        """Give the block since the last call; None before the first packet."""
        if self._base_ext_seqno < 0:
            return None
        expected = self._highest_ext_seqno - self._base_ext_seqno + 1
        expected_now = expected - self._expected_before
        lost_now = expected_now - (self.packets_received - self._received_before)
        self._expected_before = expected
        self._received_before = self.packets_received
        delay = (now_ns - self._last_sr_arrival_ns) * 65536 // NS_PER_S
        return ReportBlock(
            ssrc=ssrc,
            fraction_lost=(
                min(255, lost_now * 256 // expected_now) if lost_now > 0 else 0
            ),
            packets_lost=max(
                -0x800000, min(0x7FFFFF, expected - self.packets_received)
            ),
            # Our numbers start in cycle 1; the wire counts from 0.
            highest_seqno=(self._highest_ext_seqno - 0x10000) & 0xFFFFFFFF,
            jitter_ticks=self._jitter_16ths >> 4,
            last_sr=self._last_sr,
            delay_since_last_sr=delay if self._last_sr else 0,
        )
