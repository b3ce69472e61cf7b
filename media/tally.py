"""`Tally`: what a worker counted since it started, with that of peers long gone.

Nothing here is on the packet path: whoever drops a packet counts it in its own field,
and a total is added up when it is told.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection

from media.protocol import (
    Direction,
    DropReason,
    Histogram,
    RouterTraffic,
    WorkerTotals,
)
from media.sfu.router import Router
from media.transport.peer import PeerTransport
from media.transport.sink import DatagramSink
from media.transport.udp_mux import UdpMux

JOIN_BOUNDS_MS = (50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000)
"""A peer that needs longer than 20 s is closed (`CONNECT_NS`)."""
LAG_BOUNDS_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
"""10 ms is the promised p99 of forwarding, 200 ms a stall."""
DIRECTIONS: tuple[Direction, ...] = ("publish", "receive")


class Times:
    """A histogram that grows; `told` is its wire form."""

    __slots__ = ("_bounds_ms", "_counts", "_sum_ms")

    def __init__(self, bounds_ms: tuple[int, ...]) -> None:
        self._bounds_ms = bounds_ms
        self._counts = [0] * (len(bounds_ms) + 1)
        self._sum_ms = 0.0

    def add(self, ms: float) -> None:
        self._counts[bisect_left(self._bounds_ms, ms)] += 1
        self._sum_ms += max(0.0, ms)

    def told(self) -> Histogram:
        return Histogram(
            bounds_ms=self._bounds_ms,
            counts=tuple(self._counts),
            sum_ms=round(self._sum_ms, 3),
        )


class Tally:
    """Counts of one worker. Totals never fall: what goes is added before it goes."""

    def __init__(self) -> None:
        self.loop_lag = Times(LAG_BOUNDS_MS)
        self._joins = {one: Times(JOIN_BOUNDS_MS) for one in DIRECTIONS}
        self._joined: set[PeerTransport] = set()
        self._failed_joins: Counter[Direction] = Counter()
        self._gone_drops: Counter[DropReason] = Counter()
        self._gone_retransmissions = 0
        self._gone_keyframe_requests = 0

    def note_joined(self, peer: PeerTransport, now_ns: int) -> None:
        """Count a peer that has just connected."""
        self._joined.add(peer)
        self._joins[peer.direction].add((now_ns - peer.opened_ns) / 1e6)

    def add_gone_peer(self, peer: PeerTransport) -> None:
        """Keep the counts of a peer that was closed; call once."""
        if peer in self._joined:
            self._joined.remove(peer)
        else:
            self._failed_joins[peer.direction] += 1
        self._gone_drops.update(_drops_of_peer(peer))

    def add_gone_router(self, router: Router) -> None:
        """Keep the counts of a router that was closed; call once."""
        stats = router.stats()
        self._gone_drops.update(stats.drops)
        self._gone_retransmissions += stats.retransmissions
        self._gone_keyframe_requests += stats.keyframe_requests

    def add_gone_sink(self, sink: DatagramSink) -> None:
        """Keep the counts of a sink that was closed; call once."""
        self._gone_drops["sink_full"] += sink.packets_dropped

    def totals(
        self,
        mux: UdpMux,
        packets_out: int,
        peers: Collection[PeerTransport],
        routers: Collection[Router],
        sinks: Collection[DatagramSink],
    ) -> WorkerTotals:
        """Add up those that are gone and those that are here."""
        drops = self._gone_drops.copy()
        drops.update(stranger=mux.strangers, fault=mux.faults)
        for peer in peers:
            drops.update(_drops_of_peer(peer))
        for sink in sinks:
            drops["sink_full"] += sink.packets_dropped
        all_stats = {router.router_id: router.stats() for router in routers}
        for stats in all_stats.values():
            drops.update(stats.drops)
        return WorkerTotals(
            packets_in=mux.packets_in,
            packets_out=packets_out,
            drops=dict(drops),
            retransmissions=self._gone_retransmissions
            + sum(stats.retransmissions for stats in all_stats.values()),
            keyframe_requests=self._gone_keyframe_requests
            + sum(stats.keyframe_requests for stats in all_stats.values()),
            joins={one: times.told() for one, times in self._joins.items()},
            failed_joins={one: self._failed_joins[one] for one in DIRECTIONS},
            loop_lag=self.loop_lag.told(),
            routers=tuple(
                RouterTraffic(
                    router_id=router_id,
                    viewers=stats.viewers,
                    publishers=stats.publishers,
                    in_bps=stats.in_bps,
                    out_bps=stats.out_bps,
                )
                for router_id, stats in all_stats.items()
            ),
        )


def _drops_of_peer(peer: PeerTransport) -> dict[DropReason, int]:
    return {"gate": peer.gate.dropped, "socket_full": peer.out.packets_dropped}
