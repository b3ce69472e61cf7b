"""`ProbeTimer`: when to try whether a line carries more, and for how long."""

from __future__ import annotations

FIRST_WAIT_NS = 4_000_000_000
MAX_DOUBLINGS = 3
"""4, 8, 16, 32 s between probes that fail. One that failed only when the picture had
got better already counts for two and waits twice as long: at last 64 s, so that no
picture changes more than twice a minute."""

MAX_PROBE_NS = 20_000_000_000
"""A REMB grows by 8 % a second: 4.6 times in 20 s."""

HOLD_NS = 6_000_000_000
"""How long the padding goes on at the goal: the allocation takes 3 s to believe it."""

TRIAL_NS = 30_000_000_000
"""Congestion so soon after a probe shows that the probe was wrong."""

PROGRESS = 1.05


class ProbeTimer:
    """Runs one probe at a time; each failure doubles the wait for the next."""

    __slots__ = (
        "_ended_ns",
        "_estimate_bps",
        "_failures",
        "_held_ns",
        "_next_ns",
        "_reached_ns",
        "_started_ns",
        "before_bps",
        "is_on",
        "planned_bps",
    )

    def __init__(self, now_ns: int) -> None:
        self.is_on = False
        self.before_bps = 0
        """What the line carried before the padding of the last probe."""
        self.planned_bps = 0
        self._failures = 0
        self._next_ns = now_ns + FIRST_WAIT_NS
        self._started_ns = 0
        self._ended_ns: int | None = None
        self._held_ns: int | None = None
        """Since when the estimate is at the goal of this probe."""
        self._reached_ns: int | None = None
        """When a probe last got there: it is on trial for `TRIAL_NS`."""
        self._estimate_bps = 0

    def is_due(self, now_ns: int) -> bool:
        return now_ns >= self._next_ns

    def is_recent(self, now_ns: int, within_ns: int) -> bool:
        """Say whether a probe runs, or ended less than so long ago."""
        if self.is_on:
            return True
        return self._ended_ns is not None and now_ns - self._ended_ns < within_ns

    def start(
        self, carried_bps: int, planned_bps: int, estimate_bps: int, now_ns: int
    ) -> None:
        if self._reached_ns is not None and now_ns - self._reached_ns > TRIAL_NS:
            self._failures, self._reached_ns = 0, None
        self._held_ns = None
        self.is_on = True
        self._started_ns = now_ns
        self.before_bps = carried_bps
        self.planned_bps = planned_bps
        self._estimate_bps = estimate_bps

    def check(self, estimate_bps: int, goal_bps: int, now_ns: int) -> None:
        """End a probe that took its time."""
        if estimate_bps < goal_bps:
            if now_ns - self._started_ns > MAX_PROBE_NS:
                if estimate_bps < PROGRESS * self._estimate_bps:
                    self._failures += 1
                self.stop(now_ns)
        elif self._held_ns is None:
            self._held_ns = self._reached_ns = now_ns
        elif now_ns - self._held_ns > HOLD_NS:
            self.stop(now_ns)

    def stop(self, now_ns: int) -> None:
        """End the probe, if any: it served, or nobody wants more."""
        if self.is_on:
            self.is_on = False
            self._ended_ns = now_ns
            self._next_ns = now_ns + FIRST_WAIT_NS

    def on_congestion(self, now_ns: int) -> None:
        """The line is full. In a probe or soon after it, that is the probe's fault."""
        is_fault = self.is_recent(now_ns, TRIAL_NS)
        reached_ns, self._reached_ns = self._reached_ns, None
        has_reached = reached_ns is not None and now_ns - reached_ns < TRIAL_NS
        # Several falls in a row are one congestion.
        is_new = self.is_on or has_reached or now_ns >= self._next_ns
        if not is_fault:
            self._failures = 1
        elif is_new:
            self._failures += 2 if has_reached else 1
        if self.is_on:
            self._end(now_ns)
        self._wait(now_ns, 2 if has_reached else 1)

    def _end(self, now_ns: int) -> None:
        self.is_on = False
        self._ended_ns = now_ns
        self._wait(now_ns, 1)

    def _wait(self, now_ns: int, factor: int) -> None:
        doublings = min(MAX_DOUBLINGS, max(0, self._failures - 1))
        wait_ns = factor * FIRST_WAIT_NS << doublings
        self._next_ns = max(self._next_ns, now_ns + wait_ns)
