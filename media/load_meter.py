"""How busy this process is: for the web process each second, for shedding each half."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from media.protocol import WorkerLoad

BUSY_CHECK_NS = 500_000_000

LEAST_SHARE = 0.1
"""Of a core: who uses less and still waits all the time is not to blame."""

Times = tuple[int, int]
"""Nanoseconds this process ran, and was ready to run and had to wait."""


def open_process_times() -> Callable[[], Times]:
    """Give a reader of this process's times; it keeps one file open.

    Waiting is what the kernel tells of the main thread, which does all the work
    (`run_delay`, Documentation/scheduler/sched-stats.rst): for other processes on the
    core, and for the next period of a control group's quota. A kernel without it
    gives 0.
    """
    try:
        file = os.open("/proc/self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return lambda: (time.process_time_ns(), 0)

    def read() -> Times:
        return time.process_time_ns(), int(os.pread(file, 100, 0).split()[1])

    return read


class BusyMeter:
    """Share of the time it could have that this process used, each half second.

    Not of a core: a container with half a core, or a neighbour on the same one, makes
    a worker full at half of it.
    """

    def __init__(
        self, now_ns: int, read_times: Callable[[], Times] | None = None
    ) -> None:
        self._read_times = read_times or open_process_times()
        self._since_ns = now_ns
        self._times = self._read_times()
        self._late_s = 0.0

    def observe(self, late_s: float, now_ns: int) -> tuple[float, float] | None:
        """Take a tick's lateness; gives the share and the worst lateness when due."""
        self._late_s = max(self._late_s, late_s)
        elapsed_ns = now_ns - self._since_ns
        if elapsed_ns < BUSY_CHECK_NS:
            return None
        before, self._times = self._times, self._read_times()
        ran_ns, waited_ns = self._times[0] - before[0], self._times[1] - before[1]
        late_s, self._late_s, self._since_ns = self._late_s, 0.0, now_ns
        if ran_ns < LEAST_SHARE * elapsed_ns:
            return ran_ns / elapsed_ns, late_s
        return min(1.0, ran_ns / max(1, ran_ns, elapsed_ns - waited_ns)), late_s


class LoadMeter:
    """CPU share, worst tick lateness and packet counts of each second."""

    def __init__(self, now_ns: int) -> None:
        self._reported_ns = now_ns
        self._cpu_ns = time.process_time_ns()
        self._worst_lag_s = 0.0
        self._packets_in = 0
        self._packets_out = 0

    def note_lag(self, lag_s: float) -> None:
        self._worst_lag_s = max(self._worst_lag_s, lag_s)

    def report(
        self,
        now_ns: int,
        packets_in: int,
        packets_out: int,
        peers: int,
        shed_step: int,
    ) -> WorkerLoad:
        cpu_ns = time.process_time_ns()
        elapsed_ns = max(1, now_ns - self._reported_ns)
        load = WorkerLoad(
            cpu_percent=round(100 * (cpu_ns - self._cpu_ns) / elapsed_ns, 1),
            loop_lag_ms=round(1000 * self._worst_lag_s, 1),
            packets_in=packets_in - self._packets_in,
            packets_out=packets_out - self._packets_out,
            peers=peers,
            shed_step=shed_step,
        )
        self._reported_ns, self._cpu_ns = now_ns, cpu_ns
        self._worst_lag_s = 0.0
        self._packets_in, self._packets_out = packets_in, packets_out
        return load
