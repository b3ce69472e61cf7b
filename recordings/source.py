"""The recorder's ear: datagrams of a sink to timed access units, per slot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from media.clock import unix_ns_from_ntp
from media.protocol import SinkStream
from media.rtp.packet import MalformedRtpError, RtpPacket
from media.rtp.rtcp import MalformedRtcpError, SenderReport
from media.rtp.rtcp_codec import parse_rtcp
from recordings.assembler import AccessUnit, Assembler
from recordings.reorder import OrderedPacket, ReorderBuffer
from recordings.timeline import StreamTimeline, WorkerClock


@dataclass(frozen=True, slots=True)
class TimedUnit:
    """An access unit with its place in the session."""

    slot: str
    unit: AccessUnit
    session_us: int
    lost_before: int


class _Stream:
    def __init__(self, stream: SinkStream) -> None:
        self.slot = stream.slot
        self.reorder = ReorderBuffer()
        self.assembler = Assembler(stream.payload_types)
        self.timeline = StreamTimeline(48_000 if stream.kind == "audio" else 90_000)

    def units(self, packets: Iterable[OrderedPacket]) -> list[TimedUnit]:
        timed: list[TimedUnit] = []
        for item in packets:
            for unit in self.assembler.push(item):
                session_us = self.timeline.session_us(
                    unit.rtp_timestamp, unit.arrival_us
                )
                timed.append(TimedUnit(self.slot, unit, session_us, item.lost_before))
        return timed


class RtpSource:
    """All streams of one sink. Times are session time in us."""

    def __init__(self, streams: Sequence[SinkStream], started_at_ms: int) -> None:
        self._streams = {stream.ssrc: _Stream(stream) for stream in streams}
        self._started_at_ns = started_at_ms * 1_000_000
        self._worker_clock = WorkerClock()
        self.malformed_packets = 0

    @property
    def lost_packets(self) -> int:
        return sum(one.reorder.lost_packets for one in self._streams.values())

    def on_datagram(self, data: bytes, arrival_us: int) -> list[TimedUnit]:
        """Take one RTP or RTCP packet (told apart as in RFC 5761 4)."""
        try:
            if len(data) > 1 and 192 <= data[1] <= 223:
                self._on_rtcp(data, arrival_us)
                return []
            packet = RtpPacket(data)
        except (MalformedRtpError, MalformedRtcpError):
            self.malformed_packets += 1
            return []
        stream = self._streams.get(packet.ssrc)
        if stream is None:
            return []
        return stream.units(stream.reorder.push(packet, arrival_us))

    def poll(self, now_us: int) -> list[TimedUnit]:
        """Give what waited too long for a lost packet."""
        timed: list[TimedUnit] = []
        for stream in self._streams.values():
            timed += stream.units(stream.reorder.poll(now_us))
        return timed

    def _on_rtcp(self, data: bytes, arrival_us: int) -> None:
        for report in parse_rtcp(data):
            if not isinstance(report, SenderReport):
                continue
            stream = self._streams.get(report.ssrc)
            if stream is None:
                continue
            reported_us = (unix_ns_from_ntp(report.ntp) - self._started_at_ns) // 1000
            session_us = self._worker_clock.to_session_us(reported_us, arrival_us)
            stream.timeline.on_sender_report(report.rtp_timestamp, session_us)
