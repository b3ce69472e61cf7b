"""A line with a bottleneck, and a viewer behind it, for tests of the estimator.

The line is a fluid: bits enter, wait in one queue, leave at the cap. The viewer's REMB
follows draft-ietf-rmcat-gcc-02, section 5: nothing for the first 5 s unless the queue
grows, 0.85 of what arrives when it grows, else 8 % (near the known capacity 48 kbit/s)
more each second, never above 1.5 times what arrives + 10 kbit/s.
"""

from __future__ import annotations

import itertools
import random
from collections import deque
from dataclasses import dataclass, field

from media.sfu.allocation import Choice, LayerAllocator, LayerOffer, SlotDemand
from media.sfu.downlink import DownlinkEstimator

STEP_MS = 20
AUDIO_BPS = 40_000
LAYERS = (150_000, 500_000, 1_500_000)
PACKET_BITS = 8_000


@dataclass
class Line:
    """What is between server and viewer."""

    cap_bps: int
    loss: float = 0.0
    rtt_ms: float = 50.0
    jitter_ms: float = 0.0
    queue_limit_ms: float = 500.0
    random: random.Random = field(default_factory=lambda: random.Random(7))
    _queued_bits: float = 0.0

    def carry(self, bits: float) -> tuple[float, float]:
        """Take the bits of one step; gives those that arrive and those that are lost.

        Loss is by packets, so that it varies as it does in reports of real size.
        """
        packets = bits / PACKET_BITS
        count = int(packets) + (self.random.random() < packets % 1)
        gone = sum(self.random.random() < self.loss for _ in range(count))
        lost = min(bits, gone * PACKET_BITS)
        self._queued_bits += bits - lost
        limit = self.cap_bps * self.queue_limit_ms / 1000
        overflow = max(0.0, self._queued_bits - limit)
        self._queued_bits -= overflow
        arrived = min(self._queued_bits, self.cap_bps * STEP_MS / 1000)
        self._queued_bits -= arrived
        return arrived, lost + overflow

    @property
    def queue_ms(self) -> float:
        return self._queued_bits * 1000 / self.cap_bps

    def round_trip_ms(self) -> float:
        jitter = self.random.uniform(-self.jitter_ms, self.jitter_ms)
        return max(1.0, self.rtt_ms + self.queue_ms + jitter)


