"""Crowds of subscriptions: together where transports can, else one by one."""

from __future__ import annotations

from collections.abc import Sequence

from media.sfu.crowd import Crowd
from media.sfu.ports import MediaCrowd, Member, OutPacket, ViewerStream
from media.sfu.subscription import Subscription
from tests.media.sfu.room import FakeOut, Room

STREAM = ViewerStream("programme", "video", {"vp8": 96}, {}, 7, None)
BATCH = [OutPacket(100, 0, True, b"x", "vp8", 7)]


class Gathered:
    """Sends to nobody at the positions that fail."""

    def __init__(self, members: Sequence[Member], failing: Sequence[int]) -> None:
        self.members = members
        self.failing = failing

    def send(self, packets: Sequence[OutPacket]) -> Sequence[int]:
        for position, (out, index, _) in enumerate(self.members):
            if position not in self.failing:
                out.send(index, packets)
        return self.failing


class Maker:
    def __init__(self, *failing: int) -> None:
        self.failing = failing
        self.made: list[Gathered] = []

    def gather(self, members: Sequence[Member]) -> MediaCrowd:
        self.made.append(Gathered(members, self.failing))
        return self.made[-1]


class Together(FakeOut):
    def __init__(self, maker: Maker) -> None:
        super().__init__()
        self.crowds = maker  # type: ignore[assignment]


class Raising(FakeOut):
    def send(self, stream: int, packets: Sequence[OutPacket]) -> None:
        raise ValueError


def test_each_kind_of_transport_is_sent_to_once_and_the_others_one_by_one() -> None:
    makers = Maker(), Maker()
    outs = [Together(makers[n % 2]) for n in range(6)] + [FakeOut(), FakeOut()]
    crowd = Crowd(Subscription(STREAM, 0, out) for out in outs)
    crowd.send(BATCH)
    assert [len(one.members) for maker in makers for one in maker.made] == [3, 3]
    assert all(out.of(0) == BATCH for out in outs)
    assert len(crowd) == 8


def test_errors_are_counted_for_whom_they_concern() -> None:
    maker = Maker(1)
    outs = [Raising(), Together(maker), Together(maker), FakeOut()]
    subscriptions = [Subscription(STREAM, 0, out) for out in outs]
    Crowd(subscriptions).send(BATCH)
    assert [one.errors for one in subscriptions] == [1, 0, 1, 0]
    assert outs[3].of(0) == BATCH


def test_a_line_gathers_once_however_many_came_and_went_since_its_last_batch() -> None:
    """A thousand viewers of a router that closes leave one after the other."""
    room, maker = Room(), Maker()
    source = room.source("a")
    source.voice()
    room.go()
    for number in range(30):
        stream = room.stream("audio-1")
        room.router.open_viewer(f"v{number}", [stream], Together(maker))
    for _ in range(3):
        source.voice()
        room.go(20)
    assert len(maker.made[-1].members) == 30
    made = len(maker.made)
    for number in range(20):
        room.router.close_peer(f"v{number}")
    source.voice()
    room.go(20)
    assert len(maker.made) == made + 1
    assert len(maker.made[-1].members) == 10
