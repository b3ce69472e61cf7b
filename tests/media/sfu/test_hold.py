"""The beginning of a picture waits a moment for its rest; sound never does."""

from __future__ import annotations

from media.sfu.picture_line import HOLD_NS
from tests.media.sfu.room import FakeOut, Room, Source

HOLD_MS = HOLD_NS / 1e6


def on_air() -> tuple[Room, Source, FakeOut]:
    room = Room()
    source = room.source("a")
    room.router.assign("presenter", source.camera)
    viewer = room.viewer("v", "presenter", "audio-1")
    source.picture(key=True)
    source.voice()
    room.go()
    return room, source, viewer


def is_holding(room: Room) -> bool:
    return room.router.is_holding


def test_packets_of_a_picture_that_come_one_by_one_leave_together() -> None:
    room, source, viewer = on_air()
    before = len(viewer.of(0))
    first, second, last = source.build_picture()
    source.send(first)
    room.router.flush()
    source.send(second)
    room.router.flush()
    assert is_holding(room)
    assert len(viewer.of(0)) == before
    source.send(last)
    room.router.flush()
    assert not is_holding(room)
    assert len(viewer.of(0)) == before + 3


def test_no_packet_waits_longer_than_the_moment() -> None:
    room, source, viewer = on_air()
    before = len(viewer.of(0))
    first, second, _ = source.build_picture()
    source.send(first)
    room.router.flush()
    room.clock.advance_ms(HOLD_MS / 2)
    source.send(second)
    room.router.flush()
    assert len(viewer.of(0)) == before
    room.clock.advance_ms(HOLD_MS / 2)
    room.router.flush()
    assert not is_holding(room)
    assert len(viewer.of(0)) == before + 2


def test_sound_does_not_wait_behind_a_picture() -> None:
    room, source, viewer = on_air()
    heard = len(viewer.of(1))
    source.send(source.build_picture()[0])
    source.voice()
    room.router.flush()
    assert is_holding(room)
    assert len(viewer.of(1)) == heard + 1


def test_who_joins_in_the_moment_gets_every_packet_once() -> None:
    room, source, _ = on_air()
    first, *rest = source.build_picture()
    source.send(first)
    room.router.flush()
    joiner = room.viewer("late", "presenter")
    source.send(*rest)
    room.go()
    numbers = [packet.ext_seqno for packet in joiner.of(0)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len(numbers) >= 3
