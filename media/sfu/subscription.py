"""`Subscription`: one viewer's stream of one slot, on one line of it at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from media.rtp.packet_cache import PacketCache
from media.rtp.repeats import RecentRepeats
from media.rtp.rtcp import SenderReport
from media.rtp.seqno import extend_seqno
from media.sfu.catch_up import CatchUp
from media.sfu.ports import (
    NO_SHIFT,
    MediaOut,
    OutPacket,
    Shift,
    ViewerStream,
    abs_send_time,
)

REPEAT_SHARE = 0.2
"""Repeats may cost at most this share of what the viewer was sent."""

MAX_CREDIT_BYTES = 128 * 1024
"""Share saved up on a clean line; about 0.8 s of a 1.3 Mbit/s picture."""

MAX_NACK_PACKETS = 200
"""Served of one NACK; a viewer that lost more needs a keyframe."""

MAX_SPANS = 8
"""Changes of line that a NACK can reach back over."""

PADDING_PACKETS = 16
"""So many of the newest are repeated in turn when padding is wanted."""

WRAP = 1 << 16
START_PACKETS = 2048
"""A viewer starts no nearer to a wrap than this, about 7 s of a large picture. It takes
the rollover count of its first packet for 0 (RFC 3711, 3.3.1), so that one who misses
all before the wrap, for a lost last flight of DTLS, would never decrypt anything."""

MOMENT_TICKS = 90
"""1 ms: two layers carry the same picture, and two pictures never share a timestamp."""

RTP_HEADER_BYTES = 12


class SentLine(Protocol):
    """What a subscription reads of the line it is on."""

    cache: PacketCache[OutPacket]
    bytes_written: int
    gap_share: float

    @property
    def last_ext_seqno(self) -> int: ...

    @property
    def last_timestamp(self) -> int: ...


class Span(NamedTuple):
    """What the viewer was sent of one line without a break."""

    line: SentLine
    shift: Shift
    first_ext_seqno: int
    """In the line's numbers; nothing before it may ever reach the viewer."""
    catch_up: CatchUp | None


