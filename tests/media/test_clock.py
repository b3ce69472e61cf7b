from __future__ import annotations

import time

import pytest

from media.clock import (
    ManualClock,
    SystemClock,
    ntp_from_unix_ns,
    unix_ns_from_ntp,
)

S = 1_000_000_000


def test_system_clock_agrees_with_the_machine() -> None:
    clock = SystemClock()
    assert abs(clock.wall_ns_at(clock.monotonic_ns()) - time.time_ns()) < S


def test_step_of_the_machine_does_not_tear_the_wall_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SystemClock()
    before_ns = clock.wall_ns_at(clock.monotonic_ns())
    stepped_ns = time.time_ns() + 3600 * S
    monkeypatch.setattr(time, "time_ns", lambda: stepped_ns)
    assert clock.wall_ns_at(clock.monotonic_ns()) - before_ns < S


def test_manual_clock_moves_both_times_alike() -> None:
    clock = ManualClock()
    before_ns = clock.monotonic_ns()
    before_wall_ns = clock.wall_ns_at(before_ns)
    assert clock.advance_ms(250) == before_ns + 250_000_000
    assert clock.wall_ns_at(clock.monotonic_ns()) == before_wall_ns + 250_000_000


@pytest.mark.parametrize(
    ("unix_ns", "ntp"),
    [
        (0, 2_208_988_800 << 32),
        (S // 2, 2_208_988_800 << 32 | 1 << 31),
        # The era ends on 2036-02-07 06:28:16 (RFC 5905).
        (2_085_978_496 * S, 0),
    ],
    ids=["1970", "half a second", "next era"],
)
def test_known_moments_in_ntp(unix_ns: int, ntp: int) -> None:
    assert ntp_from_unix_ns(unix_ns) == ntp


def test_publisher_may_count_from_its_boot() -> None:
    assert unix_ns_from_ntp(7 << 32) == (7 - 2_208_988_800) * S
