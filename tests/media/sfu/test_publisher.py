"""What a publisher may send, and what it is told."""

from __future__ import annotations

from media.protocol import PublicationClosed, PublicationOpened, ViewerQuality
from media.rtp.packet import build_rtp
from media.rtp.rtcp import Goodbye, ReceiverEstimate, ReceiverReport
from media.rtp.rtcp_codec import build_rtcp
from tests.media.sfu.room import MID_ID, FakeIn, Room, assert_gapless, vp8_payload


def opened_ids(room: Room) -> list[str]:
    return [
        event.publication.publication_id
        for event in room.events
        if isinstance(event, PublicationOpened)
    ]


def closed_ids(room: Room) -> list[str]:
    return [
        event.publication_id
        for event in room.events
        if isinstance(event, PublicationClosed)
    ]


def test_invented_ssrcs_leave_no_state() -> None:
    room = Room()
    source = room.source("a")
    source.picture(key=True)
    router = room.router
    publisher = router._publishers["a"]
    routes = dict(publisher._routes)
    for ssrc in range(1_000_000, 1_050_000):
        router.on_rtp("a", build_rtp(96, 1, 1, ssrc, b"\x10\x00abc"), 0)
    assert publisher._routes == routes
    assert router.stats().packets_dropped == 50_000
    assert opened_ids(room) == ["a/1"]


def test_undeclared_ssrc_is_latched_once_by_its_mid() -> None:
    room = Room()
    source = room.source("a", declares=False)
    out = room.viewer("v", "presenter")
    room.router.assign("presenter", "a/1")
    for seqno, ssrc in enumerate((77, 78, 79, 77)):
        packet = build_rtp(
            96, seqno, 1, ssrc, vp8_payload(seqno, key=True), extensions={MID_ID: b"1"}
        )
        source.send(packet)
        room.go()
    assert opened_ids(room) == ["a/1"]
    assert len(out.of(0)) == 2
    assert room.router.stats().packets_dropped == 2


def test_undeclared_ssrc_with_a_foreign_mid_is_refused() -> None:
    room = Room()
    source = room.source("a", declares=False)
    source.send(build_rtp(96, 1, 1, 77, b"\x10\x00", extensions={MID_ID: b"9"}))
    assert opened_ids(room) == []


def test_undeclared_ssrcs_are_latched_by_payload_type() -> None:
    room = Room()
    source = room.source("a", declares=False)
    source.send(
        build_rtp(111, 1, 1, 50, b"sound"), build_rtp(96, 1, 1, 51, b"\x10\x00")
    )
    assert opened_ids(room) == ["a/0", "a/1"]


def test_unknown_payload_type_opens_nothing() -> None:
    room = Room()
    source = room.source("a")
    source.send(build_rtp(120, 1, 1, source.video_ssrc, b"abc"))
    assert opened_ids(room) == []


def test_same_ssrc_of_two_publishers_stays_apart() -> None:
    room = Room()
    one, other = room.source("a"), room.source("b")
    assert one.video_ssrc == other.video_ssrc
    out = room.viewer("v", "floor-1", "floor-2")
    room.router.assign("floor-1", one.camera)
    room.router.assign("floor-2", other.camera)
    one.picture(key=True, packets=2)
    other.picture(key=True, packets=4)
    room.go()
    assert (len(out.of(0)), len(out.of(1))) == (2, 4)


def test_lost_packet_is_asked_for_and_its_repeat_fills_the_gap() -> None:
    room = Room()
    source = room.source("a")
    out = room.viewer("v", "presenter")
    room.router.assign("presenter", source.camera)
    source.picture(key=True)
    room.go()
    first, lost, last = source.build_picture()
    source.send(first, last)
    room.go(20)
    assert source.out.nacked() == [101 + 3]
    source.repeat(lost)
    source.repeat(lost)
    source.send(lost)
    room.go()
    assert len(out.of(0)) == 6
    assert_gapless(out.of(0))


def test_nothing_is_asked_for_while_nobody_shows_the_track() -> None:
    room = Room()
    source = room.source("a")
    first, _, last = source.build_picture(key=True)
    source.send(first, last)
    room.go(50)
    assert source.out.nacked() == []


def test_hopeless_loss_asks_for_a_keyframe() -> None:
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    source.picture(key=True)
    room.go()
    before = source.out.plis()
    source.seqno += 1
    for _ in range(100):
        source.picture()
        room.go()
    assert source.out.plis() > before


def test_empty_repeats_of_bandwidth_probes_are_ignored() -> None:
    room = Room()
    source = room.source("a")
    source.picture(key=True)
    source.send(build_rtp(97, 1, 1, source.rtx_ssrc, b""))
    source.send(build_rtp(97, 2, 1, source.rtx_ssrc, b"\x00"))
    assert room.router.stats().packets_dropped == 0


def test_publisher_gets_a_report_each_second() -> None:
    room = Room()
    source = room.source("a")
    for _ in range(120):
        source.picture()
        source.voice()
        room.go()
    reports = [
        one
        for one in source.out.sent
        if isinstance(one, ReceiverReport) and one.reports
    ]
    assert 3 <= len(reports) <= 4
    ssrcs = {block.ssrc for block in reports[-1].reports}
    assert ssrcs == {source.video_ssrc, source.audio_ssrc}


def test_what_a_publisher_loses_on_its_way_is_told() -> None:
    room = Room()
    source = room.source("a")
    source.picture(key=True)
    for _ in range(160):
        source.send(*source.build_picture(packets=4)[1:])
        room.go()
    (told,) = [
        event.publishers[0] for event in room.events if isinstance(event, ViewerQuality)
    ][-1:]
    assert told.peer_id == "a"
    assert 23 <= told.loss_percent <= 26


def test_publisher_is_told_what_it_may_send() -> None:
    room = Room()
    source = room.source("a")
    out = FakeIn()
    tracks = [one.track for one in room.router._publishers["a"].publications]
    room.router.open_publisher("a", tracks, out, max_bps=2_000_000)
    source.picture()
    room.go(1_100)
    (estimate,) = [one for one in out.sent if isinstance(one, ReceiverEstimate)]
    assert abs(estimate.bitrate_bps - 2_000_000) < 100
    assert estimate.media_ssrcs == (source.video_ssrc,)


def test_track_silent_for_ten_seconds_is_closed_and_opens_again() -> None:
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    source.picture(key=True)
    room.go(9_900)
    assert closed_ids(room) == []
    room.go(200)
    assert closed_ids(room) == ["a/1"]
    source.picture()
    assert opened_ids(room) == ["a/1", "a/1"]


def test_goodbye_closes_the_track() -> None:
    room = Room()
    source = room.source("a")
    source.picture()
    goodbye = build_rtcp((Goodbye((source.video_ssrc,)),))
    room.router.on_rtcp("a", goodbye, room.clock.now_ns)
    assert closed_ids(room) == ["a/1"]


def test_malformed_packets_are_counted() -> None:
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    source.picture(key=True)
    source.send(b"\x80", build_rtp(96, source.seqno, 1, source.video_ssrc, b"\x80\x80"))
    room.router.on_rtcp("a", b"\x80\xc8\x00", 0)
    assert room.router.stats().packets_dropped == 3
