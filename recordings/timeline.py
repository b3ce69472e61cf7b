"""RTP timestamps to session time by sender reports (RFC 3550 6.4.1; pure).

Session time is in us, 0 = the session went live. All slots of a sink share one wall
clock in their reports, so what was said and seen together is recorded together.
"""

from __future__ import annotations

SLEW_PERMILLE = 10
"""Corrections bend the clock by at most 1 %: nobody hears or sees that."""
STEP_US = 300_000
"""A larger error is no drift: the mapping was wrong and is replaced at once."""
WORKER_STEP_US = 500_000


class WorkerClock:
    """How far the media worker's wall clock is ahead of ours, shared by all slots.

    Both read the same machine's clock, yet each anchors it once, and an operator may
    set it in between. Small differences are left alone: they are the reports' delay.
    """

    def __init__(self) -> None:
        self.ahead_us = 0

    def to_session_us(self, reported_us: int, arrival_us: int) -> int:
        """Give our session time of a report's time that came in at `arrival_us`."""
        ahead_us = reported_us - arrival_us
        if abs(ahead_us - self.ahead_us) > WORKER_STEP_US:
            self.ahead_us = ahead_us
        return reported_us - self.ahead_us


class StreamTimeline:
    """Maps the timestamps of one slot; what it gives never goes backwards."""

    def __init__(self, clock_rate_hz: int) -> None:
        self._clock_rate_hz = clock_rate_hz
        self._ticks: int | None = None
        """The newest timestamp without wraps."""
        self._offset_us = 0
        self._target_us: int | None = None
        self._has_report = False
        self._last_us: int | None = None

    def on_sender_report(self, rtp_timestamp: int, session_us: int) -> None:
        """Take the session time of a timestamp from a sender report."""
        stream_us = self._stream_us(self._unwrap(rtp_timestamp))
        self._target_us = session_us - stream_us
        if not self._has_report and self._last_us is None:
            self._offset_us = self._target_us
        self._has_report = True

    def session_us(self, rtp_timestamp: int, arrival_us: int) -> int:
        """Give the session time of a unit that came in at `arrival_us`."""
        before = self._ticks
        ticks = self._unwrap(rtp_timestamp)
        stream_us = self._stream_us(ticks)
        if not self._has_report:
            self._follow_arrival(arrival_us - stream_us)
        elapsed_us = 0 if before is None else self._stream_us(ticks - before)
        self._slew(max(0, elapsed_us))
        self._ticks = ticks if before is None else max(before, ticks)
        now_us = stream_us + self._offset_us
        if self._last_us is not None:
            now_us = max(now_us, self._last_us)
        self._last_us = now_us
        return now_us

    def _follow_arrival(self, offset_us: int) -> None:
        """Until the first report, trust the least delayed arrival."""
        if self._target_us is None:
            self._offset_us = self._target_us = offset_us
        self._target_us = min(self._target_us, offset_us)

    def _slew(self, elapsed_us: int) -> None:
        if self._target_us is None:
            return
        error_us = self._target_us - self._offset_us
        if abs(error_us) > STEP_US:
            self._offset_us = self._target_us
            return
        limit_us = elapsed_us * SLEW_PERMILLE // 1000
        self._offset_us += max(-limit_us, min(limit_us, error_us))

    def _unwrap(self, rtp_timestamp: int) -> int:
        if self._ticks is None:
            self._ticks = rtp_timestamp
            return rtp_timestamp
        ahead = (rtp_timestamp - self._ticks + 0x80000000) & 0xFFFFFFFF
        return self._ticks + ahead - 0x80000000

    def _stream_us(self, ticks: int) -> int:
        return ticks * 1_000_000 // self._clock_rate_hz
