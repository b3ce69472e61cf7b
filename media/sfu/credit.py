"""`Credit`: what a line may be believed to carry although nothing of it is used now."""

from __future__ import annotations

NS_PER_S = 1_000_000_000

FIRST_WAIT_NS = 5 * NS_PER_S
MAX_WAIT_NS = 60 * NS_PER_S

NEAR_SHARE = 0.5
"""Congestion at this share of the credit or more tells what the line carries. At less
it may be a false alarm, or another user of the line: a wait, and the credit again."""

SAME_NS = 2 * NS_PER_S
"""A falling REMB comes several times; what follows so soon is the same congestion."""

DECREASE = 0.85
"""Of a congested rate (draft-ietf-rmcat-gcc-02, section 5.5)."""


class Credit:
    """A REMB can not grow much over what is sent: 1.5 times, by 8 % a second.

    A viewer whose window was small would wait half a minute for the large picture on a
    line that carried it all the time. So a rate that was never shown to be too much is
    believed, until congestion comes while about as much is sent.
    """

    __slots__ = ("_bps", "_from_ns", "_told_ns", "_wait_ns")

    def __init__(self, bps: int) -> None:
        self._bps = bps
        self._from_ns = 0
        self._told_ns = -SAME_NS
        self._wait_ns = FIRST_WAIT_NS

    def at(self, now_ns: int) -> int:
        """Give the rate that is believed now, 0 while it is in doubt."""
        return self._bps if now_ns >= self._from_ns else 0

    def on_congestion(self, sent_bps: int, carried_bps: int, now_ns: int) -> None:
        """The line was full: so much was sent, so much of it came through at most."""
        is_news = now_ns - self._told_ns >= SAME_NS
        self._told_ns = now_ns
        if sent_bps >= NEAR_SHARE * self._bps:
            self._bps = min(self._bps, carried_bps, int(DECREASE * sent_bps))
            self._wait_ns = FIRST_WAIT_NS
        elif is_news:
            self._wait_ns = min(MAX_WAIT_NS, 2 * self._wait_ns)
        self._from_ns = now_ns + self._wait_ns
