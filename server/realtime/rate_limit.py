"""A token bucket: steady rate, bounded burst."""

from __future__ import annotations


class Bucket:
    """Holds up to `burst` tokens and regains `per_s` each second."""

    def __init__(self, per_s: float, burst: int, now_ms: int) -> None:
        self._per_ms = per_s / 1000
        self._burst = burst
        self._tokens = float(burst)
        self._at_ms = now_ms

    def take(self, now_ms: int) -> bool:
        """Take one token; False when there is none."""
        gained = (now_ms - self._at_ms) * self._per_ms
        self._tokens = min(self._burst, self._tokens + gained)
        self._at_ms = now_ms
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
