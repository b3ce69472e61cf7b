"""A reorder buffer for one RTP stream: packets in order, gaps after a bounded wait."""

from __future__ import annotations

from dataclasses import dataclass

from media.rtp.packet import RtpPacket
from media.rtp.seqno import SeqnoUnwrapper

MAX_WAIT_US = 300_000
"""How long a gap may be filled: a repair round trip over a bad line."""
MAX_HELD_PACKETS = 1024


@dataclass(frozen=True, slots=True)
class OrderedPacket:
    packet: RtpPacket
    arrival_us: int
    lost_before: int
    """Packets that never came between the one before and this one."""


class ReorderBuffer:
    """Holds packets that came early until the missing ones came or are given up."""

    __slots__ = ("_held", "_next", "_unwrapper", "lost_packets")

    def __init__(self) -> None:
        self._unwrapper = SeqnoUnwrapper()
        self._held: dict[int, tuple[RtpPacket, int]] = {}
        self._next: int | None = None
        self.lost_packets = 0

    def push(self, packet: RtpPacket, arrival_us: int) -> list[OrderedPacket]:
        """Take a packet and give those that are now in order."""
        ext_seqno = self._unwrapper.unwrap(packet.seqno)
        if ext_seqno is None or (self._next is not None and ext_seqno < self._next):
            return []
        self._held.setdefault(ext_seqno, (packet, arrival_us))
        if self._next is None:
            self._next = ext_seqno
        return self._release(arrival_us)

    def poll(self, now_us: int) -> list[OrderedPacket]:
        """Give what has waited too long for the packets before it."""
        return self._release(now_us) if self._held else []

    def _release(self, now_us: int) -> list[OrderedPacket]:
        ready: list[OrderedPacket] = []
        while self._held and self._next is not None:
            lost = 0
            if self._next not in self._held:
                first = min(self._held)
                has_waited = now_us - self._held[first][1] >= MAX_WAIT_US
                if not has_waited and len(self._held) < MAX_HELD_PACKETS:
                    break
                lost = first - self._next
                self.lost_packets += lost
                self._next = first
            packet, arrival_us = self._held.pop(self._next)
            ready.append(OrderedPacket(packet, arrival_us, lost))
            self._next += 1
        return ready
