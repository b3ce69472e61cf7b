from __future__ import annotations

from media.rtp.repeats import MAX_ENTRIES, RecentRepeats

MS = 1_000_000


def test_a_packet_is_repeated_once_a_round_trip() -> None:
    repeats = RecentRepeats()
    served = [
        at_ms
        for at_ms in range(0, 1_000, 100)
        if repeats.may_repeat(7, at_ms * MS, 300 * MS)
    ]
    assert served == [0, 300, 600, 900]


def test_other_packets_are_not_held_back() -> None:
    repeats = RecentRepeats()
    assert repeats.may_repeat(7, 0, 300 * MS)
    assert repeats.may_repeat(8, 0, 300 * MS)


def test_without_a_known_round_trip_every_wish_is_served() -> None:
    repeats = RecentRepeats()
    assert [repeats.may_repeat(7, 5, 0) for _ in range(3)] == [True] * 3


def test_what_it_remembers_is_bounded() -> None:
    repeats = RecentRepeats()
    for number in range(2 * MAX_ENTRIES):
        assert repeats.may_repeat(number, 0, 300 * MS)
    assert repeats.may_repeat(0, 1, 300 * MS)
    assert not repeats.may_repeat(2 * MAX_ENTRIES - 1, 1, 300 * MS)
