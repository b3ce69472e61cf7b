"""Simulcast: each viewer gets the layer it can use, and its numbers have no gap."""

from __future__ import annotations

from media.protocol import VideoSlot as VideoSlotName
from tests.media.sfu.room import (
    FakeOut,
    Room,
    assert_gapless,
    assert_time_goes_on,
)
from tests.media.sfu.simulcast import SimulcastCamera, layers_of


def on_air(room: Room) -> SimulcastCamera:
    camera = SimulcastCamera(room, "a")
    room.router.assign("presenter", camera.camera)
    camera.report()
    camera.picture(keys=(0, 1, 2))
    room.go()
    return camera


def prefer(room: Room, who: str, slot: VideoSlotName, height: int) -> None:
    room.router.prefer(who, {slot: height})
    for _ in range(10):
        room.router.tick(room.clock.now_ns)


def assert_seamless(out: FakeOut) -> None:
    assert_gapless(out.of(0))
    assert_time_goes_on(out.of(0))
    in_order = sorted(out.of(0), key=lambda packet: packet.ext_seqno)
    ends = [packet for packet in in_order if packet.marker]
    times = {packet.timestamp for packet in in_order}
    assert len(ends) == len(times), "each picture is whole and has a time of its own"


def test_the_best_layer_is_what_a_viewer_gets_first() -> None:
    room = Room()
    camera = on_air(room)
    out = room.viewer("v", "presenter")
    camera.picture()
    room.go()
    assert layers_of(out.of(0)) == [2]
    assert_seamless(out)


def test_a_smaller_picture_comes_with_its_keyframe_and_without_a_gap() -> None:
    room = Room()
    camera = on_air(room)
    out, other = room.viewer("v", "presenter"), room.viewer("w", "presenter")
    camera.asked()
    room.clock.advance_ms(600)
    prefer(room, "v", "presenter", 180)
    assert camera.asked() == {0}
    for _ in range(3):
        camera.picture()
        room.go()
    assert layers_of(out.of(0)) == [2], (
        "the old picture stays until the new one is there"
    )
    camera.picture(keys=(0,))
    camera.picture()
    room.go()
    assert layers_of(out.of(0)) == [2, 0]
    assert layers_of(other.of(0)) == [2]
    assert_seamless(out)
    assert_seamless(other)


def test_a_larger_picture_comes_the_same_way() -> None:
    room = Room()
    camera = on_air(room)
    out = room.viewer("v", "presenter")
    prefer(room, "v", "presenter", 180)
    camera.picture(keys=(0,))
    room.go()
    room.clock.advance_ms(600)
    prefer(room, "v", "presenter", 360)
    for step in range(4):
        camera.picture(keys=(1,) if step == 2 else ())
        room.go()
    assert layers_of(out.of(0)) == [2, 0, 1]
    assert_seamless(out)


def test_many_changes_leave_one_unbroken_stream() -> None:
    room = Room()
    camera = on_air(room)
    out = room.viewer("v", "presenter")
    for step in range(60):
        prefer(room, "v", "presenter", (180, 720, 360, 0, 720)[step % 5])
        camera.picture(keys=(0, 1, 2))
        room.go()
        camera.picture()
        room.go()
    assert len(layers_of(out.of(0))) > 30
    assert_seamless(out)


def test_repeats_reach_back_over_changes_of_layer() -> None:
    room = Room()
    camera = on_air(room)
    out = room.viewer("v", "presenter")
    for height in (180, 720, 360):
        camera.picture()
        room.go()
        prefer(room, "v", "presenter", height)
        camera.picture(keys=(0, 1, 2))
        room.go()
    changes = [index for index in range(1, len(out.of(0))) if _differ(out, index)]
    assert len(changes) == 3
    for index in changes:
        packet = out.of(0)[index]
        room.nack("v", "presenter", packet.ext_seqno)
        again = out.repeats[-1]
        assert again.ext_seqno == packet.ext_seqno
        assert (again.timestamp, again.payload) == (packet.timestamp, packet.payload)


def _differ(out: FakeOut, index: int) -> bool:
    return out.of(0)[index].payload[-1] != out.of(0)[index - 1].payload[-1]


def test_a_picture_not_wanted_is_not_sent_and_comes_back_without_a_gap() -> None:
    room = Room()
    camera = on_air(room)
    out = room.viewer("v", "presenter")
    prefer(room, "v", "presenter", 0)
    before = len(out.of(0))
    for _ in range(5):
        camera.picture(keys=(0, 1, 2))
        room.go()
    assert len(out.of(0)) == before
    prefer(room, "v", "presenter", 720)
    camera.picture()
    room.go()
    assert len(out.of(0)) > before
    assert_gapless(out.of(0))
    assert_time_goes_on(out.of(0))


