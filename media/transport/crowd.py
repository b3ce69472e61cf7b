"""`Crowd`: viewers of one line, sorted by what they can be sent together.

Nearly all of them share one party. Apart stay those who get their first batch, who have
just lost one, and who are reached by TCP or encrypt otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from media.sfu.ports import NO_SHIFT, OutPacket, Shift
from media.transport.addressee import Addressee
from media.transport.batch import BatchKey
from media.transport.batch_sender import Seats
from media.transport.out_stream import OutStream, Watch
from media.transport.party import Owner, Party


class CrowdOut(Owner, Protocol):
    """What a crowd knows of a `PeerOut`."""

    def stream(self, index: int) -> OutStream: ...

    def send(self, stream: int, packets: Sequence[OutPacket]) -> None: ...

    def send_shifted(
        self, stream: int, packets: Sequence[OutPacket], shift: Shift
    ) -> None: ...


CrowdMember = tuple[CrowdOut, int, Shift]


class Crowd:
    """Members that get the same packets (`MediaCrowd`)."""

    __slots__ = ("_apart", "_members", "_parties", "_seat", "_send", "_watch")

    def __init__(
        self,
        send: Callable[[Sequence[OutPacket], Party], None],
        seat: Callable[[Sequence[Addressee]], Seats],
        members: Sequence[CrowdMember],
    ) -> None:
        self._send = send
        self._seat = seat
        self._members = members
        self._watch = Watch()
        self._parties: Sequence[Party] = ()
        self._apart: Sequence[int] = ()
        """Positions of those who are sent to one by one."""

    def send(self, packets: Sequence[OutPacket]) -> Sequence[int]:
        if self._watch.is_stale:
            self._sort()
        for party in self._parties:
            self._send(packets, party)
        if not self._apart:
            return ()
        return [one for one in self._apart if not self._send_apart(one, packets)]

    def _send_apart(self, position: int, packets: Sequence[OutPacket]) -> bool:
        out, stream, shift = self._members[position]
        try:
            if shift is NO_SHIFT:
                out.send(stream, packets)
            else:
                out.send_shifted(stream, packets, shift)
        except Exception:
            # Told, and the next viewer is served: one bad transport must not stop
            # the picture of the others.
            return False
        return True

    def _sort(self) -> None:
        by_key: dict[BatchKey, list[tuple[CrowdOut, OutStream]]] = {}
        seated: dict[BatchKey, list[Addressee]] = {}
        apart = []
        for position, (out, stream, shift) in enumerate(self._members):
            state = out.stream(stream)
            state.watch = self._watch
            if state.shift != shift:
                state.renumber(shift)
            key, addressee = state.key, state.addressee
            if key is None or addressee is None:
                apart.append(position)
            else:
                by_key.setdefault(key, []).append((out, state))
                seated.setdefault(key, []).append(addressee)
        self._apart = apart
        self._parties = [
            Party(key, owners, self._seat(seated[key]))
            for key, owners in by_key.items()
        ]
        self._watch.is_stale = False
