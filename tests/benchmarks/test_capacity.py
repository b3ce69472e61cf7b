"""The operator's estimate: lines through measured points, and the honest doubts."""

from __future__ import annotations

import asyncio
import math
import sys
from dataclasses import replace

import pytest

from benchmarks.capacity import describe, estimate, reach
from benchmarks.fanout.delay import Delay, Delays
from benchmarks.fanout.measure import Result

FREE_KIB = 8 << 20


def result(viewers: int, cpu_percent: float, p99_ms: float, loss: float = 0) -> Result:
    delay = Delay(1_000, 1.0, p99_ms, p99_ms)
    return Result(
        server="hallcast",
        subscribers=viewers,
        connected=viewers,
        profile="SRTP_AEAD_AES_128_GCM",
        cpu_us_per_packet=4.0,
        cpu_percent=cpu_percent,
        packets_per_s=200.0 * viewers,
        loss_percent=loss,
        samples=10,
        samples_failed=0,
        load_percent=20.0,
        join_cpu_ms=2.0,
        kib_per_subscriber=80.0,
        delays=Delays(delay, delay, delay),
    )


def test_a_line_is_continued_to_the_target() -> None:
    assert reach([100, 200, 300], [10, 18, 26], 70) == pytest.approx(850)
    assert math.isinf(reach([100, 200], [5, 5], 70))
    assert reach([100, 200], [80, 75], 70) == 0


def test_the_tightest_resource_decides() -> None:
    by_cpu = [result(100, 10, 2), result(200, 18, 3), result(300, 26, 4)]
    assert estimate(by_cpu, FREE_KIB).viewers == 850
    assert estimate(by_cpu, FREE_KIB).brisk == pytest.approx(900)
    by_delay = [result(100, 10, 10), result(200, 18, 20), result(300, 26, 30)]
    assert estimate(by_delay, FREE_KIB).viewers == 400
    assert estimate(by_cpu, free_kib=16_000).viewers == 100


def test_a_size_that_lost_packets_does_not_count_as_held() -> None:
    results = [result(100, 10, 2), result(200, 18, 3, loss=0.2)]
    capacity = estimate(results, FREE_KIB)
    assert capacity.viewers == 100
    assert "a loss of 0.1 % ends it" in describe(results, capacity, 2, 0.1)


def test_doubts_are_told() -> None:
    results = [result(100, 10, 2), result(300, 26, 4)]
    capacity = estimate(results, FREE_KIB)
    assert "busy" not in describe(results, capacity, cores=4, busy=0.5)
    assert "The machine was busy" in describe(results, capacity, cores=4, busy=9)
    shared = [replace(one, load_percent=80.0) for one in results]
    assert "share the cores" in describe(shared, capacity, cores=1, busy=0)


async def test_the_operators_command_measures_a_real_worker() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.cli", "bench"),
        *("--sizes", "2", "4", "--seconds", "0.4"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output = (await process.communicate())[0].decode()
    assert process.returncode == 0, output
    assert "One media worker of this machine holds about" in output
    assert "  4 viewers: " in output
