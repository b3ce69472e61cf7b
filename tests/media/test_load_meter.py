"""How busy a worker is that does not have a core to itself."""

from __future__ import annotations

import time

import pytest

from media.load_meter import BusyMeter, Times, open_process_times

MS = 1_000_000


class Meter:
    """A meter, and the times that the kernel tells it."""

    def __init__(self) -> None:
        self.times: Times = (0, 0)
        self.meter = BusyMeter(0, lambda: self.times)

    def share(self, ran_ms: int, waited_ms: int, elapsed_ms: int = 500) -> float:
        self.times = (ran_ms * MS, waited_ms * MS)
        observed = self.meter.observe(0.0, elapsed_ms * MS)
        assert observed is not None
        return observed[0]


def test_with_a_core_to_itself_the_share_is_of_the_core() -> None:
    assert Meter().share(ran_ms=300, waited_ms=0) == pytest.approx(0.6)


def test_a_worker_held_to_half_a_core_is_full_at_half() -> None:
    assert Meter().share(ran_ms=250, waited_ms=245) > 0.97
    assert Meter().share(ran_ms=125, waited_ms=10) < 0.3


def test_who_hardly_runs_is_not_full_however_long_it_waits() -> None:
    assert Meter().share(ran_ms=20, waited_ms=480) == pytest.approx(0.04)


def test_the_worst_lateness_of_the_interval_counts() -> None:
    meter = BusyMeter(0, lambda: (0, 0))
    assert meter.observe(0.3, 20 * MS) is None
    assert meter.observe(0.1, 500 * MS) == (0.0, 0.3)
    assert meter.observe(0.0, 1_000 * MS) == (0.0, 0.0)


def test_the_kernel_tells_what_this_process_ran() -> None:
    read = open_process_times()
    before = read()
    until_ns = time.process_time_ns() + 20 * MS
    while time.process_time_ns() < until_ns:
        pass
    ran_ns, waited_ns = (b - a for a, b in zip(before, read(), strict=True))
    assert ran_ns >= 20 * MS
    assert waited_ns >= 0
