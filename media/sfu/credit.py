"""`Credit`: what a line may be believed to carry although nothing of it is used now."""

from __future__ import annotations

NS_PER_S = 1_000_000_000

DOUBT_NS = 3 * NS_PER_S
"""A falling REMB alone is in doubt so long: one picture that came late makes it fall,
and a full line shows in the round trip or in loss within two reports."""


class Credit:
    """A REMB can not grow much over what is sent: 1.5 times, by 8 % a second.

    A viewer whose window was small would wait half a minute for the large picture on a
    line that carried it all the time. So a rate that was never shown to be too much is
    believed, until congestion is told by two witnesses.
    """

    __slots__ = ("_alarm_bps", "_bps", "_told_ns")

    def __init__(self, bps: int) -> None:
        self._bps = bps
        self._alarm_bps: int | None = None
        """What came through at most by the first witness; None without an alarm."""
        self._told_ns = -DOUBT_NS

    def at(self, now_ns: int) -> int:
        """Give the rate that is believed now, 0 while it is in doubt."""
        return self._bps if now_ns - self._told_ns >= DOUBT_NS else 0

    def on_congestion(self, carried_bps: int, now_ns: int) -> None:
        """The estimate fell: so much comes through at most."""
        alarm_bps = self._alarm_bps
        self._alarm_bps = (
            carried_bps if alarm_bps is None else min(alarm_bps, carried_bps)
        )
        self._told_ns = now_ns

    def on_report(self, is_bad: bool, now_ns: int) -> None:
        """A report came; `is_bad` when delay or loss rose."""
        if self._alarm_bps is None:
            return
        if is_bad:
            self._bps = min(self._bps, self._alarm_bps)
            self._told_ns = now_ns
        elif now_ns - self._told_ns >= DOUBT_NS:
            self._alarm_bps = None

    def on_carried(self, bps: int, now_ns: int) -> None:
        """So much was sent; without an alarm it came through."""
        if self._alarm_bps is None and now_ns - self._told_ns >= DOUBT_NS:
            self._bps = max(self._bps, bps)
