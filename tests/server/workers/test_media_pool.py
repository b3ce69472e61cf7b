"""Where routers live, over real sockets of several workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from media import protocol
from media.channel import NotConnected
from server.workers import media_pool
from server.workers.media_pool import MediaPool
from server.workers.router_owner import RouterDump
from tests.fakes.media_worker import FakeWorker


class Owner:
    def __init__(self) -> None:
        self.told: list[str] = []
        self.index = -1

    def on_router_up(self, index: int, dump: RouterDump, is_fresh: bool) -> None:
        self.told.append("fresh" if is_fresh else "kept")
        self.index = index

    def on_router_down(self) -> None:
        self.told.append("down")

    def on_replica_up(self, index: int, dump: RouterDump) -> None:
        self.told.append(f"replica {sorted(dump.peers)}")

    def on_replica_down(self, index: int) -> None:
        self.told.append("replica down")

    def on_viewers_closed(self, peer_ids: Sequence[str]) -> None:
        self.told.append(f"closed {len(peer_ids)}")

    def on_media_event(self, index: int, event: protocol.Event) -> None:
        self.told.append(type(event).__name__)


class Workers:
    """Two workers and a pool; the path is short enough for a socket."""

    def __init__(self, folder: Path) -> None:
        self.paths = [folder / f"{index}.sock" for index in range(2)]
        self.workers: list[FakeWorker] = []
        self.pool = MediaPool([str(path) for path in self.paths])

    async def start(self, index: int) -> FakeWorker:
        return await FakeWorker(self.paths[index]).start()

    async def until(self, holds: Callable[[], object], limit_s: float = 5.0) -> None:
        async with asyncio.timeout(limit_s):
            while not holds():
                await asyncio.sleep(0.005)


@pytest.fixture
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workers]:
    two = Workers(tmp_path_factory.mktemp("w"))
    two.workers = [await two.start(0), await two.start(1)]
    two.pool.open()
    await two.until(lambda: two.pool.is_ready)
    yield two
    await two.pool.close()
    for worker in two.workers:
        await worker.close()


async def test_routers_spread_over_the_workers(two: Workers) -> None:
    owners = [Owner() for _ in range(4)]
    for number, owner in enumerate(owners):
        two.pool.claim(f"ses_{number}", owner)
    await two.until(lambda: all(owner.told == ["fresh"] for owner in owners))
    assert sorted(len(worker.routers) for worker in two.workers) == [2, 2]


async def test_router_that_a_worker_holds_is_kept_there(two: Workers) -> None:
    owner = Owner()
    two.pool.claim("ses_a", owner)
    await two.until(lambda: owner.told)
    home = next(worker for worker in two.workers if worker.routers)
    await two.pool.close()
    two.pool = MediaPool([str(path) for path in two.paths])
    two.pool.open()
    await two.until(lambda: two.pool.is_ready)
    later = Owner()
    two.pool.claim("ses_a", later)
    await two.until(lambda: later.told == ["kept"])
    assert home.routers == ["ses_a"]


async def test_restarted_worker_gets_its_routers_again(two: Workers) -> None:
    owner = Owner()
    two.pool.claim("ses_a", owner)
    await two.until(lambda: owner.told)
    index = next(i for i, worker in enumerate(two.workers) if worker.routers)
    await two.workers[index].close()
    await two.until(lambda: owner.told[-1] == "down")
    with pytest.raises(NotConnected):
        await two.pool.request("ses_a", protocol.StatsGet(router_id="ses_a"))
    two.workers[index] = await two.start(index)
    await two.until(lambda: owner.told == ["fresh", "down", "fresh"])


async def test_routers_of_a_worker_that_stays_away_move(
    two: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_pool, "MOVE_AFTER_S", 0.05)
    owner = Owner()
    two.pool.claim("ses_a", owner)
    await two.until(lambda: owner.told)
    index = next(i for i, worker in enumerate(two.workers) if worker.routers)
    await two.workers[index].close()
    await two.until(lambda: owner.told == ["fresh", "down", "fresh"])
    assert two.workers[1 - index].routers == ["ses_a"]


async def test_routers_that_no_session_claims_are_closed(
    two: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await two.pool.close()
    two.workers[0].routers.append("ses_old")
    monkeypatch.setattr(media_pool, "ORPHAN_GRACE_S", 0.1)
    two.pool = MediaPool([str(path) for path in two.paths])
    two.pool.open()
    await two.until(lambda: two.pool.is_ready)
    await two.until(lambda: two.workers[0].routers == [])


async def test_events_reach_the_owner_of_the_router_alone(two: Workers) -> None:
    owners = {name: Owner() for name in ("ses_a", "ses_b")}
    for name, owner in owners.items():
        two.pool.claim(name, owner)
    await two.until(lambda: all(owner.told for owner in owners.values()))
    home = next(worker for worker in two.workers if "ses_a" in worker.routers)
    home.tell(protocol.SpeakersChanged(router_id="ses_a", publication_ids=()))
    await two.until(lambda: owners["ses_a"].told == ["fresh", "SpeakersChanged"])
    assert owners["ses_b"].told == ["fresh"]


async def test_worker_of_another_protocol_is_not_used(two: Workers) -> None:
    await two.workers[0].close()
    two.workers[0] = FakeWorker(two.paths[0])
    two.workers[0].protocol_version = 99
    await two.workers[0].start()
    await asyncio.sleep(0.4)
    assert not two.pool.is_ready
