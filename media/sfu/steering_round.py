"""`SteeringRound`: takes the viewers of a router in turn, tells how they receive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from media.protocol import PublisherReport, VideoSlot, ViewerQuality, ViewerReport
from media.sfu.offers import OfferBoard
from media.sfu.publisher import Publisher
from media.sfu.shedding import Shed
from media.sfu.viewer import Viewer

TICKS_A_ROUND = 10
"""Each viewer is looked at every 200 ms; all at once would be 5 ms for 1,000."""

QUALITY_NS = 2_000_000_000


class SteeringRound:
    """The viewers in the order they came."""

    __slots__ = ("_board", "_position", "_probing", "_told_ns", "_viewers", "shed")

    def __init__(self, board: OfferBoard, now_ns: int) -> None:
        self.shed = Shed()
        """What the worker can not give now."""
        self._board = board
        self._viewers: list[Viewer] = []
        self._position = 0
        self._probing: list[Viewer] = []
        self._told_ns = now_ns

    def add(self, viewer: Viewer, wishes: Mapping[VideoSlot, int], now_ns: int) -> None:
        """Steer a viewer from now on, with what it wished before it connected."""
        steering = viewer.steer(now_ns)
        steering.wish(wishes)
        self._viewers.append(viewer)
        count = len(self._viewers)
        steering.limit(self.shed.cap_of(count - 1, count))
        steering.tick(self._board.tick(now_ns), now_ns)

    def remove(self, viewer: Viewer) -> None:
        if viewer in self._viewers:
            self._viewers.remove(viewer)
        if viewer in self._probing:
            self._probing.remove(viewer)

    def tick(self, now_ns: int) -> None:
        """Decide for a tenth of the viewers; send the padding of those who probe."""
        offers = self._board.tick(now_ns)
        count = len(self._viewers)
        for _ in range(-(-count // TICKS_A_ROUND)):
            self._position = (self._position + 1) % count
            viewer = self._viewers[self._position]
            steering = viewer.steering
            assert steering is not None, "given by `add`"
            steering.limit(self.shed.cap_of(self._position, count))
            steering.tick(offers, now_ns)
            if steering.is_probing and viewer not in self._probing:
                self._probing.append(viewer)
        if self._probing:
            self._pump(now_ns)

    def _pump(self, now_ns: int) -> None:
        still: list[Viewer] = []
        for viewer in self._probing:
            if viewer.steering is not None and viewer.steering.is_probing:
                viewer.steering.pump(now_ns)
                still.append(viewer)
        self._probing = still

    def tell(
        self,
        router_id: str,
        publishers: Iterable[Publisher],
        on_event: Callable[[ViewerQuality], None],
        now_ns: int,
    ) -> None:
        """Tell every 2 s how those receive who reported since, and who is received."""
        if now_ns - self._told_ns < QUALITY_NS:
            return
        since_ns, self._told_ns = self._told_ns, now_ns
        reports = tuple(_reports(self._viewers, since_ns))
        sent = tuple(
            PublisherReport(
                peer_id=one.peer_id, loss_percent=round(one.loss_percent, 1)
            )
            for one in publishers
            if any(publication.is_open for publication in one.publications)
        )
        if reports or sent:
            on_event(
                ViewerQuality(router_id=router_id, viewers=reports, publishers=sent)
            )


def _reports(viewers: Iterable[Viewer], since_ns: int) -> Iterable[ViewerReport]:
    for viewer in viewers:
        reception, steering = viewer.reception, viewer.steering
        if reception.reported_ns < since_ns or steering is None:
            continue
        yield ViewerReport(
            peer_id=viewer.viewer_id,
            loss_percent=round(reception.loss_percent, 1),
            rtt_ms=None if reception.rtt_ms is None else round(reception.rtt_ms, 1),
            jitter_ms=round(reception.jitter_ms, 1),
            estimate_bps=reception.estimate_bps,
            sent_bps=steering.sent_bps,
            layers=steering.heights(),
            limited_by=steering.limited_by,
        )
