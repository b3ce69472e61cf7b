from __future__ import annotations

from media.rtp.nack import FIRST_RTT_NS, MAX_ASKS, REORDER_WAIT_NS, NackTracker

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
    tracker.on_packet(2, 0)
    asked = 0
    for now_ms in range(0, 3000, 10):
        numbers, has_given_up = tracker.due(now_ms * MS)
        asked += len(numbers)
        if has_given_up:
            break
    else:
        raise AssertionError("never gave up")
    assert asked == MAX_ASKS
    assert tracker.due(10_000 * MS) == ([], False)


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
