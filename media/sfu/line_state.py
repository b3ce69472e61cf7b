"""`LossAndDelay`: what receiver reports say of a line, freed of chance.

A report covers about a second, 50 packets of sound or 150 of a picture: at 10 % random
loss one report says 0 to 20 %. Round trips on a radio line jump by 200 ms.
"""

from __future__ import annotations

from collections import deque

LOSS_SHARE = 0.4
"""Weight of the newest report in the smoothed loss: three reports decide."""

HEAVY_LOSS = 0.17
"""No radio line in use loses so much; a full one does."""

SUDDEN_LOSS = 0.3
"""In two reports in a row, or in one when the delay grew too. One alone is a burst: a
lift, a hand-over between cells; 0.5 s of it is half of a report."""

DELAY_RISE_MS = 100.0
"""Smallest of the last three round trips over the least one known."""

QUEUE_RISE_MS = 200.0
"""The same of the last two."""

JITTERS = 3.0
"""Both limits are so many mean deviations higher on a line that jitters: +-100 ms each
way moves a round trip by 400 ms without any queue."""

SPREAD_REPORTS = 24
"""Of which each half tells how far round trips lie apart. The jitter in reports is from
packet to packet (RFC 3550, 6.4.1): 10 ms on a line whose delay moves by +-100 ms every
100 ms. In the simulation of F8 without REMB such a line was taken for a full one 14
times in 10 minutes by that jitter alone, 0.2 times with 16 of these, never with 24."""

ALARM_RISE_MS = 50.0
ALARM_LOSS = 0.08
"""In one report: enough to believe an estimate that fell."""

DRAINED_MS = 50.0
"""From one report to the next."""

ASSUMED_LEAST_MS = 250.0
"""Of a line that was full from the first report on: its queue is not its length."""

PROBE_LOSS_RISE = 0.08
PROBE_DELAY_RISE_MS = 80.0
"""Over the largest of the last three round trips before the probe."""

BASE_WINDOW_NS = 60_000_000_000
"""The least round trip is kept for one to two of these: routes change."""


class LossAndDelay:
    """Smoothed loss, and how far the round trip is over its least."""

    __slots__ = (
        "_jitter_ms",
        "_least_before_ms",
        "_least_ms",
        "_loss_before",
        "_loss_before_probe",
        "_newest_loss",
        "_round_trip_before_probe_ms",
        "_round_trips_ms",
        "_window_ns",
        "loss",
    )

    def __init__(self) -> None:
        self.loss = 0.0
        """Smoothed, 0..1."""
        self._newest_loss = self._loss_before = 0.0
        self._jitter_ms = 0.0
        self._loss_before_probe = 0.0
        self._round_trips_ms: deque[float] = deque(maxlen=SPREAD_REPORTS)
        self._round_trip_before_probe_ms = 0.0
        self._least_ms: float | None = ASSUMED_LEAST_MS
        self._least_before_ms: float | None = None
        self._window_ns = 0

    def on_report(
        self, loss: float, rtt_ms: float | None, jitter_ms: float, now_ns: int
    ) -> None:
        self._loss_before, self._newest_loss = self._newest_loss, loss
        self._jitter_ms = jitter_ms
        self.loss += (loss - self.loss) * LOSS_SHARE
        if rtt_ms is None:
            return
        self._round_trips_ms.append(rtt_ms)
        if self._least_ms is None:
            self._window_ns = now_ns
        elif now_ns - self._window_ns >= BASE_WINDOW_NS:
            self._least_before_ms, self._least_ms = self._least_ms, None
            self._window_ns = now_ns
        self._least_ms = min(rtt_ms, self._least_ms or rtt_ms)

    def _rise_ms(self, samples: int) -> float:
        if len(self._round_trips_ms) < samples or self._least_ms is None:
            return 0.0
        least_ms = min(self._least_ms, self._least_before_ms or self._least_ms)
        return min(list(self._round_trips_ms)[-samples:]) - least_ms

    def learn_least(self) -> None:
        """Less is sent from here: what is measured now is the length of the line."""
        self._least_ms = self._least_before_ms = None
        self._round_trips_ms.clear()

    @property
    def is_bad_now(self) -> bool:
        """The newest report alone tells of a queue or of loss."""
        limit_ms = ALARM_RISE_MS + JITTERS * self._jitter_ms
        return self._rise_ms(1) > limit_ms or self._newest_loss > ALARM_LOSS

    @property
    def is_delayed(self) -> bool:
        limit_ms = DELAY_RISE_MS + JITTERS * self._jitter_ms
        return self._rise_ms(3) > limit_ms or self.is_queueing

    @property
    def is_queueing(self) -> bool:
        usual_ms = max(JITTERS * self._jitter_ms, self._spread_ms)
        return self._rise_ms(2) > QUEUE_RISE_MS + usual_ms

    @property
    def _spread_ms(self) -> float:
        """Between the shortest and the longest round trip, in the half of the newest
        ones where it is less: a queue that began to grow is in one half only."""
        known_ms = list(self._round_trips_ms)
        middle = len(known_ms) // 2
        halves = known_ms[:middle], known_ms[middle:]
        return min(max(half, default=0.0) - min(half, default=0.0) for half in halves)

    @property
    def is_draining(self) -> bool:
        """The queue gets shorter: less is sent already than the line carries."""
        if len(self._round_trips_ms) < 2:
            return False
        return self._round_trips_ms[-1] < self._round_trips_ms[-2] - DRAINED_MS

    @property
    def heavy_loss(self) -> float:
        """What a full line loses, 0..1; 0 for less than any line may lose."""
        lasting = min(self._newest_loss, self._loss_before)
        is_late = self._rise_ms(1) > DELAY_RISE_MS + JITTERS * self._jitter_ms
        if (self._newest_loss if is_late else lasting) > SUDDEN_LOSS:
            return self._newest_loss
        # The smoothed loss remembers what was lost before less was sent.
        is_heavy = self.loss > HEAVY_LOSS and lasting > HEAVY_LOSS / 2
        return self.loss if is_heavy else 0.0

    def mark_probe(self) -> None:
        """A probe begins: remember how the line was."""
        self._loss_before_probe = self.loss
        newest_ms = list(self._round_trips_ms)[-3:]
        self._round_trip_before_probe_ms = max(newest_ms, default=0.0)

    @property
    def is_worse_than_before_probe(self) -> bool:
        if self.loss > self._loss_before_probe + PROBE_LOSS_RISE:
            return True
        # One report is enough: a false alarm costs a wait and no picture.
        before_ms = self._round_trip_before_probe_ms
        newest_ms = self._round_trips_ms[-1] if self._round_trips_ms else 0.0
        return before_ms > 0 and newest_ms > before_ms + PROBE_DELAY_RISE_MS
