"""`KeyframeRequester`: many wishes for a keyframe, few requests to the source.

An encoder that is asked too often spends its bits on keyframes and blurs for all
(Jitsi measured 29 to 11 frames a second at four requests a second).
"""

from __future__ import annotations

from collections.abc import Callable

INTERVAL_NS = 500_000_000
STORM_INTERVAL_NS = 2_000_000_000
STORM_WISHES = 4
"""So many viewers' wishes within one storm interval make a storm."""


class KeyframeRequester:
    """Coalesces and repeats the keyframe requests to one video source."""

    __slots__ = (
        "_is_urgent",
        "_last_sent_ns",
        "_send",
        "_storm_until_ns",
        "_wishes",
        "_wishes_since_ns",
        "is_wanted",
        "sent",
    )

    def __init__(self, send: Callable[[], None]) -> None:
        self._send = send
        self.is_wanted = False
        self._is_urgent = False
        self._last_sent_ns = -STORM_INTERVAL_NS
        self._wishes = 0
        self._wishes_since_ns = 0
        self._storm_until_ns = 0
        self.sent = 0

    def want(self, now_ns: int, *, urgent: bool = False) -> None:
        """Ask now if allowed, else as soon as it is.

        Urgent is a switch of source: it is rare, and the storm interval, which is
        there for viewers, does not hold it back.
        """
        self.is_wanted = True
        if urgent:
            self._is_urgent = True
        else:
            self._count_wish(now_ns)
        self.tick(now_ns)

    def renew(self, now_ns: int) -> None:
        """Ask for the recording's next keyframe: not a viewer's wish, so no storm."""
        self.is_wanted = True
        self.tick(now_ns)

    def _count_wish(self, now_ns: int) -> None:
        if now_ns - self._wishes_since_ns > STORM_INTERVAL_NS:
            self._wishes_since_ns = now_ns
            self._wishes = 0
        self._wishes += 1
        if self._wishes >= STORM_WISHES:
            self._storm_until_ns = now_ns + STORM_INTERVAL_NS

    def tick(self, now_ns: int) -> None:
        """Send what is due; repeats until a keyframe comes."""
        if not self.is_wanted:
            return
        is_storm = now_ns < self._storm_until_ns and not self._is_urgent
        interval_ns = STORM_INTERVAL_NS if is_storm else INTERVAL_NS
        if now_ns - self._last_sent_ns >= interval_ns:
            self._last_sent_ns = now_ns
            self.sent += 1
            self._send()

    def forget_sender(self) -> None:
        """Request nothing more. The sender is the publisher that holds us: a circle
        that only the garbage collector would undo (`media.__main__`)."""
        self._send = _send_nothing
        self.settle()

    def settle(self) -> None:
        """A keyframe began, or nobody wants this source any more."""
        self.is_wanted = self._is_urgent = False


def _send_nothing() -> None:
    pass
