"""From a publisher's RTP timestamps to our wall clock, by its sender reports."""

from __future__ import annotations

NS_PER_S = 1_000_000_000

WINDOW_NS = 30 * NS_PER_S
"""Half the memory of the minimum. Clocks drift some 50 us/s at worst, so that the
offset may lag by 3 ms, while 30 s contain an undelayed report on any usable line."""

STEP_NS = 5 * NS_PER_S
"""No network delays a report so long: the publisher's clock was set."""


class ClockOffset:
    """How far our wall clock is ahead of a publisher's, by the fastest arrivals.

    All tracks of a peer share one, so that they stay in step with each other.
    """

    __slots__ = ("_previous_ns", "_window_end_ns", "_window_ns", "offset_ns")

    def __init__(self) -> None:
        self.offset_ns: int | None = None
        self._previous_ns: int | None = None
        self._window_ns: int | None = None
        self._window_end_ns = 0

    def observe(self, sender_ns: int, arrival_wall_ns: int) -> None:
        """Take a moment of the publisher's clock and when it reached us."""
        sample = arrival_wall_ns - sender_ns
        if self.offset_ns is None or abs(sample - self.offset_ns) > STEP_NS:
            self._previous_ns = None
            self._window_ns = None
            self._window_end_ns = arrival_wall_ns + WINDOW_NS
        elif arrival_wall_ns >= self._window_end_ns:
            self._previous_ns = self._window_ns
            self._window_ns = None
            self._window_end_ns = arrival_wall_ns + WINDOW_NS
        window = self._window_ns
        self._window_ns = sample if window is None else min(window, sample)
        previous = self._previous_ns
        self.offset_ns = (
            self._window_ns if previous is None else min(previous, self._window_ns)
        )


class TimestampClock:
    """Maps the RTP timestamps of one track to our wall time."""

    __slots__ = ("_clock_rate_hz", "_offset", "_report_ns", "_report_timestamp")

    def __init__(self, clock_rate_hz: int, offset: ClockOffset) -> None:
        self._clock_rate_hz = clock_rate_hz
        self._offset = offset
        self._report_ns: int | None = None
        self._report_timestamp = 0

    def on_sender_report(
        self, sender_ns: int, rtp_timestamp: int, arrival_wall_ns: int
    ) -> None:
        """Take a sender report; `sender_ns` is its NTP time."""
        self._offset.observe(sender_ns, arrival_wall_ns)
        self._report_ns = sender_ns
        self._report_timestamp = rtp_timestamp

    def wall_ns(self, rtp_timestamp: int) -> int | None:
        """Give our wall time (ns) of a timestamp; None before the first report."""
        if self._report_ns is None or self._offset.offset_ns is None:
            return None
        since = rtp_timestamp - self._report_timestamp
        since = ((since + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        return (
            self._report_ns
            + since * NS_PER_S // self._clock_rate_hz
            + self._offset.offset_ns
        )

    def forget(self) -> None:
        """The track restarted its timestamps."""
        self._report_ns = None
