from __future__ import annotations

from tests.impairment.light_nack import MAX_ASKS, LightNack
from tests.impairment.light_viewer import red_blocks
from tests.impairment.playout import (
    NS_PER_MS,
    PicturePlayout,
    SoundPlayout,
    freezes_s,
)
from tests.impairment.stamps import (
    PictureStamp,
    SoundStamp,
    picture_payload,
    read_picture,
    read_sound,
    sound_payload,
)

MS = NS_PER_MS


def hear(
    lost: set[int], *, fec: bool = False, late_ms: dict[int, int] | None = None
) -> SoundPlayout:
    """Ten sounds over a line of 30 ms."""
    playout = SoundPlayout()
    for number in range(10):
        sent_ns = number * 20 * MS
        arrival_ns = sent_ns + (30 + (late_ms or {}).get(number, 0)) * MS
        if number not in lost:
            stamp = SoundStamp(number, fec, sent_ns)
            playout.on_packet(stamp, arrival_ns, repeat=False)
    return playout


def see(playout: PicturePlayout, number: int, at_ms: int, *, key: bool = False) -> None:
    for position in range(2):
        stamp = PictureStamp(number, position, 2, number * 40 * MS, key)
        playout.on_packet(stamp, at_ms * MS)


def test_a_lost_sound_is_concealed() -> None:
    assert hear(set()).concealed(0, 9, 150) == 0
    assert hear({4}).concealed(0, 9, 150) == 0.1


def test_the_next_packet_brings_a_lost_sound_when_it_carries_it() -> None:
    assert hear({4}, fec=True).concealed(0, 9, 150) == 0
    assert hear({4, 5}, fec=True).concealed(0, 9, 150) == 0.1


def test_a_sound_after_its_time_is_concealed() -> None:
    assert hear(set(), late_ms={4: 140, 5: 160}).concealed(0, 9, 150) == 0.1


def test_pictures_wait_for_a_missing_one() -> None:
    playout = PicturePlayout()
    see(playout, 0, 0, key=True)
    see(playout, 2, 80)
    see(playout, 1, 300)
    assert playout.shown_ns(0) == [0, 300 * MS, 300 * MS]
    assert freezes_s(playout.shown_ns(0), 0, 340 * MS, 0.2) == [0.3]
    # In a buffer of 200 ms the first picture is shown later, and the gap is shorter.
    assert playout.shown_ns(200) == [200 * MS, 300 * MS, 300 * MS]


def test_a_later_keyframe_ends_the_waiting() -> None:
    playout = PicturePlayout()
    see(playout, 0, 0, key=True)
    see(playout, 2, 80)
    see(playout, 3, 120, key=True)
    see(playout, 1, 130)
    see(playout, 4, 160)
    assert [ready for _, ready in playout.decoded] == [0, 120 * MS, 160 * MS]


def test_nothing_is_shown_before_the_first_keyframe_and_twice_is_told() -> None:
    playout = PicturePlayout()
    see(playout, 0, 0)
    assert playout.decoded == []
    assert not playout.on_packet(PictureStamp(0, 0, 2, 0, False), 5)


def test_a_missing_packet_is_asked_for_at_once_then_ten_times_in_all() -> None:
    nack = LightNack()
    for seqno in (65_534, 0):
        nack.on_packet(seqno)
    asked = [nack.due(at * 50 * MS) for at in range(40)]
    assert asked[0] == [65_535]
    assert sum(map(len, asked)) == MAX_ASKS
    assert asked[1] == []


def test_an_answer_ends_the_asking() -> None:
    nack = LightNack()
    nack.on_packet(1)
    nack.on_packet(4)
    assert nack.due(0) == [2, 3]
    nack.on_packet(2, repeat=True)
    assert nack.due(100 * MS) == [3]


def test_stamps_come_back_as_they_went() -> None:
    sound = SoundStamp(70_000, True, 1 << 50)
    assert read_sound(sound_payload(sound)) == sound
    for position in (0, 1):
        picture = PictureStamp(70_000, position, 2, 1 << 50, position == 0)
        assert read_picture(picture_payload(picture)) == picture
    assert read_sound(b"\xf8\xff\xfe") is None


def test_red_is_taken_apart_oldest_first() -> None:
    head = (0x80 | 111) << 24 | 960 << 10 | 3
    assert list(red_blocks(head.to_bytes(4, "big") + bytes([111]) + b"oldnewer")) == [
        b"old",
        b"newer",
    ]
