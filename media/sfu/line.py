"""`Line`: one outgoing line of numbers, common to picture and sound.

A line keeps its sequence numbers and its clock while its source changes. It rewrites
each packet once, whatever the number of viewers. A slot of sound is one line; a slot of
pictures has one for each layer, all under one SSRC.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from media.clock import ntp_from_unix_ns
from media.protocol import Codec, MediaKind
from media.rtp.codecs import CLOCK_RATE_HZ
from media.rtp.packet import RtpPacket
from media.rtp.packet_cache import PacketCache
from media.rtp.rewriter import StreamRewriter
from media.rtp.rtcp import SenderReport
from media.sfu.crowd import Crowd
from media.sfu.encoding import Encoding
from media.sfu.ports import OutPacket, abs_send_time
from media.sfu.subscription import RTP_HEADER_BYTES, Subscription

NS_PER_S = 1_000_000_000

GAP_WINDOW_NS = NS_PER_S

MAX_ELAPSED_TICKS = 1 << 30
"""3.3 h of a 90 kHz clock; a larger step would read as one backwards."""


class Line:
    """The outgoing side: numbers, batch, cache, viewers."""

    __slots__ = (
        "_batch",
        "_batch_has_late",
        "_batched_ns",
        "_cache_packets",
        "_crowd",
        "_flushed_bytes",
        "_gap_before",
        "_gaps_measured_ns",
        "_gaps_until_ext_seqno",
        "_gaps_until_packets",
        "_is_gathered",
        "_lowest_shared_ext_seqno",
        "_newest_arrival_ns",
        "_newest_source",
        "_newest_source_timestamp",
        "_octets",
        "_packets",
        "bytes_out",
        "bytes_written",
        "cache",
        "clock_rate_hz",
        "current",
        "gap_share",
        "is_report_due",
        "kind",
        "name",
        "packets_out",
        "rewriter",
        "rtx_ssrc",
        "ssrc",
        "subscriptions",
    )

    def __init__(
        self, name: str, kind: MediaKind, ssrc: int, rtx_ssrc: int, cache_packets: int
    ) -> None:
        self.name = name
        self.kind: MediaKind = kind
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.clock_rate_hz = CLOCK_RATE_HZ["opus" if kind == "audio" else "vp8"]
        # Half the range: SRTP receivers guess the first rollover from there best.
        self.rewriter = StreamRewriter(secrets.randbelow(0x8000), secrets.randbits(32))
        self.cache: PacketCache[OutPacket] = PacketCache(cache_packets)
        self._cache_packets = cache_packets
        self.current: Encoding | None = None
        self.subscriptions: list[Subscription] = []
        self.bytes_written = 0
        self.packets_out = 0
        self.bytes_out = 0
        self.is_report_due = False
        self._batch: list[OutPacket] = []
        self._batch_has_late = False
        self._batched_ns = 0
        """When the first packet of the batch came."""
        self._crowd = Crowd()
        self._is_gathered = True
        self._flushed_bytes = 0
        self.gap_share = 0.0
        """Of the numbers of the last seconds, those that no packet has."""
        self._gap_before = 0.0
        self._gaps_measured_ns = 0
        self._gaps_until_ext_seqno = self.rewriter.last_ext_seqno
        self._gaps_until_packets = 0
        self._lowest_shared_ext_seqno = 0
        self._newest_source: Encoding | None = None
        self._newest_source_timestamp = 0
        self._newest_arrival_ns = 0
        self._packets = 0
        self._octets = 0

    @property
    def last_ext_seqno(self) -> int:
        return self.rewriter.last_ext_seqno

    @property
    def last_timestamp(self) -> int:
        return self.rewriter.last_timestamp

    def _join(self, source: Encoding, ext_seqno: int, packet: RtpPacket) -> None:
        """Continue the line with this source from this packet on."""
        elapsed_ticks = self._elapsed_ticks(source, packet)
        self.rewriter.join(ext_seqno, packet.timestamp, elapsed_ticks)
        self.is_report_due = True

    def _elapsed_ticks(self, source: Encoding, packet: RtpPacket) -> int:
        before = self._newest_source
        if before is None:
            return 0
        began_ns = source.wall_ns(packet.timestamp, source.last_packet_ns)
        ended_ns = before.wall_ns(
            self._newest_source_timestamp, self._newest_arrival_ns
        )
        elapsed = (began_ns - ended_ns) * self.clock_rate_hz // NS_PER_S
        return min(MAX_ELAPSED_TICKS, elapsed)

    def _emit(
        self,
        source: Encoding,
        ext_seqno: int,
        packet: RtpPacket,
        payload: bytes,
        codec: Codec,
        marker: bool,
        arrival_ns: int,
    ) -> int:
        """Number, cache and batch one packet; gives its number, -1 if dropped."""
        rewriter = self.rewriter
        last = rewriter.last_ext_seqno
        ext_seqno_out = rewriter.map_seqno(ext_seqno)
        if ext_seqno_out is None:
            return -1
        if ext_seqno_out <= last:
            if ext_seqno_out <= last - self._cache_packets:
                # Whether it went out before is forgotten, and AES-GCM breaks when one
                # number is used for two packets: a publisher could choose the second.
                return -1
            if self.cache.get(ext_seqno_out) is not None:
                # A repeat of what came anyway.
                return -1
            self._gather()
            if ext_seqno_out < self._lowest_shared_ext_seqno:
                self._batch_has_late = True
        else:
            self._newest_source = source
            self._newest_source_timestamp = packet.timestamp
            self._newest_arrival_ns = arrival_ns
        out = OutPacket(
            ext_seqno_out,
            rewriter.map_timestamp(packet.timestamp),
            marker,
            payload,
            codec,
            self.ssrc,
            abs_send_time(arrival_ns),
        )
        self.cache.put(out)
        if not self._batch:
            self._batched_ns = arrival_ns
        self._batch.append(out)
        size_bytes = len(payload)
        self._packets += 1
        self._octets += size_bytes
        self.bytes_written += size_bytes + RTP_HEADER_BYTES
        return ext_seqno_out

    def send_batch(self) -> None:
        """Send what was written since the last flush to everyone who flows."""
        batch = self._batch
        if not batch:
            return
        self._batch = []
        self._gather()
        if self._batch_has_late:
            self._batch_has_late = False
            batch.sort(key=lambda packet: packet.ext_seqno)
            for subscription in self._crowd.subscriptions:
                self.packets_out += subscription.send_visible(batch)
        else:
            self._crowd.send(batch)
            self.packets_out += len(batch) * len(self._crowd)
        written = self.bytes_written - self._flushed_bytes
        self._flushed_bytes = self.bytes_written
        self.bytes_out += written * len(self._crowd)

    def regather(self) -> None:
        """Find anew to whom the line flows; must follow every change of that.

        It is done before the next batch: who come and go in between cost nothing more.
        """
        self._is_gathered = False

    def _gather(self) -> None:
        if self._is_gathered:
            return
        self._is_gathered = True
        flowing = [one for one in self.subscriptions if one.is_flowing]
        self._lowest_shared_ext_seqno = max(
            (one.plain_from_ext_seqno for one in flowing), default=0
        )
        self._split(flowing)

    def _split(self, flowing: Sequence[Subscription]) -> None:
        """Make crowds of those who get the same."""
        self._crowd = Crowd(flowing)

    def remove(self, subscription: Subscription) -> None:
        self.subscriptions.remove(subscription)
        subscription.stop()
        self.regather()

    def measure_gaps(self, now_ns: int) -> None:
        """Note what share of the last seconds' numbers the publisher left missing."""
        elapsed_ns = now_ns - self._gaps_measured_ns
        if elapsed_ns < GAP_WINDOW_NS:
            return
        self._gaps_measured_ns = now_ns
        numbers = self.last_ext_seqno - self._gaps_until_ext_seqno
        packets = self._packets - self._gaps_until_packets
        self._gaps_until_ext_seqno = self.last_ext_seqno
        self._gaps_until_packets = self._packets
        newest = max(0.0, 1.0 - packets / numbers) if numbers > 0 else 0.0
        # A receiver's second is not ours: the worse of two covers it.
        self.gap_share, self._gap_before = max(newest, self._gap_before), newest

    def sender_report(self, wall_ns: int) -> SenderReport | None:
        """Tell which time of the line it is now; None while it carries nothing.

        The wall time is the same for all lines of the router, so receivers can line up
        any of them. Counts are those of the line, not of one viewer.
        """
        source = self._newest_source
        if source is None or self.current is None:
            return None
        newest_ns = source.wall_ns(
            self._newest_source_timestamp, self._newest_arrival_ns
        )
        since_ticks = (wall_ns - newest_ns) * self.clock_rate_hz // NS_PER_S
        timestamp = (self.rewriter.last_timestamp + since_ticks) & 0xFFFFFFFF
        ntp = ntp_from_unix_ns(wall_ns)
        return SenderReport(self.ssrc, ntp, timestamp, self._packets, self._octets)
