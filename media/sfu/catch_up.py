"""`CatchUp`: the cached keyframe group as a joiner sees it."""

from __future__ import annotations

from collections.abc import Sequence

from media.sfu.ports import OutPacket

PICTURE_GAP_TICKS = 90
"""1 ms: a player that gets seconds of pictures at once would show them at their own
pace and stay that far behind; pictures 1 ms apart bring it to the live edge."""


class CatchUp:
    """New timestamps for the pictures of a group, the newest one left as it is."""

    __slots__ = ("_first_ext_seqno", "_last_ext_seqno", "_timestamps")

    def __init__(self, packets: Sequence[OutPacket]) -> None:
        self._first_ext_seqno = packets[0].ext_seqno
        self._last_ext_seqno = packets[-1].ext_seqno
        pictures = list(dict.fromkeys(packet.timestamp for packet in packets))
        newest = pictures[-1]
        self._timestamps = {
            timestamp: (newest - PICTURE_GAP_TICKS * back) & 0xFFFFFFFF
            for back, timestamp in enumerate(reversed(pictures))
        }

    def restamp(self, packet: OutPacket) -> OutPacket:
        """Give the packet as this joiner knows it, the same object outside the group.

        Repeats and late packets go through here too: the packets of one picture must
        agree on its time.
        """
        if not self._first_ext_seqno <= packet.ext_seqno <= self._last_ext_seqno:
            return packet
        timestamp = self._timestamps.get(packet.timestamp, packet.timestamp)
        if timestamp == packet.timestamp:
            return packet
        return OutPacket(
            packet.ext_seqno,
            timestamp,
            packet.marker,
            packet.payload,
            packet.codec,
            packet.ssrc,
            packet.send_time,
        )
