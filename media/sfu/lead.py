"""`Lead`: the first pictures of a new track, for the slots it is about to be put into.

A sender begins with a keyframe. Who publishes is assigned some milliseconds later, by
the web process; without the lead everyone would wait for another keyframe, which an
encoder that can not answer PLI (a file, many cameras) sends seconds later.
"""

from __future__ import annotations

from typing import NamedTuple

from media.protocol import Codec
from media.rtp.packet import RtpPacket

LEAD_NS = 1_000_000_000
"""From the first packet of the track; later a PLI is the better way."""
MAX_PACKETS = 400
"""More than a second of 2.5 Mbit/s; a heavier beginning waits for its next keyframe."""


class LeadPacket(NamedTuple):
    ext_seqno: int
    packet: RtpPacket
    codec: Codec
    is_keyframe_start: bool
    arrival_ns: int


class Lead:
    """Packets since the newest keyframe of the track's first second."""

    __slots__ = ("_began_ns", "_packets")

    def __init__(self) -> None:
        self._began_ns = -1
        self._packets: list[LeadPacket] = []

    def is_over(self, now_ns: int) -> bool:
        return self._began_ns >= 0 and now_ns - self._began_ns > LEAD_NS

    def add(self, one: LeadPacket) -> None:
        if self._began_ns < 0:
            self._began_ns = one.arrival_ns
        if one.is_keyframe_start:
            self._packets = [one]
        elif len(self._packets) >= MAX_PACKETS:
            self._packets = []
        elif self._packets:
            self._packets.append(one)

    def packets(self, now_ns: int) -> tuple[LeadPacket, ...]:
        """Give the keyframe and what followed; empty when the lead is over."""
        return () if self.is_over(now_ns) else tuple(self._packets)
