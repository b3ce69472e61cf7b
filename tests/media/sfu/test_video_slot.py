"""Switching, joining, pausing: what viewers of a picture see."""

from __future__ import annotations

from media.protocol import PublicationOpened, SlotSwitched
from tests.media.sfu.room import (
    FakeOut,
    Room,
    Source,
    assert_gapless,
    assert_time_goes_on,
)


def switches(room: Room) -> list[str | None]:
    return [
        event.publication_id for event in room.events if isinstance(event, SlotSwitched)
    ]


def on_air(room: Room) -> tuple[Source, FakeOut]:
    source = room.source("a")
    out = room.viewer("v", "presenter")
    room.router.assign("presenter", source.camera)
    source.picture(key=True)
    room.go()
    return source, out


def test_viewer_gets_nothing_before_a_keyframe() -> None:
    room = Room()
    source = room.source("a")
    out = room.viewer("v", "presenter")
    room.router.assign("presenter", source.camera)
    source.picture()
    room.go()
    assert out.of(0) == []
    source.picture(key=True)
    source.picture()
    room.go()
    assert len(out.of(0)) == 6
    assert_gapless(out.of(0))


def test_assignment_requests_a_keyframe_at_once_even_before_the_first_packet() -> None:
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    assert source.out.plis() == 1


def test_opened_and_switched_are_told_once() -> None:
    room = Room()
    on_air(room)
    opened = [event for event in room.events if isinstance(event, PublicationOpened)]
    assert [event.publication.publication_id for event in opened] == ["a/1"]
    assert switches(room) == ["a/1"]


def test_switch_waits_for_the_keyframe_and_leaves_no_gap() -> None:
    room = Room()
    first, out = on_air(room)
    second = room.source("b", ssrc=2000, first_seqno=40_000)
    room.router.assign("presenter", second.camera)
    for _ in range(3):
        first.picture()
        second.picture()
        room.go()
    second.picture(key=True)
    first.picture()
    second.picture()
    room.go()
    assert switches(room) == ["a/1", "b/1"]
    assert len(out.of(0)) == 3 * (1 + 3 + 2)
    assert_gapless(out.of(0))
    assert_time_goes_on(out.of(0))
    assert {packet.ssrc for packet in out.of(0)} == {room.router.slot_ssrc("presenter")}


def test_vp8_pictures_carry_no_numbers_of_their_source() -> None:
    room = Room()
    _, out = on_air(room)
    assert [packet.payload[0] & 0x80 for packet in out.of(0)] == [0, 0, 0]
    assert [packet.payload[0] & 0x10 for packet in out.of(0)] == [0x10, 0, 0]
    assert {len(packet.payload) for packet in out.of(0)} == {1 + 1 + 20}


def test_h264_and_vp8_follow_each_other_for_those_who_know_both() -> None:
    room = Room()
    _, both = on_air(room)
    only_vp8 = room.viewer("w", "presenter", codecs=["vp8"])
    second = room.source("b", "h264", ssrc=2000)
    room.router.assign("presenter", second.camera)
    second.picture(key=True)
    room.go()
    assert [packet.codec for packet in both.of(0)] == ["vp8"] * 3 + ["h264"] * 3
    assert_gapless(both.of(0))
    assert {packet.codec for packet in only_vp8.of(0)} == {"vp8"}


def test_viewer_without_the_codec_returns_with_the_next_picture_it_knows() -> None:
    room = Room()
    first, _ = on_air(room)
    out = room.viewer("w", "presenter", codecs=["vp8"])
    second = room.source("b", "h264", ssrc=2000)
    room.router.assign("presenter", second.camera)
    second.picture(key=True)
    for _ in range(100):
        second.picture()
        room.go()
    assert len(out.of(0)) == 3
    room.router.assign("presenter", first.camera)
    first.picture(key=True)
    room.go()
    assert len(out.of(0)) == 6
    assert_gapless(out.of(0))
    assert_time_goes_on(out.of(0))


def test_joiner_gets_the_young_keyframe_group_at_once_without_a_request() -> None:
    room = Room()
    source, _ = on_air(room)
    for _ in range(30):
        source.picture()
        room.go()
    asked = source.out.plis()
    joiner = room.viewer("late", "presenter")
    assert len(joiner.of(0)) == 31 * 3
    assert source.out.plis() == asked
    source.picture()
    room.go()
    assert len(joiner.of(0)) == 32 * 3
    assert_gapless(joiner.of(0))


def test_cached_pictures_come_a_moment_apart_so_that_the_joiner_is_live() -> None:
    room = Room()
    source, first = on_air(room)
    for _ in range(30):
        source.picture()
        room.go()
    joiner = room.viewer("late", "presenter")
    times = [packet.timestamp for packet in joiner.of(0)]
    assert (times[-1] - times[0]) & 0xFFFFFFFF == 30 * 90
    assert times[-1] == first.of(0)[-1].timestamp
    wanted = joiner.of(0)[4]
    room.nack("late", "presenter", wanted.ext_seqno)
    assert joiner.repeats[0].timestamp == wanted.timestamp


def test_joiner_with_an_old_group_waits_for_the_keyframe_it_causes() -> None:
    room = Room()
    source, _ = on_air(room)
    for _ in range(130):
        source.picture()
        room.go()
    asked = source.out.plis()
    joiner = room.viewer("late", "presenter")
    assert joiner.of(0) == []
    assert source.out.plis() == asked + 1
    source.picture(key=True)
    room.go()
    assert len(joiner.of(0)) == 3


