"""Totals of a worker: real counters, also of what is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from media.protocol import PeerClose, PeerStateChanged, RouterClose, WorkerTotals
from media.tally import LAG_BOUNDS_MS, Times
from tests.media.aiortc_client import AiortcClient
from tests.media.worker_process import WorkerProcess


@pytest.mark.parametrize(
    ("ms", "place"), [(0, 0), (1, 0), (1.5, 1), (1_000, 9), (1_001, 10)]
)
def test_a_time_is_counted_up_to_its_bound(ms: float, place: int) -> None:
    times = Times(LAG_BOUNDS_MS)
    times.add(ms)
    told = times.told()
    assert told.counts.index(1) == place
    assert sum(told.counts) == 1
    assert told.sum_ms == ms


async def test_totals_never_fall_when_peers_and_routers_go(tmp_path: Path) -> None:
    worker = WorkerProcess(tmp_path)
    try:
        await worker.open_router()
        viewer = AiortcClient()
        await viewer.view(worker, "viewer")
        await worker.event(PeerStateChanged, lambda e: e.state == "connected")
        here = await worker.event(
            WorkerTotals, lambda e: any(one.viewers for one in e.routers)
        )
        await worker.client.request(PeerClose(peer_id="viewer"))
        await worker.client.request(RouterClose(router_id="r"))
        gone = await worker.event(WorkerTotals, lambda e: not e.routers)
        await viewer.close()
    finally:
        await worker.stop()
    assert sum(here.joins["receive"].counts) == sum(gone.joins["receive"].counts) == 1
    assert gone.failed_joins == {"publish": 0, "receive": 0}
    assert gone.packets_in >= here.packets_in > 0
    assert all(gone.drops[reason] >= count for reason, count in here.drops.items())
    assert sum(gone.loop_lag.counts) > sum(here.loop_lag.counts)
