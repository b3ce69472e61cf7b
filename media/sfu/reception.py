"""`Reception`: what one viewer tells of its line, in receiver reports and REMB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from media.clock import Clock, ntp_from_unix_ns
from media.rtp.rtcp import ReceiverEstimate, ReportBlock
from media.sfu.reported_loss import LossSample, ReportedLoss

NO_GAPS: Mapping[int, float] = {}
SOUND_HZ = 48_000
MAX_RTT_S = 10
"""A longer one is a viewer's clock gone wrong, not a line."""

SUM_UP_NS = 900_000_000
"""Reports of one picture are 0.5 to 1.5 s apart, those of libwebrtc's sound 2.5 to 7.5
(RFC 3550, 6.2: halved to once and a half at random)."""

LONGEST_SUM_UP_NS = 3_000_000_000
"""Then it is summed up though too little was sent to tell of loss."""

FRESH_NS = 2_000_000_000
"""What a report tells of a longer time says too little of the last second to be put
together with what others tell of that."""

MAX_JITTER_MS = 10_000.0
MAX_ESTIMATE_BPS = 100_000_000_000
"""A REMB can say up to 2^81 bit/s; the control socket's integers end at 2^64, and one
viewer's lie must not keep the figures of all others from being told."""

ROUNDING_BITS = 10
"""16 ms below zero: what is told in other units on a line of microseconds."""


class Reception:
    """Loss, round trip and the viewer's own estimate of its line.

    Loss is of all streams' packets together. That of the worst stream would be chance:
    on a line that loses 10 %, a second's 50 packets of sound or its 75 of a picture
    tell of 20 % twice a minute.
    """

    __slots__ = (
        "_clock",
        "_losses",
        "_summed_up_ns",
        "estimate_bps",
        "estimated_ns",
        "jitter_ms",
        "loss_percent",
        "reported_ns",
        "rtt_ms",
    )

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._losses: dict[int, ReportedLoss] = {}
        self._summed_up_ns = clock.monotonic_ns() - SUM_UP_NS
        self.loss_percent = 0.0
        self.rtt_ms: float | None = None
        """None before the first report that answers a sender report."""
        self.jitter_ms = 0.0
        """Of sound, which is sent evenly; packets of a picture come in bursts."""
        self.reported_ns = 0
        self.estimate_bps: int | None = None
        """The viewer's REMB; None before the first and from those who send none."""
        self.estimated_ns = 0

    def on_report(
        self,
        blocks: Sequence[tuple[ReportBlock, int]],
        now_ns: int,
        gaps: Mapping[int, float] = NO_GAPS,
    ) -> bool:
        """Take the blocks of our streams, each with its clock rate in Hz.

        `gaps` has, by SSRC, the share of numbers that nobody was sent because the
        publisher's packets got lost: that is not this line's loss. Browsers send a
        report for each stream. True about once a second: what came since is then
        summed up in `loss_percent`.
        """
        if not blocks:
            return False
        self.reported_ns = now_ns
        for block, _ in blocks:
            self._losses.setdefault(block.ssrc, ReportedLoss()).on_report(block, now_ns)
        for block, rate_hz in blocks:
            if rate_hz == SOUND_HZ:
                jitter_ms = block.jitter_ticks * 1000 / rate_hz
                self.jitter_ms = min(MAX_JITTER_MS, jitter_ms)
        answering = next((block for block, _ in blocks if block.last_sr), None)
        if answering is not None:
            self._measure_rtt(answering, now_ns)
        return self._sum_up(gaps, now_ns)

    def _sum_up(self, gaps: Mapping[int, float], now_ns: int) -> bool:
        elapsed_ns = now_ns - self._summed_up_ns
        if elapsed_ns < SUM_UP_NS:
            return False
        taken = {ssrc: one.take() for ssrc, one in self._losses.items()}
        samples = [
            sample._replace(share=_without_gaps(sample.share, gaps.get(ssrc, 0.0)))
            for ssrc, sample in taken.items()
            if sample is not None
        ]
        if not samples and elapsed_ns < LONGEST_SUM_UP_NS:
            return False
        self._summed_up_ns = now_ns
        self.loss_percent = _loss_of_all(samples) * 100
        return True

    def on_moved(self) -> None:
        """Another path is used: the next report of each stream tells of the time
        between the two, when nothing could arrive."""
        self._losses.clear()

    def _measure_rtt(self, block: ReportBlock, now_ns: int) -> None:
        """RFC 3550, 6.4.1: A - LSR - DLSR, in 1/65536 s."""
        now = ntp_from_unix_ns(self._clock.wall_ns_at(now_ns)) >> 16 & 0xFFFFFFFF
        rtt = (now - block.last_sr - block.delay_since_last_sr) & 0xFFFFFFFF
        if rtt >= (1 << 32) - (1 << ROUNDING_BITS):
            rtt = 0
        if rtt < MAX_RTT_S << 16:
            self.rtt_ms = rtt * 1000 / 65536

    def on_estimate(self, estimate: ReceiverEstimate, now_ns: int) -> None:
        self.estimate_bps = min(MAX_ESTIMATE_BPS, estimate.bitrate_bps)
        self.estimated_ns = now_ns


def _without_gaps(loss: float, gap: float) -> float:
    """Give what the line lost of the packets that were sent."""
    if gap >= 1.0:
        return 0.0
    return max(0.0, (loss - gap) / (1.0 - gap))


def _loss_of_all(samples: Sequence[LossSample]) -> float:
    fresh = [one for one in samples if one.lasted_ns <= FRESH_NS] or samples
    packets = sum(one.packets for one in fresh)
    return sum(one.share * one.packets for one in fresh) / max(1, packets)
