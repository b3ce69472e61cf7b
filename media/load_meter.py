"""How busy this process is: for the web process each second, for shedding each half."""

from __future__ import annotations

import time

from media.protocol import WorkerLoad

BUSY_CHECK_NS = 500_000_000


class BusyMeter:
    """Share of a core this process used, and its worst lateness, each half second."""

    def __init__(self, now_ns: int) -> None:
        self._since_ns = now_ns
        self._cpu_ns = time.process_time_ns()
        self._late_s = 0.0

    def observe(self, late_s: float, now_ns: int) -> tuple[float, float] | None:
        self._late_s = max(self._late_s, late_s)
        elapsed_ns = now_ns - self._since_ns
        if elapsed_ns < BUSY_CHECK_NS:
            return None
        cpu_ns, late_s = time.process_time_ns(), self._late_s
        busy_share = (cpu_ns - self._cpu_ns) / elapsed_ns
        self._since_ns, self._cpu_ns, self._late_s = now_ns, cpu_ns, 0.0
        return busy_share, late_s


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
        self, now_ns: int, packets_in: int, packets_out: int, peers: int
    ) -> WorkerLoad:
        cpu_ns = time.process_time_ns()
        elapsed_ns = max(1, now_ns - self._reported_ns)
        load = WorkerLoad(
            cpu_percent=round(100 * (cpu_ns - self._cpu_ns) / elapsed_ns, 1),
            loop_lag_ms=round(1000 * self._worst_lag_s, 1),
            packets_in=packets_in - self._packets_in,
            packets_out=packets_out - self._packets_out,
            peers=peers,
        )
        self._reported_ns, self._cpu_ns = now_ns, cpu_ns
        self._worst_lag_s = 0.0
        self._packets_in, self._packets_out = packets_in, packets_out
        return load