class Subscription:
    """State of one viewer's stream; the slot decides when it flows and on which line.

    The viewer's own numbers are those of the line plus `shift`: none for a viewer that
    stayed where it began, which is what nearly all do, so that all these share their
    packets' headers.
    """

    __slots__ = (
        "_credit_bytes",
        "_earned_until_bytes",
        "_end_ext_seqno",
        "_last_timestamp",
        "_padded_back",
        "_recent",
        "_sent_bytes",
        "_spans",
        "codecs",
        "errors",
        "group",
        "has_rtx",
        "index",
        "is_flowing",
        "is_sink",
        "line",
        "max_temporal",
        "out",
        "plain_from_ext_seqno",
        "repeats",
        "takes_red",
        "target",
        "waits_for",
    )

    def __init__(
        self,
        stream: ViewerStream,
        index: int,
        out: MediaOut,
        *,
        target: int = 0,
        group: str = "",
        is_sink: bool = False,
    ) -> None:
        self.codecs = frozenset(stream.payload_types)
        self.has_rtx = stream.rtx_ssrc is not None
        self.index = index
        self.out = out
        self.group = group
        """Peers of one person share a group: nobody hears their own voice."""
        self.is_sink = is_sink
        self.target = target
        """Pictures: the layer it should get, -1 for none."""
        self.max_temporal: int | None = None
        """Pictures: the highest temporal sub-layer it should get, None for all."""
        self.line: SentLine | None = None
        """Where it flows; None while it is sent nothing."""
        self.waits_for: SentLine | None = None
        """The line whose next keyframe it moves to, while this one flows on."""
        self.is_flowing = False
        self.takes_red = False
        """Sound: it is sent with redundancy; see `AudioSlot.use_red`."""
        self.plain_from_ext_seqno = 0
        """From here on this viewer gets the very packets of the line."""
        self.errors = 0
        self.repeats = 0
        self._spans: deque[Span] = deque(maxlen=MAX_SPANS)
        """Newest last."""
        self._end_ext_seqno = -1
        """In the viewer's numbers, the last one before the present span; -1: none."""
        self._last_timestamp = 0
        self._padded_back = 0
        self._credit_bytes = 0.0
        self._earned_until_bytes = 0
        self._sent_bytes = 0
        self._recent = RecentRepeats()

    @property
    def first_ext_seqno(self) -> int:
        """The lowest number of its line this viewer may see; -1 before it flowed."""
        return self._spans[-1].first_ext_seqno if self._spans else -1

    @property
    def has_flowed(self) -> bool:
        return bool(self._spans)

    @property
    def shift(self) -> Shift:
        return self._spans[-1].shift if self._spans else NO_SHIFT

    def start(
        self,
        line: SentLine,
        first_ext_seqno: int,
        first_timestamp: int,
        packets: Sequence[OutPacket] = (),
        *,
        catch_up: bool = False,
    ) -> int:
        """Begin, or go on, on this line with these packets; gives how many were sent.

        Live packets follow from the line. With `catch_up` the pictures are told to be
        a moment apart, so that the viewer plays them at once instead of lagging.
        """
        if self.is_flowing:
            self.stop()
        restamp = CatchUp(packets) if catch_up and not self.is_sink else None
        if restamp is not None:
            packets = [restamp.restamp(packet) for packet in packets]
            first_timestamp = packets[0].timestamp
        shift = self._next_shift(first_ext_seqno, first_timestamp)
        self._spans.append(Span(line, shift, first_ext_seqno, restamp))
        self.line, self.waits_for, self.is_flowing = line, None, True
        self.plain_from_ext_seqno = first_ext_seqno
        if restamp is not None:
            self.plain_from_ext_seqno = packets[-1].ext_seqno + 1
        size_bytes = sum(len(packet.payload) + RTP_HEADER_BYTES for packet in packets)
        self._credit_bytes += size_bytes * REPEAT_SHARE
        self._sent_bytes += size_bytes
        self._earned_until_bytes = line.bytes_written
        return self.send(packets)

    def _next_shift(self, first_ext_seqno: int, first_timestamp: int) -> Shift:
        if self._end_ext_seqno < 0:
            before_wrap = WRAP - first_ext_seqno % WRAP
            if before_wrap > START_PACKETS or self.is_sink:
                return NO_SHIFT
            return Shift(before_wrap, 0)
        seqno = self._end_ext_seqno + 1 - first_ext_seqno
        ahead = (first_timestamp - self._last_timestamp) & 0xFFFFFFFF
        behind = 0
        if not 0 < ahead < 0x80000000:
            behind = (MOMENT_TICKS - ahead) & 0xFFFFFFFF
        return Shift(seqno, behind) if seqno or behind else NO_SHIFT

    def stop(self) -> None:
        """Send nothing more until the next start."""
        line = self.line
        if line is None or not self.is_flowing:
            return
        self._earn()
        shift = self._spans[-1].shift
        self._end_ext_seqno = line.last_ext_seqno + shift.seqno
        self._last_timestamp = line.last_timestamp + shift.timestamp
        self.is_flowing, self.line, self.waits_for = False, None, None

    def send(self, packets: Sequence[OutPacket]) -> int:
        """Send; a failure is counted and stays with this viewer."""
        if not packets:
            return 0
        shift = self.shift
        try:
            if shift is NO_SHIFT:
                self.out.send(self.index, packets)
            else:
                self.out.send_shifted(self.index, packets, shift)
        except Exception:
            self.errors += 1
            return 0
        return len(packets)

    def send_visible(self, packets: Iterable[OutPacket]) -> int:
        """Send a batch with late packets: none from before this viewer's start."""
        span = self._spans[-1]
        restamp = span.catch_up.restamp if span.catch_up is not None else None
        visible = [
            packet if restamp is None else restamp(packet)
            for packet in packets
            if packet.ext_seqno >= span.first_ext_seqno
        ]
        return self.send(visible)

    def on_nack(self, seqnos: Sequence[int], now_ns: int, rtt_ns: int) -> bool:
        """Repeat what the caches still have, within the viewer's share.

        True when its share is spent, so that only a keyframe helps: a browser would
        wait for the repeats and ask for one after 3 s.
        """
        if not self._spans:
            return False
        self._earn()
        send_time = abs_send_time(now_ns)
        newest = self._newest_ext_seqno()
        for seqno in seqnos[:MAX_NACK_PACKETS]:
            ext_seqno = extend_seqno(seqno, newest)
            found = self._find(ext_seqno)
            if found is None:
                continue
            packet, shift = found
            size_bytes = len(packet.payload) + RTP_HEADER_BYTES
            if size_bytes > self._credit_bytes:
                return True
            if self._recent.may_repeat(ext_seqno, now_ns, rtt_ns):
                self._credit_bytes -= size_bytes
                self._repeat(packet, shift, send_time)
        return False

    def _newest_ext_seqno(self) -> int:
        if self.line is None:
            return self._end_ext_seqno
        return self.line.last_ext_seqno + self._spans[-1].shift.seqno

    def _find(self, ext_seqno: int) -> tuple[OutPacket, Shift] | None:
        """Find a packet by the viewer's number, as the viewer was sent it."""
        if self.line is None and ext_seqno > self._end_ext_seqno:
            # The line went on without it; these numbers are for what it is sent next.
            return None
        for span in reversed(self._spans):
            of_line = ext_seqno - span.shift.seqno
            if of_line < span.first_ext_seqno:
                continue
            packet = span.line.cache.get(of_line)
            if packet is None or packet.codec not in self.codecs:
                return None
            if span.catch_up is not None:
                packet = span.catch_up.restamp(packet)
            return packet, span.shift
        return None

    def _repeat(self, packet: OutPacket, shift: Shift, send_time: bytes) -> None:
        try:
            self.out.resend(self.index, packet, shift, send_time)
        except Exception:
            self.errors += 1
        else:
            self.repeats += 1

    def repeat_newest(self, send_time: bytes) -> int:
        """Repeat one of the newest packets as padding; gives its size, 0 for none."""
        if self.line is None:
            return 0
        self._padded_back = (self._padded_back + 1) % PADDING_PACKETS
        span = self._spans[-1]
        number = self.line.last_ext_seqno - self._padded_back
        packet = self.line.cache.get(number) if number >= span.first_ext_seqno else None
        if packet is None or packet.codec not in self.codecs:
            return self.pad(send_time)
        self._repeat(packet, span.shift, send_time)
        return len(packet.payload) + RTP_HEADER_BYTES

    def pad(self, send_time: bytes) -> int:
        """Send a packet of padding alone; gives its size, 0 when it can not be."""
        try:
            return self.out.pad(self.index, send_time)
        except Exception:
            self.errors += 1
            return 0

    def _earn(self) -> None:
        if self.line is not None:
            written = self.line.bytes_written
            gained = written - self._earned_until_bytes
            self._earned_until_bytes = written
            self._sent_bytes += gained
            earned = gained * REPEAT_SHARE
            self._credit_bytes = min(MAX_CREDIT_BYTES, self._credit_bytes + earned)

    def sent_bytes(self) -> int:
        """RTP headers and payloads sent so far, without repeats."""
        self._earn()
        return self._sent_bytes

    def shifted_report(self, report: SenderReport) -> SenderReport:
        """Give the line's sender report in the viewer's own time."""
        timestamp = report.rtp_timestamp + self.shift.timestamp
        return SenderReport(
            report.ssrc,
            report.ntp,
            timestamp & 0xFFFFFFFF,
            report.packet_count,
            report.octet_count,
        )
