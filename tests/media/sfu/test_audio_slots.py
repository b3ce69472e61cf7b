"""Who is heard."""

from __future__ import annotations

from media.protocol import AUDIO_SLOTS, SpeakersChanged
from media.rtp.codecs import OPUS_SILENCE
from media.sfu.ports import LOUDEST_AUDIO_SLOT
from tests.media.sfu.room import (
    MID_ID,
    FakeOut,
    Room,
    Source,
    assert_gapless,
    assert_time_goes_on,
)


def speak(room: Room, levels: dict[Source, int], packets: int = 1) -> None:
    for _ in range(packets):
        for source, level in levels.items():
            source.voice(level)
        room.go(20)


def rankings(room: Room) -> list[tuple[str, ...]]:
    return [
        event.publication_ids
        for event in room.events
        if isinstance(event, SpeakersChanged)
    ]


def last_heard(out: FakeOut) -> list[str]:
    """Who is in each slot, told by the payload."""
    return [
        out.of(stream)[-1].payload.decode()[:1] if out.of(stream) else ""
        for stream in range(3)
    ]


def people(room: Room, names: str) -> list[Source]:
    return [
        room.source(name, ssrc=1000 * number)
        for number, name in enumerate(names, start=1)
    ]


def test_first_three_are_heard_even_when_they_are_quiet() -> None:
    room = Room()
    out = room.viewer("v", *AUDIO_SLOTS)
    a, b, c = people(room, "abc")
    speak(room, {a: 120, b: 120, c: 120}, packets=10)
    assert sorted(last_heard(out)) == ["a", "b", "c"]


def test_louder_source_pushes_the_quietest_out_and_others_keep_their_slot() -> None:
    room = Room()
    out = room.viewer("v", *AUDIO_SLOTS)
    a, b, c, d = people(room, "abcd")
    speak(room, {a: 30, b: 90, c: 40}, packets=25)
    before = last_heard(out)
    speak(room, {a: 30, b: 90, c: 40, d: 25}, packets=25)
    after = last_heard(out)
    assert ["d" if name == "b" else name for name in before] == after
    for stream in range(3):
        assert_gapless(out.of(stream))
        assert_time_goes_on(out.of(stream))


def test_slightly_louder_source_changes_nothing() -> None:
    room = Room()
    out = room.viewer("v", *AUDIO_SLOTS)
    a, b, c, d = people(room, "abcd")
    speak(room, {a: 40, b: 40, c: 40}, packets=25)
    speak(room, {a: 40, b: 40, c: 40, d: 35}, packets=100)
    assert "d" not in last_heard(out)


def test_breath_does_not_cost_the_slot() -> None:
    room = Room()
    out = room.viewer("v", *AUDIO_SLOTS)
    a, b, c, d = people(room, "abcd")
    speak(room, {a: 30, b: 30, c: 30, d: 60}, packets=50)
    assert "d" not in last_heard(out)
    speak(room, {a: 127, b: 30, c: 30, d: 60}, packets=5)
    assert "a" in last_heard(out)


def test_ranking_is_loudest_first_and_told_at_most_five_times_a_second() -> None:
    room = Room()
    a, b, c = people(room, "abc")
    speak(room, {a: 60, b: 30, c: 90}, packets=50)
    assert rankings(room)[-1] == ("b/0", "a/0", "c/0")
    told = len(rankings(room))
    for step in range(100):
        levels = {a: 20, b: 90, c: 60} if step % 4 < 2 else {a: 90, b: 60, c: 20}
        speak(room, levels)
    assert len(rankings(room)) - told <= 2 * 5 + 1


def test_muted_source_leaves_at_once_and_the_next_one_is_heard() -> None:
    room = Room()
    out = room.viewer("v", *AUDIO_SLOTS)
    a, b, c, d = people(room, "abcd")
    speak(room, {a: 30, b: 30, c: 30, d: 60}, packets=25)
    room.router.pause("b/0", True)
    speak(room, {a: 30, b: 30, c: 30, d: 60}, packets=5)
    assert sorted(last_heard(out)) == ["a", "c", "d"]
    assert "b/0" not in rankings(room)[-1]


def test_source_without_levels_counts_as_ordinary_speech() -> None:
    room = Room()
    (loud, quiet) = people(room, "ab")
    obs = room.source("c", ssrc=9000, has_levels=False)
    for _ in range(50):
        loud.voice(10)
        quiet.voice(80)
        obs.voice(extensions={MID_ID: b"0"})
        room.go(20)
    assert rankings(room)[-1] == ("a/0", "c/0", "b/0")


def test_single_audio_section_follows_the_loudest() -> None:
    room = Room()
    out = room.viewer("v", LOUDEST_AUDIO_SLOT)
    a, b = people(room, "ab")
    speak(room, {a: 30, b: 110}, packets=50)
    assert out.of(0)[-1].payload.startswith(b"a")
    speak(room, {a: 110, b: 30}, packets=50)
    assert out.of(0)[-1].payload.startswith(b"b")
    assert_gapless(out.of(0))
    assert_time_goes_on(out.of(0))


def test_nobody_hears_their_own_voice_nor_sees_a_gap() -> None:
    room = Room()
    a = room.source("a", group="person")
    own = room.viewer("v", *AUDIO_SLOTS, group="person")
    other = room.viewer("w", *AUDIO_SLOTS, group="else")
    speak(room, {a: 30}, packets=20)
    assert {packet.payload for packet in own.of(0)} == {OPUS_SILENCE}
    assert all(packet.payload.startswith(b"a") for packet in other.of(0))
    assert [p.ext_seqno for p in own.of(0)] == [p.ext_seqno for p in other.of(0)]


def test_own_slot_is_heard_again_when_another_takes_it() -> None:
    room = Room()
    a = room.source("a", ssrc=1000, group="person")
    own = room.viewer("v", LOUDEST_AUDIO_SLOT, group="person")
    speak(room, {a: 30}, packets=10)
    room.router.close_peer("a")
    b = room.source("b", ssrc=2000)
    speak(room, {b: 30}, packets=10)
    assert own.of(0)[-1].payload.startswith(b"b")
    assert_gapless(own.of(0))


def test_new_talk_spurt_is_marked() -> None:
    room = Room()
    out = room.viewer("v", AUDIO_SLOTS[0])
    (a,) = people(room, "a")
    speak(room, {a: 30}, packets=10)
    room.router.close_peer("a")
    (b,) = people(room, "b")
    speak(room, {b: 30}, packets=10)
    heard = out.of(0)
    first_of_b = next(p for p in heard if p.payload.startswith(b"b"))
    assert [packet for packet in heard if packet.marker] == [heard[0], first_of_b]


def test_sound_leaves_before_pictures() -> None:
    room = Room()
    a = room.source("a")
    room.router.assign("presenter", a.camera)
    out = room.viewer("v", "presenter", AUDIO_SLOTS[0])
    a.picture(key=True)
    a.voice()
    room.go(50)
    out.batches.clear()
    a.picture()
    a.voice()
    a.picture()
    room.go()
    assert out.batches == [1, 0]
