from __future__ import annotations

from media.rtp.nack import (
    FIRST_RTT_NS,
    MAX_AGE_NS,
    MAX_ASKS,
    REORDER_WAIT_NS,
    NackTracker,
)

MS = 1_000_000


def test_reordered_packet_is_not_asked_for() -> None:
    tracker = NackTracker()
    for number in (100, 102):
        tracker.on_packet(number, 0)
    assert tracker.due(5 * MS) == ([], False)
    tracker.on_packet(101, 6 * MS)
    assert tracker.due(50 * MS) == ([], False)


def test_missing_packets_are_asked_for_after_the_wait_and_then_once_a_round_trip() -> (
    None
):
    tracker = NackTracker()
    tracker.on_packet(100, 0)
    tracker.on_packet(103, 0)
    assert tracker.due(REORDER_WAIT_NS) == ([101, 102], False)
    for now_ms in range(20, 110, 10):
        assert tracker.due(now_ms * MS) == ([], False)
    for now_ms in range(110, 310, 10):
        assert tracker.due(now_ms * MS) == ([], False)
    again_ns = REORDER_WAIT_NS + FIRST_RTT_NS * 5 // 4
    assert tracker.due(again_ns) == ([101, 102], False)


def test_round_trip_is_learnt_from_single_asks() -> None:
    tracker = NackTracker()
    tracker.on_packet(0, 0)
    for number in range(2, 80, 2):
        now_ns = number * 1000 * MS
        tracker.on_packet(number, now_ns)
        tracker.due(now_ns + 10 * MS)
        tracker.on_packet(number - 1, now_ns + 310 * MS)
    assert 290 * MS < tracker.rtt_ns <= 300 * MS


def test_gives_up_after_enough_asks_and_wants_a_keyframe() -> None:
    tracker = NackTracker()
    tracker.on_packet(0, 0)
    lose_one(tracker, 2, rtt_ms=100)
    tracker.on_packet(4, 30_000 * MS)
    asked = 0
    for now_ms in range(30_000, 33_000, 10):
        numbers, has_given_up = tracker.due(now_ms * MS)
        asked += len(numbers)
        if has_given_up:
            break
    else:
        raise AssertionError("never gave up")
    assert asked == MAX_ASKS
    assert tracker.due(40_000 * MS) == ([], False)


def test_gives_up_a_packet_that_is_too_old_to_help() -> None:
    tracker = NackTracker()
    tracker.on_packet(0, 0)
    tracker.on_packet(2, 0)
    given_up_ms = next(ms for ms in range(0, 3000, 10) if tracker.due(ms * MS)[1])
    assert MAX_AGE_NS <= given_up_ms * MS <= MAX_AGE_NS + FIRST_RTT_NS


def test_outage_wants_a_keyframe_instead_of_hundreds_of_repeats() -> None:
    tracker = NackTracker()
    assert tracker.on_packet(0, 0) is False
    assert tracker.on_packet(300, 0) is True
    assert tracker.due(100 * MS) == ([], False)


def test_reset_forgets_what_was_missing() -> None:
    tracker = NackTracker()
    tracker.on_packet(0, 0)
    tracker.on_packet(5, 0)
    tracker.reset()
    tracker.on_packet(900, 0)
    assert tracker.due(100 * MS) == ([], False)


def lose_one(
    tracker: NackTracker, number: int, rtt_ms: int, *, is_repeat: bool = True
) -> list[int]:
    """Lose the packet before `number`, tick each 20 ms; gives when it was asked for.

    The answer to the first ask comes a round trip later.
    """
    asked_ms: list[int] = []
    base_ms = number * 10_000
    tracker.on_packet(number, base_ms * MS)
    for at_ms in range(0, 2_000, 20):
        if asked_ms and at_ms >= asked_ms[0] + rtt_ms:
            tracker.on_packet(number - 1, (base_ms + at_ms) * MS, is_repeat=is_repeat)
            break
        if tracker.due((base_ms + at_ms) * MS)[0]:
            asked_ms.append(at_ms)
    return asked_ms


def test_a_slow_line_is_not_asked_twice_within_its_round_trip() -> None:
    tracker = NackTracker()
    tracker.on_packet(0, 0)
    for number in range(2, 42, 2):
        assert len(lose_one(tracker, number, rtt_ms=300)) == 1
    assert 290 * MS < tracker.rtt_ns <= 320 * MS


def test_a_line_that_becomes_slower_is_learnt_though_it_is_asked_early() -> None:
    tracker = NackTracker()
    tracker.on_packet(0, 0)
    for number in range(2, 42, 2):
        lose_one(tracker, number, rtt_ms=60)
    assert tracker.rtt_ns < 90 * MS
    asks = [len(lose_one(tracker, 42 + n, rtt_ms=400)) for n in range(0, 120, 2)]
    assert asks[0] > 1
    assert asks[-20:] == [1] * 20


def test_a_late_original_teaches_no_round_trip() -> None:
    tracker = NackTracker()
    tracker.on_packet(0, 0)
    for number in range(2, 22, 2):
        lose_one(tracker, number, rtt_ms=300)
    for number in range(22, 102, 2):
        lose_one(tracker, number, rtt_ms=20, is_repeat=False)
    assert tracker.rtt_ns > 290 * MS


def test_a_restless_line_is_given_more_time_than_a_calm_one() -> None:
    calm, restless = NackTracker(), NackTracker()
    for tracker, swing_ms in ((calm, 0), (restless, 80)):
        tracker.on_packet(0, 0)
        for number in range(2, 82, 2):
            rtt_ms = 120 + (swing_ms if number % 4 else -swing_ms)
            lose_one(tracker, number, rtt_ms)
    assert calm.timeout_ns < 170 * MS
    assert restless.timeout_ns > 190 * MS
