"""`ReportedLoss`: what the reports of one stream say was lost, each packet once.

RFC 3550, 6.4.4: the difference between two reports' cumulative counts is what was lost
in between, and that of their highest numbers what was sent. `fraction_lost` tells only
of the time since the report before, and libwebrtc adds one to feedback that is urgent:
on a line that loses 2 % most of those tell of one lost of three to seven packets.
"""

from __future__ import annotations

from typing import NamedTuple

from media.rtp.rtcp import ReportBlock

MIN_PACKETS = 20
"""Less of a second than that, and one lost packet would look like a bad line."""

SEQNO_MASK = 0xFFFFFFFF
MAX_STEP = 1 << 16
"""Packets between two reports; more is a receiver that began anew, or a lie."""


class LossSample(NamedTuple):
    """What some reports of a stream told together."""

    share: float
    """Lost of the packets that were sent, 0 to 1."""
    packets: int
    """That were sent."""
    lasted_ns: int
    """In so long a time."""


class ReportedLoss:
    """Begins with the first report: what that one counts is of an unknown time."""

    __slots__ = ("_before", "_expected", "_lost", "_since_ns", "_until_ns")

    def __init__(self) -> None:
        self._before: ReportBlock | None = None
        self._expected = 0
        self._lost = 0
        self._since_ns = self._until_ns = 0

    def on_report(self, block: ReportBlock, now_ns: int) -> None:
        before, self._before = self._before, block
        self._until_ns = now_ns
        if before is None:
            self._since_ns = now_ns
            return
        expected = block.highest_seqno - before.highest_seqno & SEQNO_MASK
        if expected > MAX_STEP:
            return
        self._expected += expected
        self._lost += block.packets_lost - before.packets_lost

    def take(self) -> LossSample | None:
        """Give what was sent since the last call that gave something.

        None while that is fewer than `MIN_PACKETS`.
        """
        if self._expected < MIN_PACKETS:
            return None
        share = min(1.0, max(0.0, self._lost / self._expected))
        sample = LossSample(share, self._expected, self._until_ns - self._since_ns)
        self._expected = self._lost = 0
        self._since_ns = self._until_ns
        return sample
