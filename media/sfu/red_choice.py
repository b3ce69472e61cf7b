"""`RedChoice`: whether a viewer's sound is sent with redundancy."""

from __future__ import annotations

ON_PERCENT = 2.0
"""Above it Opus FEC alone is heard failing (F2: 5 % loss, 2 % concealed)."""

OFF_PERCENT = 1.0
OFF_NS = 30_000_000_000
"""Radio lines lose in spells; what 48 kbit/s of redundancy cost is small beside it."""


class RedChoice:
    """On at the first report of loss, off after half a minute without."""

    __slots__ = ("_lossy_ns", "is_on")

    def __init__(self) -> None:
        self.is_on = False
        self._lossy_ns = 0

    def on_loss(self, percent: float, now_ns: int) -> bool:
        """Take the loss of a report; says whether the choice changed."""
        was_on = self.is_on
        if percent >= OFF_PERCENT:
            self._lossy_ns = now_ns
        if percent >= ON_PERCENT:
            self.is_on = True
        elif now_ns - self._lossy_ns >= OFF_NS:
            self.is_on = False
        return self.is_on != was_on
