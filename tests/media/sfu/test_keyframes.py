"""How often a source is asked for a keyframe."""

from __future__ import annotations

from media.sfu.keyframes import KeyframeRequester
from tests.media.sfu.room import Room

MS = 1_000_000


class Asked:
    def __init__(self) -> None:
        self.times_ms: list[int] = []
        self.now_ms = 10_000
        self.requester = KeyframeRequester(lambda: self.times_ms.append(self.now_ms))

    def want(self, *, urgent: bool = False) -> None:
        self.requester.want(self.now_ms * MS, urgent=urgent)

    def run(self, until_ms: int) -> None:
        while self.now_ms < until_ms:
            self.now_ms += 10
            self.requester.tick(self.now_ms * MS)


def test_first_wish_is_sent_at_once() -> None:
    asked = Asked()
    asked.want()
    assert asked.times_ms == [10_000]


def test_unanswered_request_is_repeated_each_half_second() -> None:
    asked = Asked()
    asked.want()
    asked.run(11_600)
    assert asked.times_ms == [10_000, 10_500, 11_000, 11_500]


def test_keyframe_ends_the_asking_for_all() -> None:
    asked = Asked()
    asked.want()
    asked.want()
    asked.requester.settle()
    asked.run(15_000)
    assert asked.times_ms == [10_000]


def test_wish_right_after_a_keyframe_waits_for_its_turn() -> None:
    asked = Asked()
    asked.want()
    asked.requester.settle()
    asked.run(10_100)
    asked.want()
    asked.run(10_800)
    assert asked.times_ms == [10_000, 10_500]


def test_storm_of_wishes_makes_one_request_in_two_seconds() -> None:
    asked = Asked()
    for _ in range(1_000):
        for _ in range(30):
            asked.want()
        asked.run(asked.now_ms + 10)
        if asked.now_ms % 200 == 0:
            asked.requester.settle()
    gaps = [b - a for a, b in zip(asked.times_ms, asked.times_ms[1:], strict=False)]
    assert min(gaps) >= 2_000
    assert len(asked.times_ms) >= 4


def test_switch_is_not_held_back_by_a_storm() -> None:
    asked = Asked()
    for _ in range(10):
        asked.want()
    asked.requester.settle()
    asked.run(10_600)
    asked.want(urgent=True)
    assert asked.times_ms == [10_000, 10_600]


def test_three_hundred_viewers_with_ten_wishes_a_second_cost_one_request_in_two() -> (
    None
):
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    source.picture(key=True)
    room.go()
    for number in range(300):
        room.viewer(f"v{number}", "presenter")
    before = source.out.plis()
    for step in range(100):
        for number in range(300):
            room.pli(f"v{number}", "presenter")
        source.picture(key=step % 7 == 0)
        room.go(100)
    assert 4 <= source.out.plis() - before <= 6


def test_join_storm_is_served_from_the_cache() -> None:
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    source.picture(key=True)
    room.go()
    before = source.out.plis()
    outs = []
    for number in range(300):
        outs.append(room.viewer(f"v{number}", "presenter"))
        has_been_asked = source.out.plis() > before
        before = source.out.plis()
        source.picture(key=has_been_asked)
        room.go(33)
    assert all(out.of(0) for out in outs[:-1])
    assert source.out.plis() <= 5
