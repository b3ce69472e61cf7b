"""Which viewers get sound with redundancy, and that no number is sent twice."""

from __future__ import annotations

from media.sfu.ports import ViewerStream
from media.sfu.red_choice import OFF_NS, RedChoice
from tests.media.rtp.test_red import read
from tests.media.sfu.room import FakeOut, Room, Source, assert_gapless

S = 1_000_000_000


def listener(room: Room, peer_id: str, *, has_red: bool = True) -> FakeOut:
    out = FakeOut()
    types = {"opus": 111, "red": 63} if has_red else {"opus": 111}
    ssrc = room.router.slot_ssrc("audio-1")
    stream = ViewerStream("audio-1", "audio", types, {}, ssrc, None)  # type: ignore[arg-type]
    room.router.open_viewer(peer_id, [stream], out)
    return out


def talk(room: Room, source: Source, packets: int = 5) -> None:
    for _ in range(packets):
        source.voice()
        room.go(20)


def test_only_the_viewer_that_loses_packets_gets_redundancy() -> None:
    room = Room()
    source = room.source("a")
    lossy, clean = listener(room, "lossy"), listener(room, "clean")
    unable = listener(room, "unable", has_red=False)
    talk(room, source)
    room.receiver_report("lossy", "audio-1", 0.05)
    room.receiver_report("unable", "audio-1", 0.05)
    talk(room, source)
    assert [one.codec for one in lossy.of(0)[-5:]] == ["red"] * 5
    assert {one.codec for one in (*clean.of(0), *unable.of(0))} == {"opus"}


def test_redundant_packets_carry_the_one_before_under_the_same_numbers() -> None:
    room = Room()
    source = room.source("a")
    lossy, clean = listener(room, "lossy"), listener(room, "clean")
    talk(room, source)
    room.receiver_report("lossy", "audio-1", 0.05)
    talk(room, source)
    for red, plain, older in zip(
        lossy.of(0)[-5:], clean.of(0)[-5:], clean.of(0)[-6:-1], strict=True
    ):
        assert (red.ext_seqno, red.timestamp) == (plain.ext_seqno, plain.timestamp)
        assert read(red.payload, red.timestamp) == [
            (111, older.timestamp, older.payload),
            (111, plain.timestamp, plain.payload),
        ]


def test_no_number_is_ever_sent_in_two_forms() -> None:
    """A switch in the middle of a batch, and back, with packets that come late."""
    room = Room()
    source = room.source("a")
    out = listener(room, "v")
    talk(room, source)
    for round_ in range(4):
        source.voice()
        if round_ % 2 == 0:
            room.receiver_report("v", "audio-1", 0.05)
        else:
            room.receiver_report("v", "audio-1")
            room.clock.advance_ms(OFF_NS / 1e6)
            room.receiver_report("v", "audio-1")
        source.voice()
        room.go(20)
    assert_gapless(out.of(0))
    assert {one.codec for one in out.of(0)} == {"opus", "red"}


def test_redundancy_ends_after_half_a_minute_without_loss() -> None:
    choice = RedChoice()
    assert not choice.on_loss(1.5, 0)
    assert choice.on_loss(2.5, S)
    assert not choice.on_loss(0, 20 * S)
    assert not choice.on_loss(1.2, 25 * S)
    assert not choice.on_loss(0, 54 * S)
    assert choice.on_loss(0, 55 * S)
    assert not choice.is_on
