"""`DownlinkEstimator`: how much may be sent to one viewer, and when to try for more.

Two sources. A browser's REMB is a delay-based estimate made at the receiver
(draft-ietf-rmcat-gcc-02, section 5): it falls to 0.85 of what arrives when the queue of
the line grows, rises by at most 8 % a second, and never above 1.5 times what arrives.
So it tells nothing of a line that is not used, and probes (padding) must use it. Loss
and round trip of receiver reports (section 6 there) bound every viewer, and are all
there is of players that send no REMB.

Loss alone is not taken for congestion: radio lines lose 2 to 10 % at any rate, and a
smaller picture would lose as much. It counts when the delay grew too.
"""

from __future__ import annotations

from collections import deque

from media.sfu.credit import Credit
from media.sfu.line_state import LossAndDelay
from media.sfu.probe import ProbeTimer

START_BPS = 2_000_000
"""A top layer (1.5 Mbit/s) and three voices: who joins sees the best picture at once,
and a line that can not carry it says so in its first second."""

MIN_BPS = 50_000
"""One voice; it is sent anyway."""

MAX_BPS = 30_000_000
"""Where libwebrtc's own estimates end."""

GROWTH_PER_S = 1.08
"""Of our bound, like that of the receivers (draft section 5.5: 1.08 a second)."""

USED_FACTOR = 1.5
USED_ALLOWANCE_BPS = 10_000
"""No estimate rises over 1.5 times what is sent plus this (draft section 5.5)."""

CARRIED_SHARE = 0.88
"""A full line makes a REMB of 0.85 of what arrives. One that is at least this share of
what is sent comes from a line that carries all of it with a little to spare."""

LAST_SHARE = 0.95
"""Of what came through: so much is sent when the loss is heavy."""

DECREASE_INTERVAL_NS = 1_500_000_000
"""The next report still tells of packets from before the decrease."""

CARRIED_WINDOW_NS = 2_000_000_000

TROUBLE_NS = 6_000_000_000

RAMP = 1.15
"""Of what was sent in the last second: a probe that is too much is so by little, and
the queue it makes in the second until a report tells stays below 200 ms."""

GRACE_NS = 3_000_000_000
"""How long the low REMB that ends a probe does not count against the picture."""

GRACE_SHARE = 0.7
"""A REMB below this share of the picture counts also then: the line got worse."""

NS_PER_S = 1_000_000_000


