"""One clock line for all slots: sender reports, switches, and what a sink gets."""

from __future__ import annotations

from media.rtp.rtcp import SenderReport
from tests.media.sfu.room import (
    FakeOut,
    Room,
)

S = 1_000_000_000
MS = 1_000_000


def test_two_publishers_with_clocks_hours_apart_line_up() -> None:
    room = Room()
    early, late = room.source("a"), room.source("b", ssrc=2000)
    out = room.viewer("v", "presenter", "screen")
    room.router.assign("presenter", early.camera)
    room.router.assign("screen", late.camera)
    late.timestamp = 3_000_000_000
    for step in range(120):
        for source, error_ns in ((early, -5 * 3600 * S), (late, 7 * 3600 * S)):
            source.picture(key=step == 0)
            if step % 15 == 0:
                source.report(error_ns, delay_ns=(10 + step % 3 * 40) * MS)
        room.go(1000 / 30)
    walls = []
    for stream, slot in enumerate(("presenter", "screen")):
        report = out.reports(room.router.slot_ssrc(slot))[-1]
        newest = out.of(stream)[-1].timestamp
        behind = ((report.rtp_timestamp - newest + 2**31) & 0xFFFFFFFF) - 2**31
        walls.append((report.ntp / 2**32) - behind / 90_000)
    assert abs(walls[0] - walls[1]) < 0.001


def test_sound_and_picture_of_one_peer_keep_their_distance_over_a_switch() -> None:
    room = Room()
    sources = [room.source("a"), room.source("b", ssrc=2000)]
    out = room.viewer("v", "audio-1", "presenter")
    for source in sources:
        room.router.assign("presenter", source.camera)
        for step in range(100):
            source.timestamp += 600
            source.picture(key=step == 0)
            source.voice()
            source.voice()
            if step % 10 == 0:
                source.report(3600 * S)
            room.go(40)
        offsets = []
        for stream, slot, rate in ((0, "audio-1", 48_000), (1, "presenter", 90_000)):
            report = out.reports(room.router.slot_ssrc(slot))[-1]
            newest = out.of(stream)[-1].timestamp
            behind = ((report.rtp_timestamp - newest + 2**31) & 0xFFFFFFFF) - 2**31
            offsets.append((report.ntp / 2**32) - behind / rate)
        assert abs(offsets[0] - offsets[1]) < 0.002
        room.router.close_peer(source.peer_id)
        room.clock.advance_ms(500)


def test_slot_time_counts_what_passed_while_it_was_empty() -> None:
    room = Room()
    out = room.viewer("v", "presenter")
    first = room.source("a")
    room.router.assign("presenter", first.camera)
    first.picture(key=True)
    room.go(0)
    room.router.close_peer("a")
    room.clock.advance_ms(10_000)
    second = room.source("b")
    room.router.assign("presenter", second.camera)
    second.picture(key=True)
    room.go()
    before, after = out.of(0)[0], out.of(0)[-1]
    assert (after.timestamp - before.timestamp) & 0xFFFFFFFF == 10 * 90_000


def test_new_viewer_gets_a_sender_report_at_once() -> None:
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    source.picture(key=True)
    room.go()
    out = room.viewer("v", "presenter")
    assert len(out.reports(room.router.slot_ssrc("presenter"))) == 1


def reports_within_10_s(*, is_heard: bool) -> int:
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    out = room.viewer("v", "audio-1", "presenter")
    source.picture(key=True)
    room.go()
    for step in range(550):
        if step == 50:
            out.rtcp.clear()
        source.picture()
        if is_heard:
            source.voice()
        room.go(20)
    return len(out.reports(room.router.slot_ssrc("presenter")))


def test_sender_reports_come_each_second() -> None:
    assert 9 <= reports_within_10_s(is_heard=True) <= 10


def test_sender_reports_come_four_times_a_second_while_nobody_is_heard() -> None:
    assert 38 <= reports_within_10_s(is_heard=False) <= 40


def test_sink_gets_true_timestamps_of_the_cached_group_and_all_sound() -> None:
    room = Room()
    source = room.source("a")
    viewer = room.viewer("v", "programme")
    room.router.assign("programme", source.camera)
    for step in range(30):
        source.picture(key=step == 0)
        source.voice()
        room.go()
    out = FakeOut()
    streams = room.router.open_sink("s", ["programme", "screen"], out)
    assert [stream.slot for stream in streams] == [
        "audio-1",
        "audio-2",
        "audio-3",
        "programme",
        "screen",
    ]
    assert streams[3].payload_types == {102: "h264", 96: "vp8"}
    assert out.of(3) == viewer.of(0)
    source.voice()
    room.go()
    assert len(out.of(0)) == 1
    assert isinstance(out.rtcp[0], SenderReport)
    room.router.close_sink("s")
    source.voice()
    room.go()
    assert len(out.of(0)) == 1