def test_joiner_in_the_second_wrap_starts_at_the_keyframe() -> None:
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    source.picture(key=True)
    for index in range(2_300):
        source.picture(packets=60, key=index == 2_299)
        room.go()
    joiner = room.viewer("late", "presenter")
    assert joiner.of(0)[0].ext_seqno >> 16 == 2
    assert len(joiner.of(0)) == 60
    assert_gapless(joiner.of(0))
    lost = joiner.of(0)[5]
    room.nack("late", "presenter", lost.ext_seqno)
    assert joiner.repeats == [lost]


def test_late_packets_from_before_a_joiner_never_reach_it() -> None:
    room = Room()
    source, first = on_air(room)
    one, two, three = source.build_picture()
    source.send(one, three)
    room.go()
    source.picture(key=True)
    room.go()
    joiner = room.viewer("late", "presenter")
    source.send(two)
    room.go()
    assert_gapless(first.of(0))
    assert len(joiner.of(0)) == 3


def test_pause_stops_and_resume_begins_on_a_keyframe_without_a_gap() -> None:
    room = Room()
    source, out = on_air(room)
    room.router.pause("a/1", True)
    source.picture(key=True)
    room.go()
    assert len(out.of(0)) == 3
    asked = source.out.plis()
    room.clock.advance_ms(600)
    room.router.pause("a/1", False)
    assert source.out.plis() == asked + 1
    source.picture()
    source.picture(key=True)
    room.go()
    assert len(out.of(0)) == 6
    assert_gapless(out.of(0))


def test_emptied_slot_sends_nothing_and_says_so() -> None:
    room = Room()
    source, out = on_air(room)
    room.router.assign("presenter", None)
    source.picture(key=True)
    room.go()
    assert switches(room) == ["a/1", None]
    assert len(out.of(0)) == 3


def test_same_publication_in_two_slots_keeps_two_lines() -> None:
    room = Room()
    source = room.source("a")
    out = room.viewer("v", "floor-1", "programme")
    room.router.assign("floor-1", source.camera)
    room.router.assign("programme", source.camera)
    source.picture(key=True)
    room.go()
    assert_gapless(out.of(0))
    assert_gapless(out.of(1))
    assert out.of(0)[0].payload is out.of(1)[0].payload
    assert out.of(0)[0].ssrc != out.of(1)[0].ssrc


def test_nack_for_packets_of_the_source_before_is_answered_after_the_switch() -> None:
    room = Room()
    _, out = on_air(room)
    before = out.of(0)[1]
    second = room.source("b", ssrc=2000)
    room.router.assign("presenter", second.camera)
    second.picture(key=True)
    room.go()
    room.nack("v", "presenter", before.ext_seqno)
    assert out.repeats == [before]


def test_padding_leaves_no_gap() -> None:
    room = Room()
    source, out = on_air(room)
    source.padding()
    source.picture()
    source.padding()
    source.padding()
    source.picture()
    room.go()
    assert_gapless(out.of(0))
    assert len(out.of(0)) == 9


def test_restarted_sender_goes_on_at_its_next_keyframe() -> None:
    room = Room()
    source, out = on_air(room)
    source.seqno += 20_000
    source.picture()
    source.picture(key=True)
    room.go()
    assert_gapless(out.of(0))
    assert len(out.of(0)) == 6


def test_failing_viewer_does_not_stop_the_others() -> None:
    class Broken(FakeOut):
        def send(self, stream: int, packets: object) -> None:
            raise OSError("gone")

    room = Room()
    source = room.source("a")
    room.router.open_viewer("bad", [room.stream("presenter")], Broken())
    out = room.viewer("good", "presenter")
    room.router.assign("presenter", source.camera)
    for _ in range(3):
        source.picture(key=True)
        room.go()
    assert len(out.of(0)) == 9
    assert room.router.stats().packets_dropped == 3


def test_late_packet_of_the_cached_group_has_the_time_its_picture_has() -> None:
    room = Room()
    source, first = on_air(room)
    one, two, three = source.build_picture()
    source.send(one, three)
    for _ in range(20):
        source.picture()
        room.go()
    joiner = room.viewer("late", "presenter")
    source.send(two)
    room.go()
    by_number = {packet.ext_seqno: packet for packet in joiner.of(0)}
    late = joiner.of(0)[-1]
    assert by_number[late.ext_seqno - 1].timestamp == late.timestamp
    assert first.of(0)[-1].timestamp != late.timestamp
    assert_gapless(joiner.of(0))


def test_a_recorded_source_is_asked_for_a_keyframe_every_two_seconds() -> None:
    room = Room()
    source, _ = on_air(room)
    room.router.assign("programme", source.camera)
    source.picture(key=True)
    room.router.open_sink("s", ("programme", "screen"), FakeOut())
    asked = source.out.plis()
    for _ in range(10 * 30):
        source.picture(key=source.out.plis() > asked)
        asked = source.out.plis()
        room.go()
    assert 4 <= asked <= 6, "one keyframe each 2 s in 10 s, and the first"


def test_a_source_nobody_records_is_left_alone() -> None:
    room = Room()
    source, _ = on_air(room)
    before = source.out.plis()
    for _ in range(10 * 30):
        source.picture()
        room.go()
    assert source.out.plis() == before
