"""What a full worker stops sending, in which order, and when it begins and ends.

First temporal sub-layers, then layers, then whole pictures of those who came last.
Sound is never touched.
"""

from __future__ import annotations

from dataclasses import dataclass

from media.sfu.allocation import NO_CAP, Cap

NS_PER_S = 1_000_000_000

FULL_SHARE = 0.93
"""Of one core over the last interval. Above, queues grow in bursts: the socket buffer
of 4 MiB holds 0.2 s of what a full worker is sent."""

CALM_SHARE = 0.8
"""Below, there is room for what was taken away last."""

IDLE_SHARE = 0.4
"""Below, those who filled it have left: how often a step back was too early while they
were there says nothing any more. Sound alone, when all pictures are off, takes about
half of what all takes (sampled, 300 viewers), so a full worker does not get here."""

LAG_SHARE = 0.5
LATE_S = 0.15
"""Ticks so late count as full too, when the worker is busy itself: a machine that has
no time for it is not helped by sending less."""

LASTING_NS = NS_PER_S
"""A hall that joins at once fills a worker for less; that is no reason to shed."""

RAISE_NS = NS_PER_S
"""A step shows its effect within the second."""

LOWER_NS = 5 * NS_PER_S
MAX_LOWER_NS = 60 * NS_PER_S
"""A step back that was too early doubles the wait for the next."""


@dataclass(slots=True, frozen=True)
class Shed:
    """One step: what everyone may have, and how many of the newest get no picture."""

    cap: Cap = NO_CAP
    without_pictures: float = 0.0
    """Share of the viewers, the newest."""

    def cap_of(self, position: int, viewers: int) -> Cap:
        """Give the cap of the viewer at this position, oldest first."""
        if position >= viewers - round(viewers * self.without_pictures):
            return NO_PICTURES
        return self.cap


NO_PICTURES = Cap(is_video_off=True)
_SMALLEST = Cap(max_layer=0, max_temporal=0)

STEPS = (
    Shed(),
    Shed(Cap(max_temporal=1)),
    Shed(Cap(max_temporal=0)),
    Shed(Cap(max_layer=1, max_temporal=0)),
    Shed(_SMALLEST),
    *(Shed(_SMALLEST, share) for share in (0.15, 0.3, 0.45, 0.6, 0.8, 1.0)),
)


class LoadGuard:
    """Watches one worker's load and gives the step it is at."""

    __slots__ = (
        "_calm_ns",
        "_changed_ns",
        "_full_ns",
        "_lower_after_ns",
        "_lowered_ns",
        "level",
    )

    def __init__(self, now_ns: int) -> None:
        self.level = 0
        """Index into STEPS."""
        self._calm_ns = now_ns
        self._full_ns: int | None = None
        self._changed_ns = now_ns - RAISE_NS
        self._lowered_ns = now_ns - MAX_LOWER_NS
        self._lower_after_ns = LOWER_NS

    def observe(self, busy_share: float, late_s: float, now_ns: int) -> Shed:
        """Take the share of a core used and the worst lateness of the last interval."""
        is_late = late_s >= LATE_S and busy_share >= LAG_SHARE
        if busy_share >= FULL_SHARE or is_late:
            self._calm_ns = now_ns
            if self._full_ns is None:
                self._full_ns = now_ns
            is_lasting = now_ns - self._full_ns >= LASTING_NS
            if is_lasting and now_ns - self._changed_ns >= RAISE_NS:
                self._raise(now_ns)
            return STEPS[self.level]
        self._full_ns = None
        if busy_share < IDLE_SHARE:
            self._lower_after_ns = LOWER_NS
        if busy_share >= CALM_SHARE:
            self._calm_ns = now_ns
        elif self.level and now_ns - self._calm_ns >= self._lower_after_ns:
            self.level -= 1
            self._calm_ns = self._changed_ns = self._lowered_ns = now_ns
        return STEPS[self.level]

    def _raise(self, now_ns: int) -> None:
        if now_ns - self._lowered_ns < 2 * LOWER_NS:
            self._lower_after_ns = min(MAX_LOWER_NS, 2 * self._lower_after_ns)
            self._lowered_ns = now_ns - MAX_LOWER_NS
        elif self.level == 0:
            self._lower_after_ns = LOWER_NS
        self._changed_ns = now_ns
        self.level = min(len(STEPS) - 1, self.level + 1)