@dataclass
class Receiver:
    """The viewer's own estimator: when its queue grows, how much it may want."""

    sends_remb: bool = True
    estimate_bps: float | None = None
    _arrived: deque[float] = field(
        default_factory=lambda: deque(maxlen=1000 // STEP_MS)
    )
    _queues_ms: deque[float] = field(default_factory=lambda: deque(maxlen=10))
    _capacity_bps: float | None = None
    _held_until_ms: int = 0
    _told_ms: int = 0
    _told_bps: float = 0.0

    def on_step(self, bits: float, line: Line, now_ms: int) -> int | None:
        """Take what arrived; gives the REMB that is sent now, if one is."""
        self._arrived.append(bits)
        self._queues_ms.append(line.queue_ms)
        arriving_bps = sum(self._arrived) * 1000 / (len(self._arrived) * STEP_MS)
        grew_ms = self._queues_ms[-1] - self._queues_ms[0]
        if (
            grew_ms > 12
            and now_ms >= self._held_until_ms
            and len(self._queues_ms) == 10
        ):
            self.estimate_bps = 0.85 * arriving_bps
            self._capacity_bps = arriving_bps
            self._held_until_ms = now_ms + 300
        elif self.estimate_bps is None:
            if now_ms >= 5000:
                self.estimate_bps = arriving_bps
        elif grew_ms <= 1 and line.queue_ms < 60:
            self._grow(arriving_bps)
        return self._tell(now_ms)

    def _grow(self, arriving_bps: float) -> None:
        assert self.estimate_bps is not None
        if self._capacity_bps is not None and arriving_bps > 1.1 * self._capacity_bps:
            self._capacity_bps = None
        is_near = self._capacity_bps is not None
        share = 48_000 if is_near else 0.08 * self.estimate_bps
        limit_bps = 1.5 * arriving_bps + 10_000
        grown_bps = min(self.estimate_bps + share * STEP_MS / 1000, limit_bps)
        self.estimate_bps = max(self.estimate_bps, grown_bps)

    def _tell(self, now_ms: int) -> int | None:
        if not self.sends_remb or self.estimate_bps is None:
            return None
        is_due = now_ms - self._told_ms >= 1000
        if not is_due and self.estimate_bps >= 0.97 * self._told_bps:
            return None
        self._told_ms, self._told_bps = now_ms, self.estimate_bps
        return int(self.estimate_bps)


@dataclass
class Moment:
    """How things were at one step."""

    now_ms: int
    layer: int
    """-1 when the picture is off."""
    queue_ms: float
    padding_bps: int


class Meeting:
    """One viewer of one camera in three layers."""

    def __init__(self, line: Line, *, sends_remb: bool = True) -> None:
        self.line = line
        self.receiver = Receiver(sends_remb)
        self.estimator = DownlinkEstimator(0)
        self.allocator = LayerAllocator()
        self.moments: list[Moment] = []
        self.now_ms = 0
        self.choice: Choice | None = None
        self.padding_bps = 0
        self._rates: deque[tuple[float, float]] = deque(maxlen=1000 // STEP_MS)
        self._sent = self._lost = 0.0

    @property
    def layer(self) -> int:
        return -1 if self.choice is None else self.choice.layer

    def run(self, seconds: float) -> list[Moment]:
        """Let time pass; gives the moments of it."""
        first = len(self.moments)
        for _ in range(int(seconds * 1000 / STEP_MS)):
            self._step()
        return self.moments[first:]

    def _step(self) -> None:
        self.now_ms += STEP_MS
        if self.now_ms % 100 == 0:
            self._decide()
        wobble = self.line.random.uniform(0.9, 1.1)
        media_bps = AUDIO_BPS + (LAYERS[self.layer] * wobble if self.choice else 0)
        bits = (media_bps + self.padding_bps) * STEP_MS / 1000
        self._rates.append((bits, self.padding_bps * STEP_MS / 1000))
        arrived, lost = self.line.carry(bits)
        self._sent += bits
        self._lost += lost
        remb = self.receiver.on_step(arrived, self.line, self.now_ms)
        if remb is not None:
            self.estimator.on_estimate(remb, self.now_ms * 1_000_000)
        if self.now_ms % 1000 == 0:
            self._report()
        self.moments.append(
            Moment(self.now_ms, self.layer, self.line.queue_ms, self.padding_bps)
        )

    def _report(self) -> None:
        loss = self._lost / self._sent
        self._sent = self._lost = 0.0
        rtt_ms = self.line.round_trip_ms()
        self.estimator.on_report(loss, rtt_ms, self.now_ms * 1_000_000)

    def _decide(self) -> None:
        now_ns = self.now_ms * 1_000_000
        if self._rates:
            span_s = len(self._rates) * STEP_MS / 1000
            sent_bps = int(sum(bits for bits, _ in self._rates) / span_s)
            padding_bps = int(sum(bits for _, bits in self._rates) / span_s)
            self.estimator.on_sent(sent_bps, padding_bps, now_ns)
        offers = tuple(
            LayerOffer(layer, height, bps)
            for layer, (height, bps) in enumerate(
                zip((180, 360, 720), LAYERS, strict=True)
            )
        )
        given = self.allocator.allocate(
            self.estimator.target_bps,
            AUDIO_BPS,
            [SlotDemand("presenter", "a", offers)],
            now_ns,
        )
        self.choice = given.choices[0]
        self.estimator.on_plan(AUDIO_BPS + given.video_bps, given.goal_bps)
        self.padding_bps = self.estimator.probe_bps(now_ns)


def changes(moments: list[Moment]) -> int:
    """Count how often the layer changed."""
    layers = [moment.layer for moment in moments]
    return sum(one != other for one, other in itertools.pairwise(layers))
