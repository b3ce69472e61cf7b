"""When a full worker sheds, in which order, and that sound is left alone."""

from __future__ import annotations

import pytest

from media.protocol import ViewerQuality
from media.sfu.shedding import STEPS, LoadGuard, Shed
from tests.media.sfu.room import (
    FakeOut,
    Room,
    assert_gapless,
)
from tests.media.sfu.simulcast import SimulcastCamera, layers_of

S = 1_000_000_000


def test_steps_take_temporal_layers_then_layers_then_pictures() -> None:
    viewers = 100
    costs = []
    for step in STEPS:
        caps = [step.cap_of(position, viewers) for position in range(viewers)]
        costs.append(
            sum(
                0
                if cap.is_video_off
                else 100 * (3 if cap.max_layer is None else cap.max_layer + 1)
                + (3 if cap.max_temporal is None else cap.max_temporal)
                for cap in caps
            )
        )
    assert costs == sorted(costs, reverse=True)
    assert len(set(costs)) == len(costs)
    assert costs[-1] == 0


def test_the_newest_viewers_lose_their_picture_first() -> None:
    step = Shed(without_pictures=0.25)
    off = [step.cap_of(position, 8).is_video_off for position in range(8)]
    assert off == [False] * 6 + [True] * 2


class Watch:
    """A guard and the load that it sees."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.guard = LoadGuard(0)

    def see(self, seconds: float, busy: float, late_s: float = 0.0) -> int:
        """Let this load last; gives the step then."""
        for _ in range(round(seconds * 2)):
            self.now_ns += S // 2
            self.guard.observe(busy, late_s, self.now_ns)
        return self.guard.level


def test_a_full_worker_goes_one_step_a_second() -> None:
    assert Watch().see(4, busy=0.95) == 3


def test_a_busy_worker_with_room_sheds_nothing() -> None:
    assert Watch().see(60, busy=0.85) == 0


def test_lateness_alone_is_the_fault_of_the_machine() -> None:
    watch = Watch()
    assert watch.see(10, busy=0.3, late_s=0.5) == 0
    assert watch.see(1.5, busy=0.7, late_s=0.5) == 1


def test_it_goes_back_when_calm_and_more_slowly_each_time_it_was_wrong() -> None:
    watch = Watch()
    assert watch.see(3, busy=0.95) == 2
    assert watch.see(4, busy=0.5) == 2
    assert watch.see(2, busy=0.5) == 1
    assert watch.see(2, busy=0.95) == 2, "that was too early"
    assert watch.see(8, busy=0.5) == 2
    assert watch.see(3, busy=0.5) == 1


def test_once_the_crowd_has_left_everything_is_back_soon() -> None:
    """However often steps back were too early while it was there."""
    watch = Watch()
    level = watch.see(7, busy=0.95)
    for _ in range(5):
        while watch.see(0.5, busy=0.7) == level:
            pass
        assert watch.see(2, busy=0.95) == level
    assert watch.see(10 * level, busy=0.2) == 0


def test_a_hall_that_joins_at_once_sheds_nothing() -> None:
    watch = Watch()
    assert watch.see(1, busy=1.0) == 0
    assert watch.see(1, busy=0.85) == 0
    assert watch.see(1, busy=1.0) == 0


def test_it_never_goes_beyond_the_last_step() -> None:
    assert Watch().see(60, busy=1.0) == len(STEPS) - 1


def run(room: Room, camera: SimulcastCamera, pictures: int) -> None:
    for _ in range(pictures):
        camera.picture(keys=tuple(camera.asked()))
        room.go()


def on_air(room: Room, viewers: int) -> tuple[SimulcastCamera, list[FakeOut]]:
    camera = SimulcastCamera(room, "a")
    room.router.assign("presenter", camera.camera)
    camera.report()
    camera.picture(keys=(0, 1, 2))
    room.go()
    outs = [room.viewer(f"v{n}", "audio-1", "presenter") for n in range(viewers)]
    run(room, camera, 30)
    return camera, outs


def test_a_full_worker_sends_everyone_a_smaller_picture() -> None:
    room = Room()
    camera, outs = on_air(room, 4)
    room.router.shed(STEPS[4])
    run(room, camera, 60)
    for out in outs:
        assert layers_of(out.of(1)) == [2, 0]
        assert_gapless(out.of(1))


def test_sound_goes_on_whatever_is_shed_and_the_viewers_are_told() -> None:
    room = Room()
    camera, outs = on_air(room, 4)
    speaker = room.source("s", ssrc=7000)
    room.router.shed(STEPS[-1])
    run(room, camera, 20)
    before = [(len(out.of(0)), len(out.of(1))) for out in outs]
    for _ in range(50):
        speaker.voice()
        camera.picture()
        room.go(20)
    for out, (sound, pictures) in zip(outs, before, strict=True):
        assert len(out.of(0)) >= sound + 48
        assert len(out.of(1)) == pictures
    room.router.shed(STEPS[0])
    run(room, camera, 60)
    for out in outs:
        assert layers_of(out.of(1))[-1] == 2
        assert_gapless(out.of(1))


def limits_told(*steps: int, wished_height: int | None = None) -> list[str]:
    """What limits a viewer, by the worker's word, at each of these steps."""
    room = Room()
    camera, _ = on_air(room, 1)
    if wished_height is not None:
        room.router.prefer("v0", {"presenter": wished_height})
    told: list[str] = []
    for step in steps:
        room.router.shed(STEPS[step])
        for _ in range(8):
            room.receiver_report("v0", "presenter")
            run(room, camera, 30)
        events = [event for event in room.events if isinstance(event, ViewerQuality)]
        told.append(events[-1].viewers[0].limited_by)
    return told


def test_the_web_process_is_told_who_is_limited_by_capacity() -> None:
    assert limits_told(0, 4, -1, 0) == ["nothing", "capacity", "capacity", "nothing"]


@pytest.mark.parametrize(("height", "last"), [(0, "wish"), (180, "capacity")])
def test_from_who_wishes_no_more_nothing_is_kept_back(height: int, last: str) -> None:
    assert limits_told(4, -1, wished_height=height) == ["wish", last]


def test_while_the_picture_comes_back_the_line_is_not_blamed() -> None:
    room = Room()
    camera, _ = on_air(room, 1)
    room.router.shed(STEPS[4])
    run(room, camera, 100)
    room.router.shed(STEPS[0])
    room.events.clear()
    for _ in range(20):
        room.receiver_report("v0", "presenter")
        run(room, camera, 10)
    told = [one for one in room.events if isinstance(one, ViewerQuality)]
    limits = [one.viewers[0].limited_by for one in told]
    assert len(limits) >= 3
    assert set(limits) == {"nothing"}
