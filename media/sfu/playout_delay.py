"""`PlayoutDelay`: how long a viewer's picture waits, so that repeats come in time.

A browser that only receives keeps a picture hardly longer than its line jitters, also
where 5 % are lost: whatever is not there by the first repeat freezes it. The extension
playout-delay (webrtc.org/experiments/rtp-hdrext/playout-delay) makes it wait for
further ones. In Chromium, with 5 % lost each way at a round trip of 100 ms, pictures
froze for 4.4 to 5.3 s a minute without it and for 0.3 to 0.7 s with it.
"""

from __future__ import annotations

from media.sfu.red_choice import OFF_NS, OFF_PERCENT, ON_PERCENT

MAX_MS = 400
"""Glass to glass stays at about 0.5 s on a line of 100 ms."""

MAX_SPEAKING_MS = 200
"""Of who speaks: 0.4 s from glass to glass is the most that a conversation bears."""

STEP_MS = 50
"""Viewers with one value share their headers."""

HEAVY_PERCENT = 7.0
"""A repeat is lost too, or the wish for it: above this 2 of 100 take three rounds."""

NACK_INTERVAL_MS = 120.0
"""libwebrtc asks again after the round trip, which it takes for 100 ms while it sends
nothing, when its timer of 20 ms comes round."""

MARGIN_MS = 30.0
SMOOTHING = 0.2


class PlayoutDelay:
    """Longer as soon as packets are lost, none after half a minute without."""

    __slots__ = ("_loss_percent", "_lossy_ns", "delay_ms")

    def __init__(self) -> None:
        self.delay_ms: int | None = None
        """None until the line lost packets: then nothing need be said of it."""
        self._loss_percent = 0.0
        self._lossy_ns = 0

    def on_report(
        self,
        loss_percent: float,
        rtt_ms: float | None,
        now_ns: int,
        *,
        is_speaking: bool = False,
    ) -> bool:
        """Take a report; says whether the delay changed."""
        before_ms = self.delay_ms
        self._loss_percent += (loss_percent - self._loss_percent) * SMOOTHING
        if loss_percent >= OFF_PERCENT:
            self._lossy_ns = now_ns
        if loss_percent >= ON_PERCENT:
            rounds = 3 if self._loss_percent >= HEAVY_PERCENT else 2
            self.delay_ms = max(self.delay_ms or 0, _time_for(rounds, rtt_ms or 0.0))
        elif self.delay_ms and now_ns - self._lossy_ns >= OFF_NS:
            self.delay_ms = 0
        if is_speaking and self.delay_ms:
            self.delay_ms = min(self.delay_ms, MAX_SPEAKING_MS)
        return self.delay_ms != before_ms


def _time_for(rounds: int, rtt_ms: float) -> int:
    further_ms = (rounds - 1) * max(NACK_INTERVAL_MS, rtt_ms)
    wanted_ms = min(MAX_MS, rtt_ms + further_ms + MARGIN_MS)
    return -(-int(wanted_ms) // STEP_MS) * STEP_MS
