"""A source's first keyframe reaches the slots it is put into a moment later."""

from __future__ import annotations

from media.protocol import SlotSwitched
from media.rtp.packet import RtpPacket
from media.sfu.lead import LEAD_NS, MAX_PACKETS, Lead, LeadPacket
from tests.media.sfu.room import Room, assert_gapless, assert_time_goes_on

MS = 1_000_000


def test_pictures_from_before_the_assignment_are_shown_at_once() -> None:
    room = Room()
    source, out = room.source("a"), room.viewer("v", "presenter")
    source.picture(key=True)
    room.go(30)
    source.picture()
    room.go(10)
    room.router.assign("presenter", source.camera)
    room.go()
    assert len(out.of(0)) == 6
    assert source.out.plis() == 0
    assert [one.slot for one in room.events if isinstance(one, SlotSwitched)]
    source.picture()
    room.go()
    assert len(out.of(0)) == 9
    assert_gapless(out.of(0))
    assert_time_goes_on(out.of(0))


def test_each_slot_of_a_new_source_gets_its_first_pictures() -> None:
    room = Room()
    source = room.source("a", "h264")
    first = room.viewer("v", "presenter")
    second = room.viewer("w", "programme")
    source.picture(key=True)
    room.router.assign("presenter", source.camera)
    room.go(20)
    source.picture()
    room.router.assign("programme", source.camera)
    room.go()
    for out in (first, second):
        assert len(out.of(0)) == 6
        assert_gapless(out.of(0))


def test_a_slot_in_use_switches_without_a_gap() -> None:
    room = Room()
    out = room.viewer("v", "presenter")
    before = room.source("a")
    room.router.assign("presenter", before.camera)
    before.picture(key=True)
    room.go(33)
    after = room.source("b", ssrc=2000)
    after.picture(key=True)
    before.picture()
    room.go(33)
    room.router.assign("presenter", after.camera)
    after.picture()
    room.go(33)
    assert len(out.of(0)) == 12
    assert_gapless(out.of(0))
    assert_time_goes_on(out.of(0))


def test_later_a_keyframe_is_asked_for() -> None:
    room = Room()
    source, out = room.source("a"), room.viewer("v", "presenter")
    source.picture(key=True)
    room.go(LEAD_NS // MS + 1)
    room.router.assign("presenter", source.camera)
    room.go()
    assert out.of(0) == []
    assert source.out.plis() == 1


def test_a_paused_source_shows_nothing() -> None:
    room = Room()
    source, out = room.source("a"), room.viewer("v", "presenter")
    source.picture(key=True)
    room.router.pause(source.camera, paused=True)
    room.router.assign("presenter", source.camera)
    room.go()
    assert out.of(0) == []


def build(number: int, *, key: bool = False, at_ns: int = 0) -> LeadPacket:
    packet = RtpPacket(bytes((0x80, 96)) + bytes(10) + b"x")
    return LeadPacket(number, packet, "vp8", key, at_ns)


def test_a_lead_begins_with_the_newest_keyframe() -> None:
    lead = Lead()
    for number in range(10):
        lead.add(build(number, key=number in {3, 6}))
    assert [one.ext_seqno for one in lead.packets(0)] == [6, 7, 8, 9]


def test_a_lead_that_grows_too_big_is_given_up_until_the_next_keyframe() -> None:
    lead = Lead()
    for number in range(MAX_PACKETS + 1):
        lead.add(build(number, key=number == 0))
    assert lead.packets(0) == ()
    lead.add(build(1000, key=True))
    assert len(lead.packets(0)) == 1
