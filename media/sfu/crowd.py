"""`Crowd`: subscriptions that get the same packets of a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from media.sfu.ports import CrowdMaker, MediaCrowd, OutPacket
from media.sfu.subscription import Subscription


class Crowd:
    """Sends to all at once where their transports can; made anew when one changes."""

    __slots__ = ("_parts", "_singles", "subscriptions")

    def __init__(self, subscriptions: Iterable[Subscription] = ()) -> None:
        self.subscriptions = tuple(subscriptions)
        self._singles: list[Subscription] = []
        by_maker: dict[CrowdMaker, list[Subscription]] = {}
        for one in self.subscriptions:
            maker = one.out.crowds
            if maker is None:
                self._singles.append(one)
            else:
                by_maker.setdefault(maker, []).append(one)
        self._parts: list[tuple[MediaCrowd, list[Subscription]]] = [
            (
                maker.gather([(one.out, one.index, one.shift) for one in members]),
                members,
            )
            for maker, members in by_maker.items()
        ]

    def __len__(self) -> int:
        return len(self.subscriptions)

    def send(self, packets: Sequence[OutPacket]) -> None:
        """Send; a failure is counted, and the others are served."""
        for crowd, members in self._parts:
            for position in crowd.send(packets):
                members[position].errors += 1
        for one in self._singles:
            one.send(packets)
