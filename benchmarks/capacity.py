"""`hallcast bench`: how many viewers this machine holds, measured in half a minute.

A media worker of its own serves light viewers on loopback at three sizes. CPU share and
delay grow with viewers in a straight line (benchmarks/README.md), so the line through
the three, continued to the targets, tells how many fit.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fanout.measure import Result, measure
from benchmarks.fanout.programme import PACKETS_PER_S
from benchmarks.fanout.servers import Hallcast
from benchmarks.machine import allow_many_files, describe_machine

SIZES = (60, 150, 300)
SECONDS = 6.0
SETTLE_S = 1.0
"""Our worker serves joiners from its cache, so nobody waits for a keyframe."""
CPU_TARGET_PERCENT = 70.0
"""Of one core: the rest is for joins, repairs and whatever else the machine does."""
DELAY_TARGET_MS = 40.0
"""One picture at 25/s: longer, and the next one waits for this one."""
BRISK_DELAY_MS = 10.0
"""What the design promises at 300 viewers; told beside the capacity."""
LOSS_TARGET_PERCENT = 0.1
MEMORY_SHARE = 0.5
"""Of what is free now."""
PROGRAMME_MBPS = 1.3
BUSY_LOAD = 0.5
"""Load average a core before the run, above which the figures are not the machine's."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many viewers of one worker one resource allows."""

    name: str
    viewers: float


@dataclass(frozen=True, slots=True)
class Capacity:
    limits: tuple[Limit, ...]
    brisk: float
    """Viewers up to whom p99 stays within BRISK_DELAY_MS."""

    @property
    def tightest(self) -> Limit:
        return min(self.limits, key=lambda limit: limit.viewers)

    @property
    def viewers(self) -> int:
        """Two digits: more would pretend a precision that is not there."""
        return _round_down(self.tightest.viewers)


async def probe(sizes: Sequence[int], seconds: float) -> list[Result]:
    """Measure each size in a worker of its own."""
    return [await measure(Hallcast(), size, seconds, SETTLE_S) for size in sizes]


def estimate(results: Sequence[Result], free_kib: int) -> Capacity:
    """Continue what was measured to the targets."""
    counts = [float(result.connected) for result in results]
    cpu = reach(counts, [one.cpu_percent for one in results], CPU_TARGET_PERCENT)
    slowest = [max(one.delays.audio.p99_ms, one.delays.video.p99_ms) for one in results]
    delay = reach(counts, slowest, DELAY_TARGET_MS)
    brisk = reach(counts, slowest, BRISK_DELAY_MS)
    # Small sizes hold the worker's own growth too; the largest says most of a viewer.
    memory = MEMORY_SHARE * free_kib / max(1.0, results[-1].kib_per_subscriber)
    limits = [
        Limit(f"{CPU_TARGET_PERCENT:g} % of one core", cpu),
        Limit(f"a p99 delay of {DELAY_TARGET_MS:g} ms", delay),
        Limit(f"{100 * MEMORY_SHARE:g} % of the free memory", memory),
    ]
    lossy = [one for one in results if one.loss_percent >= LOSS_TARGET_PERCENT]
    if lossy:
        whole = [one.connected for one in results if one not in lossy]
        most = float(max(whole, default=0))
        limits.append(Limit(f"a loss of {LOSS_TARGET_PERCENT:g} %", most))
    return Capacity(tuple(limits), brisk)


def reach(x: Sequence[float], y: Sequence[float], target: float) -> float:
    """Return the x at which the least-squares line through the points is at target.

    Infinite when the line does not rise, 0 when it is above the target everywhere.
    """
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    spread = sum((one - x_mean) ** 2 for one in x)
    slope = 0.0
    if spread:
        slope = sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True))
        slope /= spread
    if slope <= 0:
        return math.inf if y_mean <= target else 0.0
    return max(0.0, x_mean + (target - y_mean) / slope)


def describe(
    results: Sequence[Result], capacity: Capacity, cores: int, busy: float
) -> str:
    """Say it in sentences an operator can use."""
    held, limit = capacity.viewers, capacity.tightest
    workers = max(1, cores - 1)
    lines = [
        f"One media worker of this machine holds about {held} viewers of one "
        f"{PROGRAMME_MBPS:g} Mbit/s programme; {limit.name} ends it.",
        f"With up to {_count(min(held, capacity.brisk))} of them 99 % of packets leave "
        f"it within {BRISK_DELAY_MS:g} ms.",
        f"They need {held * PROGRAMME_MBPS:.0f} Mbit/s upwards.",
    ]
    if workers > 1:
        lines.append(
            f"With media_workers = {workers} seminars together hold about "
            f"{_round_down(workers * held)}."
        )
    lines += ["", "How it was measured:"]
    lines += [f"  {_sentence(result)}" for result in results]
    lines += [f"  {one.name}: {_count(one.viewers)} viewers" for one in capacity.limits]
    lines += [
        "  The viewers finish ICE and DTLS over loopback, count every packet and",
        "  decrypt samples. CPU time is the worker's alone: what the viewers cost this",
        f"  machine is not in it. Each gets {PACKETS_PER_S} packets/s: with twice the",
        "  packets half the viewers fit. Network card and firewall cost extra.",
    ]
    return "\n".join(lines + _doubts(results, cores, busy))


def _sentence(result: Result) -> str:
    audio_ms, video_ms = result.delays.audio.p99_ms, result.delays.video.p99_ms
    return (
        f"{result.connected} viewers: {result.cpu_percent:.0f} % of a core, "
        f"{result.cpu_us_per_packet:.2f} us a packet, {result.loss_percent:.2f} % "
        f"lost, p99 delay of sound {audio_ms:.1f} ms, of pictures {video_ms:.1f} ms, "
        f"{result.kib_per_subscriber:.0f} KiB each"
    )


def _doubts(results: Sequence[Result], cores: int, busy: float) -> list[str]:
    """Say what makes the figure worth less."""
    doubts = []
    if busy > BUSY_LOAD * cores:
        doubts.append(
            f"The machine was busy (load average {busy:.1f}): run it again on a quiet "
            "one; the real figure is higher."
        )
    if any(one.cpu_percent + one.load_percent > 90 * cores for one in results):
        doubts.append(
            "Viewers and worker had to share the cores: delay and loss are partly the "
            "viewers' own; the real figure is higher."
        )
    if any(one.connected < one.subscribers for one in results):
        doubts.append("Not all viewers could connect: do not trust the figure.")
    return [f"\n{doubt}" for doubt in doubts]


def _count(viewers: float) -> str:
    return "any number of" if math.isinf(viewers) else f"{viewers:.0f}"


def _round_down(viewers: float) -> int:
    if not math.isfinite(viewers):
        raise ValueError("nothing limits the viewers: nothing was measured")
    step = int(10 ** max(0, len(str(int(viewers))) - 2))
    return int(viewers) // step * step


def _free_kib() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1])
    raise OSError("/proc/meminfo has no MemAvailable")


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="hallcast bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="a size")
    arguments = parser.parse_args(words)
    allow_many_files()
    busy, cores = os.getloadavg()[0], os.cpu_count() or 1
    print(f"{describe_machine()}\nMeasuring, about half a minute ...", flush=True)
    results = asyncio.run(probe(arguments.sizes, arguments.seconds))
    capacity = estimate(results, _free_kib())
    print(f"\n{describe(results, capacity, cores, busy)}")


if __name__ == "__main__":
    main()
