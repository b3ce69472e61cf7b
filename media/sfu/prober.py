"""`Prober`: padding that shows whether a viewer's line carries more."""

from __future__ import annotations

from collections.abc import Sequence

from media.sfu.ports import abs_send_time
from media.sfu.subscription import Subscription
from media.sfu.traffic import RateMeter

NS_PER_S = 1_000_000_000
MAX_BURST_BYTES = 16_000
"""Of one tick of 20 ms: 6.4 Mbit/s; after a stall nothing is made up for."""


class Prober:
    """Repeats what a viewer has, on the RTX stream: it is counted and thrown away.

    Nothing is sent to viewers without RTX; they never climb by probing.
    """

    __slots__ = (
        "_budget_bytes",
        "_pictures",
        "_pumped_ns",
        "_rate",
        "_sent_bytes",
        "rate_bps",
    )

    def __init__(self, pictures: Sequence[Subscription], now_ns: int) -> None:
        self.rate_bps = 0
        """What is to be sent now; 0 for nothing."""
        self._pictures = tuple(one for one in pictures if one.has_rtx)
        self._budget_bytes = 0.0
        self._pumped_ns = now_ns
        self._sent_bytes = 0
        self._rate = RateMeter(now_ns)

    @property
    def is_on(self) -> bool:
        return self.rate_bps > 0 and bool(self._pictures)

    def measure(self, now_ns: int) -> int:
        """Give the padding of the last second in bit/s."""
        self._rate.update(self._sent_bytes, now_ns)
        return self._rate.bps

    def pump(self, now_ns: int) -> None:
        """Send what is due since the last call."""
        elapsed_ns = now_ns - self._pumped_ns
        self._pumped_ns = now_ns
        self._budget_bytes += self.rate_bps * elapsed_ns / (8 * NS_PER_S)
        self._budget_bytes = min(self._budget_bytes, MAX_BURST_BYTES)
        send_time = abs_send_time(now_ns)
        flowing = next((one for one in self._pictures if one.is_flowing), None)
        while self._budget_bytes > 0 and self._pictures:
            if flowing is not None:
                sent = flowing.repeat_newest(send_time)
            else:
                sent = self._pictures[0].pad(send_time)
            if not sent:
                break
            self._budget_bytes -= sent
            self._sent_bytes += sent
