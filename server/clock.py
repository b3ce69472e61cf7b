"""The server's clock: Unix milliseconds that never run backwards.

Wall time is read once; afterwards the monotonic clock counts, so that a stepped system
clock neither reopens a poll nor makes a negative interval (E12 of the test catalogue).
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def now_ms(self) -> int:
        """Return Unix time in ms; never less than an earlier answer."""
        ...


class SystemClock:
    def __init__(self) -> None:
        self._origin_ns = time.time_ns() - time.monotonic_ns()

    def now_ms(self) -> int:
        return (self._origin_ns + time.monotonic_ns()) // 1_000_000


class ManualClock:
    """A clock that tests set and move."""

    def __init__(self, now_ms: int = 1_750_000_000_000) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def advance(self, ms: int) -> None:
        self._now_ms += ms
