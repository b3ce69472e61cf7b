"""Two hours of coming and going every 2 s, in some minutes (reliability B15)."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_peer import LightPeer
from benchmarks.fanout.programme import Programme
from media.protocol import (
    Event,
    PeerClose,
    PeerStateChanged,
    RouterClose,
    RouterOpen,
    WorkerLoad,
)
from tests.media.transport.light import open_light, open_programme, pump_until
from tests.media.worker_process import WorkerProcess, open_worker

JOINS = 3_600
"""2 h at one every 2 s."""
WARM_UP = 1_200
"""Until then memory grows for good reasons: pools, caches, and as many peers at once as
there ever are: those who vanished stay for 30 s, which is 750 joins here."""
MAX_GROWTH = 0.05
STALL_MS = 200


class Soak:
    """One session on air; viewers come, and leave in every way there is."""

    def __init__(
        self, worker: WorkerProcess, publisher: LightPeer, programme: Programme
    ) -> None:
        self.worker = worker
        self.publisher = publisher
        self.programme = programme
        self.identity = LightIdentity()
        self.lags_ms: list[float] = []
        self.peers_left = 0
        self.own_late_s = 0.0

    @property
    def folder(self) -> Path:
        return Path(f"/proc/{self.worker.process.pid}")

    def rss_kib(self) -> int:
        pages = int((self.folder / "statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE") // 1024

    def descriptors(self) -> int:
        return len(list((self.folder / "fd").iterdir()))

    def threads(self) -> int:
        return len(list((self.folder / "task").iterdir()))

    def take_events(self) -> None:
        """Note loads; events must not pile up in the test either."""
        kept: list[Event] = []
        for event in self.worker.events:
            if isinstance(event, WorkerLoad):
                self.lags_ms.append(event.loop_lag_ms)
                self.peers_left = event.peers
            elif not isinstance(event, PeerStateChanged):
                kept.append(event)
        self.worker.events[:] = kept[-100:]

    async def pump(self, peers: list[LightPeer], seconds: float) -> None:
        began_s = time.monotonic()
        group = [self.publisher, *peers]
        await pump_until(lambda: False, group, self.programme, seconds)
        late_s = time.monotonic() - began_s - seconds
        self.own_late_s = max(self.own_late_s, late_s)

    async def come_and_go(self, number: int) -> None:
        """A viewer sees a little, then closes, vanishes, is replaced or never shakes
        hands to the end."""
        way = number % 40
        peer = await open_light(self.worker, f"v{number}", "receive", self.identity)
        if way != 39:
            group = [self.publisher, peer]
            connected = await pump_until(
                lambda: peer.is_connected, group, self.programme
            )
            assert connected
            await self.pump([peer], 0.02)
        if way < 37:
            await self.worker.client.request(PeerClose(peer_id=f"v{number}"))
        elif way == 37:
            peer.sock.close()
            peer = await open_light(self.worker, f"v{number}", "receive", self.identity)
            await self.worker.client.request(PeerClose(peer_id=f"v{number}"))
        peer.close()

    async def run(self, joins: range) -> None:
        for number in joins:
            await self.come_and_go(number)
            if number % 100 == 0:
                name = f"other-{number}"
                await self.worker.client.request(RouterOpen(router_id=name))
                await self.worker.client.request(RouterClose(router_id=name))
                self.take_events()

    async def settle(self) -> None:
        """Until those who vanished have lost their consent: 30 s and a second."""
        for _ in range(36):
            await self.pump([], 1.0)
            self.take_events()


@pytest.mark.long
@pytest.mark.timeout(1_800)
async def test_coming_and_going_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_worker(tmp_path) as worker:
        publisher, programme = await open_programme(worker)
        soak = Soak(worker, publisher, programme)
        descriptors, threads = soak.descriptors(), soak.threads()
        await soak.run(range(WARM_UP))
        await soak.settle()
        warm_kib = soak.rss_kib()
        soak.lags_ms.clear()
        soak.own_late_s = 0.0
        await soak.run(range(WARM_UP, WARM_UP + JOINS))
        await soak.settle()
        growth = soak.rss_kib() / warm_kib - 1
        worst_ms = max(soak.lags_ms)
        with capsys.disabled():
            print(
                f"{JOINS} joins: RSS {warm_kib} KiB {growth:+.1%}, worst lag "
                f"{worst_ms:.0f} ms (here {1000 * soak.own_late_s:.0f} ms)"
            )
        assert soak.peers_left == 1
        assert abs(soak.descriptors() - descriptors) <= 2
        assert abs(soak.threads() - threads) <= 2
        assert growth < MAX_GROWTH
        # What this process was late by is the machine's fault.
        assert worst_ms <= STALL_MS + 1000 * soak.own_late_s
        publisher.close()
