"""How a viewer behind a bad line gets its pictures back, and what that may cost."""

from __future__ import annotations

from media.rtp.rtcp import ReceiverReport, ReportBlock
from media.rtp.rtcp_codec import build_rtcp
from media.sfu.subscription import MAX_CREDIT_BYTES
from tests.media.sfu.room import FakeOut, Room, Source


def on_air(room: Room) -> tuple[Source, FakeOut]:
    """A viewer of a source that has sent for a second."""
    source = room.source("a")
    source.report()
    room.router.assign("presenter", source.camera)
    out = room.viewer("v", "presenter")
    for step in range(31):
        source.picture(key=step == 0)
        room.go(33)
    return source, out


def answer_sender_report(room: Room, out: FakeOut, rtt_ms: int) -> None:
    """The report a viewer sends at once, of a sender report that took half of this."""
    ssrc = room.router.slot_ssrc("presenter")
    last_sr = out.reports(ssrc)[-1].ntp >> 16 & 0xFFFFFFFF
    sent_ns = room.clock.now_ns
    while room.clock.now_ns < sent_ns + rtt_ms * 1_000_000:
        room.clock.advance_ms(1)
    block = ReportBlock(ssrc, 0, 0, 0, 0, last_sr, 0)
    data = build_rtcp((ReceiverReport(1, (block,)),))
    room.router.on_rtcp("v", data, room.clock.now_ns)


def test_a_viewer_that_asks_faster_than_its_line_is_answered_once_a_round_trip() -> (
    None
):
    room = Room()
    source, out = on_air(room)
    while not out.reports(room.router.slot_ssrc("presenter")):
        source.picture()
        room.go(33)
    out.rtcp.clear()
    while not out.reports(room.router.slot_ssrc("presenter")):
        source.picture()
        room.go(1)
    answer_sender_report(room, out, rtt_ms=300)
    lost = out.of(0)[-1].ext_seqno
    for _ in range(6):
        room.nack("v", "presenter", lost)
        room.clock.advance_ms(100)
    assert len(out.repeats) == 2


def test_a_viewer_that_lost_more_than_its_share_gets_a_keyframe() -> None:
    room = Room()
    source, out = on_air(room)
    room.go(2_000)
    before = source.out.plis()
    spent = 0
    while spent < MAX_CREDIT_BYTES and source.out.plis() == before:
        for packet in out.of(0):
            room.nack("v", "presenter", packet.ext_seqno)
            spent += len(packet.payload)
    room.go(1)
    assert source.out.plis() == before + 1
