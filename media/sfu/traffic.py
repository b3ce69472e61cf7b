"""Counters of a router and the rates made of them, off the packet path."""

from __future__ import annotations

WINDOW_NS = 1_000_000_000


class RateMeter:
    """Bits a second over the last whole window of a byte counter."""

    __slots__ = ("_since_bytes", "_since_ns", "bps")

    def __init__(self, now_ns: int) -> None:
        self._since_ns = now_ns
        self._since_bytes = 0
        self.bps = 0

    def is_due(self, now_ns: int) -> bool:
        """Tell whether `update` would make a new rate; adding up may cost more."""
        return now_ns - self._since_ns >= WINDOW_NS

    def update(self, total_bytes: int, now_ns: int) -> None:
        elapsed_ns = now_ns - self._since_ns
        if elapsed_ns >= WINDOW_NS:
            passed_bytes = total_bytes - self._since_bytes
            self.bps = passed_bytes * 8 * 1_000_000_000 // elapsed_ns
            self._since_ns = now_ns
            self._since_bytes = total_bytes
