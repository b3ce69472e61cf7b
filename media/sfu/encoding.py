"""`Encoding`: one stream of a track, as its publisher sends it.

A camera with simulcast has up to three, every other track has one. It receives the
packets (repeats unwrapped), keeps the figures, notices loss, and hands each packet to
the lines that carry it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from media.clock import Clock, unix_ns_from_ntp
from media.protocol import Codec
from media.rtp import vp8
from media.rtp.codecs import CLOCK_RATE_HZ, KeyframeDetector
from media.rtp.nack import NackTracker
from media.rtp.ntp import ClockOffset, TimestampClock
from media.rtp.packet import RtpPacket
from media.rtp.receive_stats import ReceiveStats
from media.rtp.rtcp import ReportBlock, SenderReport
from media.rtp.seqno import (
    MAX_DROPOUT_PACKETS,
    MAX_MISORDER_PACKETS,
    SeqnoUnwrapper,
    extend_seqno,
)
from media.sfu.keyframes import KeyframeRequester
from media.sfu.lead import Lead, LeadPacket
from media.sfu.ports import DeclaredTrack
from media.sfu.speakers import LEVEL_WITHOUT_EXTENSION, Loudness
from media.sfu.temporal import TemporalShares
from media.sfu.traffic import RateMeter

NS_PER_S = 1_000_000_000

TOP_LAYER = 2
"""Layers count from 0, the smallest picture; a single encoding is a top one."""

LAYER_HEIGHTS = (180, 360, 720)
"""Nominal, pixels: nothing is decoded here, and browsers are asked for these."""

IDLE_NS = 1_000_000_000
"""A publisher whose uplink is short stops its larger layers; they count as gone after
this, and viewers go on with a smaller one."""


class EncodingLine(Protocol):
    """What an encoding does with a line (or audio slot) that carries it."""

    def write(
        self,
        source: Encoding,
        ext_seqno: int,
        packet: RtpPacket,
        codec: Codec,
        is_keyframe_start: bool,
        arrival_ns: int,
    ) -> None: ...

    def cut(self, source: Encoding, now_ns: int) -> None:
        """Packets of the encoding go missing on purpose from here."""
        ...

    def resume(self, source: Encoding, now_ns: int) -> None: ...

    def lose(self, source: Encoding) -> None:
        """The encoding closed."""
        ...


class Encoding:
    """The receiving side of one SSRC (and of the RTX stream that repairs it)."""

    __slots__ = (
        "_clock",
        "_keyframe_detector",
        "_lead",
        "_nack",
        "_rate",
        "_replayed_ext_seqno",
        "_stats",
        "_timestamp_clock",
        "_track",
        "_unwrapper",
        "codec",
        "group",
        "is_paused",
        "keyframes",
        "last_packet_ns",
        "layer",
        "lines",
        "loudness",
        "publication_id",
        "rid",
        "ssrc",
        "temporal",
    )

    def __init__(
        self,
        publication_id: str,
        track: DeclaredTrack,
        layer: int,
        rid: str,
        clock: Clock,
        offset: ClockOffset,
        send_pli: Callable[[Encoding], None],
        group: str = "",
    ) -> None:
        self.publication_id = publication_id
        self.layer = layer
        """0 to TOP_LAYER."""
        self.rid = rid
        """Empty for the only encoding of a track."""
        self.group = group
        self.ssrc = None if track.rids else track.ssrc
        """None until the first packet when the SDP did not tell."""
        self.codec: Codec = next(iter(track.payload_types.values()))
        self.is_paused = False
        self.lines: tuple[EncodingLine, ...] = ()
        self.last_packet_ns = 0
        self.loudness = Loudness()
        self.keyframes = KeyframeRequester(lambda: send_pli(self))
        clock_rate_hz = CLOCK_RATE_HZ[self.codec]
        self._track = track
        self._clock = clock
        self._timestamp_clock = TimestampClock(clock_rate_hz, offset)
        self._stats = ReceiveStats(clock_rate_hz)
        self._rate = RateMeter(clock.monotonic_ns())
        self.temporal = TemporalShares(clock.monotonic_ns())
        self._unwrapper = SeqnoUnwrapper()
        self._nack = NackTracker()
        self._keyframe_detector = KeyframeDetector()
        self._lead = Lead() if track.kind == "video" else None
        self._replayed_ext_seqno = -1

    @property
    def highest_ext_seqno(self) -> int:
        """Of what the lines were given; -1 before the first packet."""
        if self._replayed_ext_seqno >= 0:
            return self._replayed_ext_seqno
        return self._unwrapper.highest

    @property
    def bps(self) -> int:
        """What it took of its publisher's line over the last second."""
        return self._rate.bps

    def is_active(self, now_ns: int) -> bool:
        """Tell whether its publisher sends it now."""
        return self.last_packet_ns > 0 and now_ns - self.last_packet_ns < IDLE_NS

    def receive(self, packet: RtpPacket, arrival_ns: int, size_bytes: int) -> None:
        """Take an original packet. Raises ValueError on a malformed payload."""
        codec = self._track.payload_types.get(packet.payload_type)
        if codec is None:
            return
        before = self._unwrapper.highest
        ext_seqno = self._unwrapper.unwrap(packet.seqno)
        if ext_seqno is None:
            return
        if before >= 0 and ext_seqno - before > MAX_DROPOUT_PACKETS:
            self._restart(ext_seqno, arrival_ns)
        self._stats.on_packet(ext_seqno, packet.timestamp, arrival_ns, size_bytes)
        if self._track.kind == "audio":
            self.loudness.observe(self._audio_level(packet), arrival_ns)
        # Without RTX a repeat looks like an original that comes late.
        may_be_repeat = not self._track.rtx_payload_types
        self._forward(packet, ext_seqno, codec, arrival_ns, may_be_repeat)

    def receive_repeat(self, packet: RtpPacket, arrival_ns: int) -> None:
        """Take a packet of the RTX stream (RFC 4588). Raises ValueError.

        Repeats never count as received: the report tells the publisher what the line
        lost. Browsers probe with empty ones and with repeats of what came anyway.
        """
        payload_type = self._track.rtx_payload_types.get(packet.payload_type)
        codec = self._track.payload_types.get(payload_type or -1)
        highest = self._unwrapper.highest
        if codec is None or len(packet.payload) <= 2 or highest < 0:
            return
        seqno = packet.payload[0] << 8 | packet.payload[1]
        ext_seqno = extend_seqno(seqno, highest)
        if not highest - MAX_MISORDER_PACKETS <= ext_seqno <= highest:
            return
        packet.payload = packet.payload[2:]
        self._forward(packet, ext_seqno, codec, arrival_ns, True)

    def _forward(
        self,
        packet: RtpPacket,
        ext_seqno: int,
        codec: Codec,
        arrival_ns: int,
        may_be_repeat: bool,
    ) -> None:
        self.last_packet_ns = arrival_ns
        self.codec = codec
        if self._lead is not None and self._lead.is_over(arrival_ns):
            self._lead = None
        if not self.lines and self._lead is None:
            return
        is_start = False
        if self._track.kind == "video":
            if self._nack.on_packet(ext_seqno, arrival_ns, is_repeat=may_be_repeat):
                self.keyframes.want(arrival_ns)
            is_start = self._keyframe_detector.is_start(
                codec, packet.payload, packet.timestamp
            )
            if is_start:
                self.keyframes.settle()
            if codec == "vp8" and packet.payload:
                packet.temporal_id, packet.is_layer_sync = self.temporal.observe(packet)
                packet.payload = vp8.without_picture_numbers(packet.payload)
            if self._lead is not None:
                one = LeadPacket(ext_seqno, packet, codec, is_start, arrival_ns)
                self._lead.add(one)
        if self.is_paused:
            return
        for line in self.lines:
            line.write(self, ext_seqno, packet, codec, is_start, arrival_ns)

    def _audio_level(self, packet: RtpPacket) -> int:
        level_id = self._track.audio_level_id
        value = packet.extension(level_id) if level_id is not None else None
        return value[0] & 0x7F if value else LEVEL_WITHOUT_EXTENSION

    def _restart(self, ext_seqno: int, now_ns: int) -> None:
        self._stats.restart(ext_seqno)
        self._nack.reset()
        self._timestamp_clock.forget()
        for line in self.lines:
            line.cut(self, now_ns)

    def on_sender_report(self, report: SenderReport, arrival_ns: int) -> None:
        self._stats.on_sender_report(report.ntp, arrival_ns)
        self._timestamp_clock.on_sender_report(
            unix_ns_from_ntp(report.ntp),
            report.rtp_timestamp,
            self._clock.wall_ns_at(arrival_ns),
        )

    def wall_ns(self, rtp_timestamp: int, arrival_ns: int) -> int:
        """Give our wall time of a packet: by sender reports, else by its arrival."""
        by_report = self._timestamp_clock.wall_ns(rtp_timestamp)
        return self._clock.wall_ns_at(arrival_ns) if by_report is None else by_report

    def take_report(self, now_ns: int) -> ReportBlock | None:
        """Give the report block for this stream; None before its first packet."""
        if self.ssrc is None:
            return None
        return self._stats.take_report(self.ssrc, now_ns)

    def measure(self, now_ns: int) -> None:
        """Renew what it took, in all and by temporal layer, when a second is over."""
        self._rate.update(self._stats.bytes_received, now_ns)
        self.temporal.update(now_ns)

    def tick(self, now_ns: int) -> Sequence[int]:
        """Give the 16-bit numbers to ask for now; requests keyframes that are due."""
        if not (self._nack.is_waiting or self.keyframes.is_wanted):
            return ()
        if not self.lines or self._track.kind != "video":
            return ()
        asked, has_given_up = self._nack.due(now_ns)
        if has_given_up:
            self.keyframes.want(now_ns)
        if self.is_active(now_ns) or self.last_packet_ns == 0:
            self.keyframes.tick(now_ns)
        return [ext_seqno & 0xFFFF for ext_seqno in asked]

    def attach(self, line: EncodingLine, *, first: bool = False) -> None:
        """Hand packets to a line too, `first` before the others."""
        if not self.lines and self._lead is None:
            self._nack.reset()
        self.lines = (line, *self.lines) if first else (*self.lines, line)

    def replay_lead(self, line: EncodingLine, now_ns: int) -> None:
        """Give a line that was just attached the first pictures, if they are young."""
        if self._lead is None or self.is_paused:
            return
        newest_ns = self.last_packet_ns
        for one in self._lead.packets(now_ns):
            self._replayed_ext_seqno = one.ext_seqno
            self.last_packet_ns = one.arrival_ns
            line.write(self, *one)
        self._replayed_ext_seqno, self.last_packet_ns = -1, newest_ns

    def detach(self, line: EncodingLine) -> None:
        self.lines = tuple(one for one in self.lines if one is not line)
        if not self.lines:
            self.keyframes.settle()

    def pause(self, paused: bool, now_ns: int) -> None:
        """Stop or resume forwarding; what arrives meanwhile is counted and dropped."""
        self.is_paused = paused
        for line in self.lines:
            if paused:
                line.cut(self, now_ns)
            else:
                line.resume(self, now_ns)

    def close(self) -> None:
        """Leave every line. It may come back when packets return."""
        for line in self.lines:
            line.lose(self)
