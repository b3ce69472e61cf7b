"""`Steering`: what one viewer is sent of each picture.

By what its line carries (`downlink`), what it can use (its wishes), and what the worker
can give (a `Cap`). It decides once a second, sooner when the line or a wish changed,
and asks nothing of viewers who have all they want on a line that carries it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from media.protocol import VideoSlot as VideoSlotName
from media.rtp.rtcp import ReceiverEstimate
from media.sfu.allocation import (
    NO_CAP,
    Allocation,
    Cap,
    Choice,
    LayerAllocator,
    SlotDemand,
)
from media.sfu.downlink import DownlinkEstimator
from media.sfu.encoding import LAYER_HEIGHTS, NS_PER_S
from media.sfu.offers import RoomOffers
from media.sfu.prober import Prober
from media.sfu.reception import Reception
from media.sfu.subscription import Subscription
from media.sfu.traffic import RateMeter
from media.sfu.video_slot import VideoSlot

CALM_NS = NS_PER_S
BUSY_NS = NS_PER_S // 5
"""Between decisions: with all it wants, and while the line limits it."""

IMPORTANCE: tuple[VideoSlotName, ...] = (
    "screen",
    "presenter",
    "floor-1",
    "floor-2",
    "programme",
)
"""A screen that can not be read is worth nothing, a face can be small."""

Limit = Literal["nothing", "wish", "line", "capacity"]
Picture = tuple[VideoSlot, Subscription]


class Steering:
    """The choices of one viewer."""

    __slots__ = (
        "_allocation",
        "_allocator",
        "_cap",
        "_decided_ns",
        "_is_stale",
        "_line",
        "_offers",
        "_pictures",
        "_prober",
        "_sent",
        "_voices",
        "_wishes",
        "sound_copies",
    )

    def __init__(
        self,
        pictures: Sequence[Picture],
        voices: Sequence[Subscription],
        now_ns: int,
    ) -> None:
        rank = {name: index for index, name in enumerate(IMPORTANCE)}
        self._pictures = sorted(pictures, key=lambda one: rank[one[0].video_name])
        self._voices = tuple(voices)
        self._wishes: dict[VideoSlotName, int] = {}
        self._line = DownlinkEstimator(now_ns)
        self._allocator = LayerAllocator()
        self._allocation = Allocation((), 0, 0)
        self._prober = Prober([one for _, one in self._pictures], now_ns)
        self._sent = RateMeter(now_ns)
        self._offers: RoomOffers | None = None
        self._cap = NO_CAP
        self.sound_copies = 1
        """2 while the viewer is sent each packet of sound twice."""
        self._decided_ns = now_ns - CALM_NS
        self._is_stale = True

    @property
    def sent_bps(self) -> int:
        """Without repeats and padding, over the last second."""
        return self._sent.bps

    @property
    def is_probing(self) -> bool:
        return self._prober.is_on

    def wish(self, max_heights: Mapping[VideoSlotName, int]) -> None:
        """Take what the viewer can use; see `protocol.ViewerPrefer`."""
        self._wishes.update(max_heights)
        self._is_stale = True

    def limit(self, cap: Cap) -> None:
        """Take what the worker can give."""
        if cap != self._cap:
            self._cap = cap
            self._is_stale = True

    def on_moved(self) -> None:
        """Another path is used from now on."""
        self._line.on_moved()

    def on_report(self, reception: Reception, now_ns: int) -> None:
        loss = reception.loss_percent / 100
        self._line.on_report(loss, reception.rtt_ms, now_ns, reception.jitter_ms)
        self._is_stale = self._is_stale or self._is_short(now_ns)

    def on_estimate(self, estimate: ReceiverEstimate, now_ns: int) -> None:
        self._line.on_estimate(estimate.bitrate_bps, now_ns)
        self._is_stale = self._is_stale or self._is_short(now_ns)

    def _is_short(self, now_ns: int) -> bool:
        """Tell whether the line carries less than is sent."""
        offers = self._offers
        if offers is None or now_ns - self._decided_ns < BUSY_NS:
            return False
        return (
            self._line.target_bps < self._audio_bps(offers) + self._allocation.video_bps
        )

    def _audio_bps(self, offers: RoomOffers) -> int:
        return offers.audio_bps * self.sound_copies

    def tick(self, offers: RoomOffers, now_ns: int) -> None:
        """Decide when it is time to; called every tick, costs nothing in between."""
        is_limited = self._allocation.goal_bps > 0
        wait_ns = BUSY_NS if is_limited or offers is not self._offers else CALM_NS
        if not self._is_stale and now_ns - self._decided_ns < wait_ns:
            return
        self._decided_ns = now_ns
        self._measure(now_ns)
        if self._is_stale or is_limited or self._must_look(offers):
            self._is_stale = False
            self._decide(offers, now_ns)
        # Also when nothing was decided: else it would count as a change for ever.
        self._offers = offers
        self._prober.rate_bps = self._line.probe_bps(now_ns)

    def _measure(self, now_ns: int) -> None:
        sent = sum([one.sent_bytes() for _, one in self._pictures])
        sent += sum([one.sent_bytes() for one in self._voices])
        self._sent.update(sent, now_ns)
        padding_bps = self._prober.measure(now_ns)
        self._line.on_sent(self._sent.bps + padding_bps, padding_bps, now_ns)

    def _must_look(self, offers: RoomOffers) -> bool:
        """Tell whether the room changed in a way that may matter to this viewer."""
        before = self._offers
        return (
            before is None
            or offers.layout != before.layout
            or self._line.target_bps < self._audio_bps(offers) + offers.video_bps
        )

    def _decide(self, offers: RoomOffers, now_ns: int) -> None:
        demands = [
            SlotDemand(
                slot.name,
                offers.source_of(slot.video_name),
                offers.layers_of(slot.video_name),
                self._wishes.get(slot.video_name),
            )
            for slot, _ in self._pictures
        ]
        audio_bps = self._audio_bps(offers)
        self._allocation = self._allocator.allocate(
            self._line.target_bps,
            audio_bps,
            demands,
            now_ns,
            self._cap,
            is_troubled=self._line.is_troubled(now_ns),
        )
        media_bps = audio_bps + self._allocation.video_bps
        self._line.on_plan(media_bps, self._allocation.goal_bps)
        chosen = zip(self._pictures, demands, self._allocation.choices, strict=True)
        for (slot, subscription), demand, choice in chosen:
            if choice is not None:
                slot.aim(subscription, choice.layer, now_ns, choice.max_temporal)
            elif demand.layers or demand.max_height == 0:
                slot.aim(subscription, -1, now_ns)

    def pump(self, now_ns: int) -> None:
        """Send the padding that is due."""
        self._prober.pump(now_ns)

    def heights(self) -> dict[VideoSlotName, int]:
        """Give the nominal height of what is sent of each slot that has a picture."""
        offers = self._offers
        if offers is None:
            return {}
        pairs = zip(self._pictures, self._allocation.choices, strict=False)
        return {
            slot.video_name: _height(choice)
            for (slot, _), choice in pairs
            if offers.layers_of(slot.video_name)
        }

    @property
    def limited_by(self) -> Limit:
        """Tell why it is not sent the best of every picture."""
        if self._allocation.is_capped:
            return "capacity"
        # A line that carries more than it is sent is only not believed yet.
        if self._line.target_bps < self._allocation.goal_bps:
            return "line"
        if any(height <= LAYER_HEIGHTS[-2] for height in self._wishes.values()):
            return "wish"
        return "nothing"


def _height(choice: Choice | None) -> int:
    return 0 if choice is None else LAYER_HEIGHTS[choice.layer]
