from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.clock import ntp_from_unix_ns, unix_ns_from_ntp
from media.rtp.ntp import ClockOffset, TimestampClock

S = 1_000_000_000
MS = 1_000_000
WALL = 1_790_000_000 * S


@given(st.integers(0, 2_000_000_000 * S))
def test_unix_time_survives_the_way_through_ntp(unix_ns: int) -> None:
    assert unix_ns_from_ntp(ntp_from_unix_ns(unix_ns)) == unix_ns


def test_fastest_arrival_decides() -> None:
    offset = ClockOffset()
    for delay_ms in (80, 30, 120, 55):
        offset.observe(WALL, WALL + 3600 * S + delay_ms * MS)
    assert offset.offset_ns == 3600 * S + 30 * MS


def test_slow_drift_is_followed() -> None:
    offset = ClockOffset()
    for second in range(3600):
        drift_ns = second * 50_000
        offset.observe(WALL + second * S, WALL + second * S + drift_ns + 20 * MS)
    assert offset.offset_ns is not None
    assert 3600 * 50_000 - 4 * MS < offset.offset_ns - 20 * MS <= 3600 * 50_000


def test_clock_that_was_set_is_believed_at_once() -> None:
    offset = ClockOffset()
    offset.observe(WALL, WALL + 10 * MS)
    offset.observe(WALL - 3600 * S, WALL + 20 * MS)
    assert offset.offset_ns == 3600 * S + 20 * MS
    offset.observe(WALL, WALL + 40 * MS)
    assert offset.offset_ns == 40 * MS


def test_timestamps_map_both_ways_around_the_report_and_the_wrap() -> None:
    clock = TimestampClock(90_000, ClockOffset())
    assert clock.wall_ns(5) is None
    clock.on_sender_report(WALL - 7 * S, 10, WALL)
    assert clock.wall_ns(10 + 90_000) == WALL + S
    assert clock.wall_ns((10 - 90_000) & 0xFFFFFFFF) == WALL - S
    clock.forget()
    assert clock.wall_ns(10) is None
