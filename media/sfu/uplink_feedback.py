"""`UplinkFeedback`: tells a publisher what came when: it adapts to its uplink."""

from __future__ import annotations

from media.rtp.packet import RtpPacket
from media.rtp.rtcp import ReceiverReport
from media.rtp.rtcp_codec import build_rtcp
from media.rtp.transport_cc import Arrivals

MIN_INTERVAL_NS = 50_000_000
MAX_INTERVAL_NS = 250_000_000
"""Those of libwebrtc's receivers, which its senders are tuned for."""

SHARE = 0.05
"""Of what comes, at most, between the two intervals (RFC 3550, 6.2)."""

FEEDBACK_BYTES = 80
"""A usual one, with its empty report, IP and UDP headers left out."""


class UplinkFeedback:
    """Transport-wide feedback of one publisher; see `media.rtp.transport_cc`."""

    __slots__ = ("_arrivals", "_bytes", "_extension_id", "_media_ssrc", "_told_ns")

    def __init__(self, extension_id: int) -> None:
        self._arrivals = Arrivals()
        self._bytes = 0
        self._extension_id = extension_id
        self._media_ssrc = 0
        self._told_ns = 0

    def on_packet(self, packet: RtpPacket, size_bytes: int, arrival_ns: int) -> None:
        """Note any packet of the peer, repeats and padding too.

        Raises MalformedRtpError.
        """
        value = packet.extension(self._extension_id)
        if value is None or len(value) != 2:
            return
        self._bytes += size_bytes
        self._media_ssrc = packet.ssrc
        self._arrivals.on_packet(value[0] << 8 | value[1], arrival_ns)

    def take(self, report_ssrc: int, now_ns: int) -> list[bytes]:
        """Give the compound RTCP packets that are due now."""
        elapsed_ns = now_ns - self._told_ns
        if not self._bytes or elapsed_ns < MIN_INTERVAL_NS:
            return []
        if self._bytes * SHARE < FEEDBACK_BYTES and elapsed_ns < MAX_INTERVAL_NS:
            return []
        self._bytes = 0
        self._told_ns = now_ns
        # An empty report in front: not every sender takes reduced-size RTCP.
        first = build_rtcp((ReceiverReport(report_ssrc),))
        packets = self._arrivals.take_feedback(report_ssrc, self._media_ssrc)
        return [first + packet for packet in packets]
