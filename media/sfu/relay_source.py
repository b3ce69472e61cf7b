"""`RelaySource`: copies what a router's publishers send to replicas on other workers.

The copy is made before anything is looked at, one per flush and replica, however many
viewers the replicas have. Without replicas it costs a look at an empty tuple.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from media.sfu.ports import DeclaredTrack, LearntSsrc, RelayOut
from media.sfu.relay_wire import (
    BATCH,
    ITEM,
    MAX_BATCH_BYTES,
    PublisherClosed,
    PublisherOpened,
    encode_control,
)

SENDER_REPORT = 200
"""Packet type of a sender report (RFC 3550, 6.4.1)."""


class _Relayed:
    """What a replica that comes later must know of one publisher."""

    __slots__ = ("group", "number", "reports", "tracks")

    def __init__(
        self, number: int, tracks: tuple[DeclaredTrack, ...], group: str
    ) -> None:
        self.number = number
        self.tracks = tracks
        self.group = group
        self.reports: dict[bytes, tuple[bytes, int]] = {}
        """By sender SSRC, of which a transport lets only so many in: the newest sender
        report and its arrival. A replica then knows the publisher's clock at once."""


class RelaySource:
    """One router's outgoing relays."""

    __slots__ = ("_batch_bytes", "_next_number", "_parts", "_publishers", "outs")

    def __init__(self) -> None:
        self.outs: tuple[RelayOut, ...] = ()
        self._publishers: dict[str, _Relayed] = {}
        self._next_number = 0
        self._parts: list[bytes] = [BATCH]
        self._batch_bytes = 0

    def add(self, out: RelayOut, learnt: Mapping[str, tuple[LearntSsrc, ...]]) -> None:
        """Tell a new replica who publishes, and send it everything from now on.

        `learnt`, by peer id, are the SSRCs that packets told before it was there.
        """
        self.flush()
        for peer_id, relayed in self._publishers.items():
            out.send(_opened(peer_id, relayed, learnt.get(peer_id, ())))
        self.outs = (*self.outs, out)
        for relayed in self._publishers.values():
            for data, arrival_ns in relayed.reports.values():
                out.send(BATCH + _item(relayed.number, data, arrival_ns))

    def remove(self, out: RelayOut) -> None:
        self.outs = tuple(one for one in self.outs if one is not out)

    def open_publisher(
        self, peer_id: str, tracks: Sequence[DeclaredTrack], group: str
    ) -> None:
        number, self._next_number = self._next_number, (self._next_number + 1) & 0xFFFF
        relayed = _Relayed(number, tuple(tracks), group)
        self._publishers[peer_id] = relayed
        self._tell(_opened(peer_id, relayed, ()))

    def close_publisher(self, peer_id: str) -> None:
        relayed = self._publishers.pop(peer_id, None)
        if relayed is not None:
            self._tell(encode_control(PublisherClosed(relayed.number)))

    def _tell(self, message: bytes) -> None:
        if self.outs:
            self.flush()
            for out in self.outs:
                out.send(message)

    def on_rtp(self, peer_id: str, packet: bytes, arrival_ns: int) -> None:
        """Copy a packet of a known publisher; call only while there are `outs`."""
        item = _item(self._publishers[peer_id].number, packet, arrival_ns)
        if self._batch_bytes + len(item) > MAX_BATCH_BYTES:
            self.flush()
        self._parts.append(item)
        self._batch_bytes += len(item)

    def on_rtcp(self, peer_id: str, data: bytes, arrival_ns: int) -> None:
        """Copy what a known publisher reports, and keep it for later replicas."""
        if data[1] == SENDER_REPORT:
            self._publishers[peer_id].reports[data[4:8]] = (data, arrival_ns)
        if self.outs:
            self.on_rtp(peer_id, data, arrival_ns)

    def flush(self) -> None:
        """Send what was copied since the last flush."""
        if not self._batch_bytes:
            return
        batch = b"".join(self._parts)
        self._parts = [BATCH]
        self._batch_bytes = 0
        for out in self.outs:
            out.send(batch)


def _opened(peer_id: str, relayed: _Relayed, learnt: tuple[LearntSsrc, ...]) -> bytes:
    return encode_control(
        PublisherOpened(relayed.number, peer_id, relayed.tracks, relayed.group, learnt)
    )


def _item(number: int, packet: bytes, arrival_ns: int) -> bytes:
    return ITEM.pack(number, len(packet), arrival_ns) + packet
