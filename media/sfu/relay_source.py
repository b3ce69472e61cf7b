"""`RelaySource`: copies what a router's publishers send to replicas on other workers.

The copy is made before anything is looked at, one per flush and replica, however many
viewers the replicas have. Without replicas it costs a look at an empty tuple.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from media.clock import Clock
from media.sfu.ports import DeclaredTrack, LearntSsrc, RelayOut
from media.sfu.relay_wire import (
    BATCH,
    ITEM,
    MAX_BATCH_BYTES,
    KeyframeWanted,
    PublisherClosed,
    PublisherOpened,
    RepeatsWanted,
    Wish,
    encode_control,
)

SENDER_REPORT = 200
"""Packet type of a sender report (RFC 3550, 6.4.1)."""


class RelayedPublisher(Protocol):
    """What a relay needs of a publisher."""

    def learnt(self) -> tuple[LearntSsrc, ...]:
        """Give the SSRCs that packets told, before the replica was there."""
        ...

    def want_keyframe(self, ssrc: int, now_ns: int) -> None: ...

    def want_repeats(self, ssrc: int, seqnos: Sequence[int]) -> None: ...


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

    def opened(self, peer_id: str, learnt: tuple[LearntSsrc, ...]) -> bytes:
        return encode_control(
            PublisherOpened(self.number, peer_id, self.tracks, self.group, learnt)
        )


class RelaySource:
    """One router's outgoing relays; `publishers` are those the router has, by id."""

    __slots__ = (
        "_batch_bytes",
        "_clock",
        "_next_number",
        "_parts",
        "_publishers",
        "_relayed",
        "outs",
    )

    def __init__(
        self, publishers: Mapping[str, RelayedPublisher], clock: Clock
    ) -> None:
        self.outs: tuple[RelayOut, ...] = ()
        self._publishers = publishers
        self._clock = clock
        self._relayed: dict[str, _Relayed] = {}
        self._next_number = 0
        self._parts: list[bytes] = [BATCH]
        self._batch_bytes = 0

    def add(self, out: RelayOut) -> None:
        """Tell a new replica who publishes, and send it everything from now on."""
        self.flush()
        for peer_id, relayed in self._relayed.items():
            out.send(relayed.opened(peer_id, self._publishers[peer_id].learnt()))
            for data, arrival_ns in relayed.reports.values():
                out.send(BATCH + _item(relayed.number, data, arrival_ns))
        self.outs = (*self.outs, out)

    def remove(self, out: RelayOut) -> None:
        self.outs = tuple(one for one in self.outs if one is not out)

    def on_wish(self, wish: Wish) -> None:
        """Take what a replica asks of a publisher; unknown peers and SSRCs pass."""
        publisher = self._publishers.get(wish.peer_id)
        if publisher is None:
            return
        match wish:
            case KeyframeWanted(ssrc=ssrc):
                publisher.want_keyframe(ssrc, self._clock.monotonic_ns())
            case RepeatsWanted(ssrc=ssrc, seqnos=seqnos):
                publisher.want_repeats(ssrc, seqnos)

    def open_publisher(
        self, peer_id: str, tracks: Sequence[DeclaredTrack], group: str
    ) -> None:
        number, self._next_number = self._next_number, (self._next_number + 1) & 0xFFFF
        relayed = self._relayed[peer_id] = _Relayed(number, tuple(tracks), group)
        self._tell(relayed.opened(peer_id, ()))

    def close_publisher(self, peer_id: str) -> None:
        relayed = self._relayed.pop(peer_id, None)
        if relayed is not None:
            self._tell(encode_control(PublisherClosed(relayed.number)))

    def _tell(self, message: bytes) -> None:
        if self.outs:
            self.flush()
            for out in self.outs:
                out.send(message)

    def on_rtp(self, peer_id: str, packet: bytes, arrival_ns: int) -> None:
        """Copy a packet of a known publisher; call only while there are `outs`."""
        item = _item(self._relayed[peer_id].number, packet, arrival_ns)
        if self._batch_bytes + len(item) > MAX_BATCH_BYTES:
            self.flush()
        self._parts.append(item)
        self._batch_bytes += len(item)

    def on_rtcp(self, peer_id: str, data: bytes, arrival_ns: int) -> None:
        """Copy what a known publisher reports, and keep it for later replicas."""
        if data[1] == SENDER_REPORT:
            self._relayed[peer_id].reports[data[4:8]] = (data, arrival_ns)
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


def _item(number: int, packet: bytes, arrival_ns: int) -> bytes:
    return ITEM.pack(number, len(packet), arrival_ns) + packet
