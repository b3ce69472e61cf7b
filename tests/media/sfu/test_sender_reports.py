"""Sender reports: those on the same lines are told the same, others their own."""

from __future__ import annotations

from media.rtp.rtcp import SenderReport
from media.rtp.rtcp_codec import parse_rtcp
from media.sfu.ports import Shift
from media.sfu.sender_reports import SenderReports
from tests.media.sfu.room import Room
from tests.media.sfu.room import Source as Camera


def on_air() -> tuple[Room, Camera]:
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    source.picture(key=True)
    source.voice()
    room.go()
    return room, source


def told(room: Room, *viewers: str) -> list[bytes]:
    """What each viewer would be told now."""
    router = room.router
    reports: SenderReports = router._reports.current(room.clock.now_ns)
    return [reports.of(router._viewers[one]._subscriptions) for one in viewers]


def test_viewers_on_the_same_lines_share_one_packet() -> None:
    room, source = on_air()
    for name in ("v", "w"):
        room.viewer(name, "presenter", "audio-1")
    room.viewer("deaf", "presenter")
    source.voice()
    room.go()
    one, other, deaf = told(room, "v", "w", "deaf")
    assert one is other
    assert len(deaf) < len(one)


def test_who_waits_for_everything_is_told_nothing() -> None:
    room = Room()
    room.viewer("v", "presenter", "audio-1")
    assert told(room, "v") == [b""]


def test_a_viewer_with_a_clock_of_its_own_is_told_its_own_time() -> None:
    room, _ = on_air()
    room.viewer("v", "presenter")
    room.viewer("w", "presenter")
    subscription = room.router._viewers["w"]._subscriptions[0]
    span = subscription._spans[-1]
    subscription._spans[-1] = span._replace(shift=Shift(0, 450))
    usual, own = (parse_rtcp(data)[0] for data in told(room, "v", "w"))
    assert isinstance(usual, SenderReport)
    assert isinstance(own, SenderReport)
    assert (own.rtp_timestamp - usual.rtp_timestamp) & 0xFFFFFFFF == 450