def test_viewers_go_on_with_less_when_the_publisher_stops_a_layer() -> None:
    room = Room()
    camera = on_air(room)
    out = room.viewer("v", "presenter")
    for step in range(60):
        camera.picture(layers=(0, 1), keys=(0, 1) if step % 30 == 15 else ())
        room.go()
    assert layers_of(out.of(0)) == [2, 1]
    camera.asked()
    for _ in range(3):
        camera.picture()
        room.go()
    assert 2 in camera.asked()
    camera.picture(keys=(2,))
    room.go()
    assert layers_of(out.of(0)) == [2, 1, 2]
    assert_gapless(out.of(0))
    assert_time_goes_on(out.of(0))


def test_the_recorder_too_goes_on_with_less() -> None:
    room = Room()
    camera = on_air(room)
    room.router.assign("programme", camera.camera)
    sink = FakeOut()
    streams = room.router.open_sink("s", ("programme",), sink)
    picture = len(streams) - 1
    camera.picture(keys=(0, 1, 2))
    room.go()
    for _ in range(60):
        keys = camera.asked()
        camera.picture(layers=(0,), keys=tuple(keys))
        room.go()
    assert layers_of(sink.of(picture)) == [2, 0]
    assert_gapless(sink.of(picture))


def test_from_layers_to_a_single_picture_and_back() -> None:
    room = Room()
    camera = on_air(room)
    small, large = room.viewer("v", "presenter"), room.viewer("w", "presenter")
    prefer(room, "v", "presenter", 180)
    camera.picture(keys=(0,))
    room.go()
    single = room.source("b", ssrc=2000)
    room.router.assign("presenter", single.camera)
    camera.picture()
    room.go()
    single.report()
    single.picture(key=True)
    room.go()
    single.picture()
    room.go()
    for out in (small, large):
        assert out.of(0)[-1].payload.endswith(b"x")
    room.router.assign("presenter", camera.camera)
    camera.picture(keys=(0, 1, 2))
    room.go()
    camera.picture()
    room.go()
    assert small.of(0)[-1].payload[-1] == 0
    assert large.of(0)[-1].payload[-1] == 2
    for out in (small, large):
        assert_gapless(out.of(0))
        assert_time_goes_on(out.of(0))


def test_a_joiner_of_a_small_picture_is_served_from_its_cached_group() -> None:
    room = Room()
    camera = on_air(room)
    for _ in range(20):
        camera.picture()
        room.go()
    camera.asked()
    out = room.viewer("v", "presenter")
    assert len(out.of(0)) == 21 * 5
    assert camera.asked() == set()


def test_packets_that_tell_no_rid_are_refused_until_one_did() -> None:
    room = Room()
    camera = SimulcastCamera(room, "a")
    room.router.assign("presenter", camera.camera)
    camera.rids = ("x", "y", "z")
    camera.picture(keys=(0, 1, 2))
    room.go()
    assert room.router.stats().packets_dropped == 10


def test_small_and_large_agree_on_the_time() -> None:
    room = Room()
    camera = on_air(room)
    small, large = room.viewer("v", "presenter"), room.viewer("w", "presenter")
    prefer(room, "v", "presenter", 180)
    for step in range(90):
        if step % 10 == 0:
            camera.report()
        camera.picture(keys=(0,) if step == 3 else ())
        room.go()
    ssrc = room.router.slot_ssrc("presenter")
    one, other = small.reports(ssrc)[-1], large.reports(ssrc)[-1]
    passed_s = (other.ntp - one.ntp) / 2**32
    ticks = (other.rtp_timestamp - one.rtp_timestamp + 2**31) % 2**32 - 2**31
    assert abs(ticks / 90_000 - passed_s) < 0.002


def test_a_wish_from_before_the_connection_counts_from_the_first_packet() -> None:
    room = Room()
    camera = on_air(room)
    small = room.viewer("v", "presenter", wishes={"presenter": 180})
    none = room.viewer("w", "presenter", wishes={"presenter": 0})
    for _ in range(20):
        camera.picture()
        room.go()
    assert layers_of(small.of(0)) == [0]
    assert none.of(0) == []
    room.router.prefer("w", {"presenter": 360})
    for _ in range(20):
        camera.picture(keys=tuple(camera.asked()))
        room.go()
    assert layers_of(none.of(0)) == [1]


def test_a_small_camera_has_the_layers_its_names_say() -> None:
    room = Room()
    camera = SimulcastCamera(room, "a", rids=("l", "m"))
    room.router.assign("presenter", camera.camera)
    camera.report()
    camera.picture(keys=(0, 1), layers=(0, 1))
    room.go()
    best = room.viewer("v", "presenter")
    half = room.viewer("w", "presenter", wishes={"presenter": 360})
    small = room.viewer("x", "presenter", wishes={"presenter": 180})
    camera.picture(layers=(0, 1))
    room.go()
    assert layers_of(best.of(0)) == layers_of(half.of(0)) == [1]
    assert layers_of(small.of(0)) == [0]
