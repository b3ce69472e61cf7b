"""RTP timestamps to session time: late reports, drift, steps, wraps."""

from __future__ import annotations

from itertools import pairwise

from recordings.timeline import StreamTimeline, WorkerClock

RATE_HZ = 48_000


def stamp(session_us: int, ppm: float = 0.0) -> int:
    return (
        0xFFFF_0000 + round(session_us * (1 + ppm / 1e6) * RATE_HZ / 1e6)
    ) & 0xFFFFFFFF


def test_report_before_the_first_unit_gives_its_time_exactly() -> None:
    timeline = StreamTimeline(RATE_HZ)
    timeline.on_sender_report(stamp(1_000_000), 1_000_000)
    assert abs(timeline.session_us(stamp(5_000_000), 5_200_000) - 5_000_000) <= 21


def test_first_report_bends_the_clock_and_never_turns_it_back() -> None:
    timeline = StreamTimeline(RATE_HZ)
    times = []
    for at_us in range(0, 12_000_000, 20_000):
        if at_us == 1_000_000:
            timeline.on_sender_report(stamp(at_us), at_us)
        times.append(timeline.session_us(stamp(at_us), at_us + 90_000))
    assert times[0] == 90_000
    steps = [b - a for a, b in pairwise(times)]
    assert min(steps) >= 19_700
    assert abs(times[-1] - 11_980_000) <= 100


def test_drift_of_200_ppm_is_followed() -> None:
    timeline = StreamTimeline(RATE_HZ)
    worst = 0
    for at_us in range(0, 600_000_000, 20_000):
        if at_us % 1_000_000 == 0:
            timeline.on_sender_report(stamp(at_us, ppm=200), at_us)
        worst = max(worst, abs(timeline.session_us(stamp(at_us, 200), at_us) - at_us))
    assert worst <= 1_000


def test_wrong_mapping_is_replaced_at_once_and_time_holds_still() -> None:
    timeline = StreamTimeline(RATE_HZ)
    timeline.on_sender_report(stamp(0), 2_000_000)
    before = timeline.session_us(stamp(0), 0)
    timeline.on_sender_report(stamp(20_000), 20_000)
    assert timeline.session_us(stamp(20_000), 20_000) == before
    assert abs(timeline.session_us(stamp(3_000_000), 3_000_000) - 3_000_000) <= 21


def test_worker_clock_leaves_small_differences_and_takes_off_a_step() -> None:
    clock = WorkerClock()
    assert clock.to_session_us(1_000_000, 1_030_000) == 1_000_000
    assert clock.to_session_us(9_000_000, 2_000_000) == 2_000_000
    assert clock.to_session_us(10_001_000, 3_000_500) == 3_001_000
