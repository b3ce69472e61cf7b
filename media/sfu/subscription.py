"""`Subscription`: one viewer's stream of one slot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from media.rtp.packet_cache import PacketCache
from media.rtp.seqno import extend_seqno
from media.sfu.catch_up import CatchUp
from media.sfu.ports import MediaOut, OutPacket, ViewerStream

REPEAT_SHARE = 0.2
"""Repeats may cost at most this share of what the viewer was sent."""

MAX_CREDIT_BYTES = 128 * 1024
"""Share saved up on a clean line; about 0.8 s of a 1.3 Mbit/s picture."""

MAX_NACK_PACKETS = 200
"""Served of one NACK; a viewer that lost more needs a keyframe."""

RTP_HEADER_BYTES = 12


class SentStream(Protocol):
    """What a subscription reads of its slot."""

    cache: PacketCache[OutPacket]
    bytes_written: int

    @property
    def last_ext_seqno(self) -> int: ...


class Subscription:
    """State of one viewer's stream; the slot decides when it flows."""

    __slots__ = (
        "_catch_up",
        "_credit_bytes",
        "_earned_until_bytes",
        "codecs",
        "errors",
        "first_ext_seqno",
        "group",
        "index",
        "is_flowing",
        "is_sink",
        "kept_alive_ext_seqno",
        "out",
        "plain_from_ext_seqno",
        "repeats",
        "slot",
    )

    def __init__(
        self,
        slot: SentStream,
        stream: ViewerStream,
        index: int,
        out: MediaOut,
        *,
        group: str = "",
        is_sink: bool = False,
    ) -> None:
        self.slot = slot
        self.codecs = frozenset(stream.payload_types)
        self.index = index
        self.out = out
        self.group = group
        """Peers of one person share a group: nobody hears their own voice."""
        self.is_sink = is_sink
        self.is_flowing = False
        self.first_ext_seqno = -1
        """The lowest number this viewer may ever see; -1 before it flowed."""
        self.plain_from_ext_seqno = 0
        """From here on this viewer gets the very packets that all others get."""
        self.kept_alive_ext_seqno = -1
        self.errors = 0
        self.repeats = 0
        self._catch_up: CatchUp | None = None
        self._credit_bytes = 0.0
        self._earned_until_bytes = 0

    def start(
        self, first_ext_seqno: int, packets: Sequence[OutPacket], catch_up: bool
    ) -> int:
        """Begin (or go on) with these packets; gives how many were sent.

        Live packets follow from the slot. With `catch_up` the pictures are told to be
        a moment apart, so that the viewer plays them at once instead of lagging.
        """
        # Also when going on: what an earlier start restamped must never go out in
        # another form, as AES-GCM may not use a number for two packets.
        self.first_ext_seqno = self.plain_from_ext_seqno = first_ext_seqno
        self.is_flowing = True
        self._catch_up = None
        if catch_up and not self.is_sink:
            self._catch_up = CatchUp(packets)
            self.plain_from_ext_seqno = packets[-1].ext_seqno + 1
            packets = [self._catch_up.restamp(packet) for packet in packets]
        size_bytes = sum(len(packet.payload) + RTP_HEADER_BYTES for packet in packets)
        self._credit_bytes += size_bytes * REPEAT_SHARE
        self._earned_until_bytes = self.slot.bytes_written
        return self.send(packets)

    def stop(self) -> None:
        """Send nothing more until the next start."""
        self._earn()
        self.is_flowing = False

    def keep_alive(self, packet: OutPacket) -> None:
        """Show a stopped viewer where the slot's numbers are.

        An SRTP receiver that sees nothing for 32,768 numbers can not tell the
        rollover counter any more (RFC 3711, 3.3.1).
        """
        if packet.ext_seqno > self.kept_alive_ext_seqno:
            self.kept_alive_ext_seqno = packet.ext_seqno
            self.send([packet])

    def send(self, packets: Sequence[OutPacket]) -> int:
        """Send; a failure is counted and stays with this viewer."""
        if not packets:
            return 0
        try:
            self.out.send(self.index, packets)
        except Exception:
            self.errors += 1
            return 0
        return len(packets)

    def send_visible(self, packets: Iterable[OutPacket]) -> int:
        """Send a batch with late packets: none from before this viewer's start."""
        first = self.first_ext_seqno
        restamp = self._catch_up.restamp if self._catch_up is not None else None
        visible = [
            packet if restamp is None else restamp(packet)
            for packet in packets
            if packet.ext_seqno >= first
        ]
        return self.send(visible)

    def on_nack(self, seqnos: Sequence[int]) -> None:
        """Repeat what the cache still has, within the viewer's share."""
        if not self.is_flowing:
            return
        self._earn()
        last = self.slot.last_ext_seqno
        for seqno in seqnos[:MAX_NACK_PACKETS]:
            ext_seqno = extend_seqno(seqno, last)
            if ext_seqno < self.first_ext_seqno:
                continue
            packet = self.slot.cache.get(ext_seqno)
            if packet is None or packet.codec not in self.codecs:
                continue
            size_bytes = len(packet.payload) + RTP_HEADER_BYTES
            if size_bytes > self._credit_bytes:
                return
            self._credit_bytes -= size_bytes
            self._repeat(packet)

    def _repeat(self, packet: OutPacket) -> None:
        if self._catch_up is not None:
            packet = self._catch_up.restamp(packet)
        try:
            self.out.resend(self.index, packet)
        except Exception:
            self.errors += 1
        else:
            self.repeats += 1

    def _earn(self) -> None:
        if self.is_flowing:
            written = self.slot.bytes_written
            earned = (written - self._earned_until_bytes) * REPEAT_SHARE
            self._earned_until_bytes = written
            self._credit_bytes = min(MAX_CREDIT_BYTES, self._credit_bytes + earned)