class DownlinkEstimator:
    """One viewer's line. Rates are in bit/s of RTP packets, times monotonic."""

    __slots__ = (
        "_bad_ns",
        "_carried",
        "_carried_before",
        "_carried_ns",
        "_credit",
        "_decreased_ns",
        "_goal_bps",
        "_line",
        "_own_bps",
        "_padding_bps",
        "_planned_bps",
        "_probe",
        "_remb_bps",
        "_reported_ns",
        "_sent_bps",
        "target_bps",
    )

    def __init__(self, now_ns: int, start_bps: int = START_BPS) -> None:
        self.target_bps = start_bps
        """What may be sent in all, padding included."""
        self._credit = Credit(start_bps)
        self._bad_ns: deque[int] = deque(maxlen=2)
        """When the newest two reports came that told of delay or loss."""
        self._own_bps = float(start_bps)
        self._remb_bps: int | None = None
        self._sent_bps = 0
        self._padding_bps = 0
        self._planned_bps = 0
        self._goal_bps = 0
        self._carried = self._carried_before = 0
        self._carried_ns = now_ns
        self._reported_ns = now_ns
        self._decreased_ns = now_ns - DECREASE_INTERVAL_NS
        self._line = LossAndDelay()
        self._probe = ProbeTimer(now_ns)

    def on_sent(self, sent_bps: int, padding_bps: int, now_ns: int) -> None:
        """Note the rates of the last second or so: all that was sent, and the
        padding in it. At least once a second, better five times."""
        self._sent_bps = sent_bps
        self._padding_bps = padding_bps
        if now_ns - self._carried_ns >= CARRIED_WINDOW_NS:
            self._carried_before, self._carried = self._carried, 0
            self._carried_ns = now_ns
        self._carried = max(self._carried, sent_bps - padding_bps)
        self._credit.on_carried(self._carried_bps, now_ns)
        self._update(now_ns)

    def on_plan(self, media_bps: int, goal_bps: int) -> None:
        """Note what the allocation chose: the rate of sound and pictures, and the rate
        in all at which the next better picture would be sent (`Allocation.goal_bps`);
        0 when there is none, then nothing is probed."""
        self._planned_bps = media_bps
        self._goal_bps = goal_bps

    def on_estimate(self, bps: int, now_ns: int) -> None:
        """Take a REMB."""
        before = self._remb_bps
        self._remb_bps = bps
        if before is not None and bps < LAST_SHARE * before:
            self._credit.on_congestion(bps, now_ns)
            self._probe.on_congestion(now_ns)
        self._update(now_ns)

    def on_moved(self) -> None:
        """Judge another path anew; the rate is kept, as the best guess.

        `Reception` leaves out what was lost between the two.
        """
        self._line = LossAndDelay()
        self._bad_ns.clear()

    def on_report(
        self,
        loss_fraction: float,
        rtt_ms: float | None,
        now_ns: int,
        jitter_ms: float = 0.0,
    ) -> None:
        """Take a receiver report: loss 0..1 since the last one, round trip or None."""
        line = self._line
        line.on_report(loss_fraction, rtt_ms, jitter_ms, now_ns)
        self._credit.on_report(line.is_bad_now, now_ns)
        if line.is_bad_now:
            self._bad_ns.append(now_ns)
        elapsed_ns = min(NS_PER_S, now_ns - self._reported_ns)
        self._reported_ns = now_ns
        is_delayed = line.is_delayed or self._is_remb_below_sent()
        if self._probe.is_on and line.is_worse_than_before_probe:
            self._fail_probe(now_ns)
        elif line.heavy_loss:
            self._decrease(self._sent_bps * (1 - line.heavy_loss) * LAST_SHARE, now_ns)
        elif is_delayed and line.loss > 0.1:
            base_bps = min(self._own_bps, self._sent_bps)
            self._decrease(base_bps * (1 - line.loss / 2), now_ns)
        elif self._remb_bps is None and line.is_queueing and not line.is_draining:
            self._decrease(self._sent_bps * 0.85, now_ns)
            line.learn_least()
        elif not (is_delayed and line.loss > 0.02):
            self._grow(elapsed_ns)
        self._update(now_ns)

    def _is_remb_below_sent(self) -> bool:
        arrived_bps = self._sent_bps * (1 - self._line.loss)
        return self._remb_bps is not None and (
            self._remb_bps < CARRIED_SHARE * arrived_bps
        )

    def _decrease(self, to_bps: float, now_ns: int) -> None:
        if now_ns - self._decreased_ns < DECREASE_INTERVAL_NS:
            return
        self._decreased_ns = now_ns
        self._credit.on_congestion(int(to_bps), now_ns)
        self._own_bps = min(self._own_bps, max(MIN_BPS, to_bps))
        self._probe.on_congestion(now_ns)

    def _fail_probe(self, now_ns: int) -> None:
        """Our padding was too much; what was there before it was not."""
        self._decreased_ns = now_ns
        bound_bps = max(self._probe.before_bps, 0.85 * self._sent_bps)
        self._credit.on_congestion(int(bound_bps), now_ns)
        self._own_bps = min(self._own_bps, bound_bps)
        self._probe.on_congestion(now_ns)

    def _grow(self, elapsed_ns: int) -> None:
        # A REMB is bounded by what is used already; alone, we are as careful.
        if self._remb_bps is None:
            limit_bps = USED_FACTOR * self._sent_bps + USED_ALLOWANCE_BPS
        else:
            limit_bps = MAX_BPS
        grown_bps = self._own_bps * GROWTH_PER_S ** (elapsed_ns / NS_PER_S)
        self._own_bps = max(self._own_bps, min(grown_bps, limit_bps))

    def _update(self, now_ns: int) -> None:
        target_bps = self._own_bps
        if self._remb_bps is not None:
            target_bps = min(target_bps, self._read_remb(self._remb_bps, now_ns))
        self.target_bps = int(target_bps)

    def _read_remb(self, remb_bps: int, now_ns: int) -> int:
        carried_bps = int(self._carried_bps * (1 - self._line.loss))
        if remb_bps >= CARRIED_SHARE * carried_bps:
            return max(remb_bps, self._carried_bps, self._credit.at(now_ns))
        self._credit.on_congestion(remb_bps, now_ns)
        before_bps = self._probe.before_bps
        is_ours = self._probe.is_recent(now_ns, GRACE_NS)
        if is_ours and remb_bps >= GRACE_SHARE * before_bps:
            return max(remb_bps, before_bps)
        return remb_bps

    @property
    def _carried_bps(self) -> int:
        return max(self._carried, self._carried_before)

    def is_troubled(self, now_ns: int) -> bool:
        """Tell whether two reports of late told of delay or loss.

        An estimate alone may fall because the viewer's machine was busy, or because
        little was sent; that is no reason to take the last picture away.
        """
        bad_ns = self._bad_ns
        return len(bad_ns) == 2 and now_ns - bad_ns[0] < TROUBLE_NS

    def probe_bps(self, now_ns: int) -> int:
        """Give how much padding to send now; 0 for none.

        All together stays within the estimate, so that a probe is what the line was
        said to carry, and lifts the bound of 1.5 times what arrives.
        """
        probe = self._probe
        # Measured rates are a second late: a layer that was just added counts at once.
        media_bps = max(self._planned_bps, self._sent_bps - self._padding_bps)
        if probe.is_on and self._planned_bps > 1.1 * probe.planned_bps:
            probe.stop(now_ns)
        if media_bps >= self._goal_bps:
            probe.stop(now_ns)
            return 0
        if not probe.is_on:
            if self.target_bps >= self._goal_bps or not probe.is_due(now_ns):
                return 0
            probe.start(self._carried_bps, self._planned_bps, self.target_bps, now_ns)
            self._line.mark_probe()
        probe.check(self.target_bps, self._goal_bps, now_ns)
        if not probe.is_on:
            return 0
        aim_bps = min(self.target_bps, self._goal_bps, int(RAMP * self._sent_bps))
        return max(0, aim_bps - media_bps)
