"""A worker is emptied: viewers a few at a time, then replicas, origins last."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from media import protocol
from server.workers import drain, media_pool
from server.workers.media_pool import MediaPool
from tests.fakes.media_worker import FakeWorker
from tests.server.workers.test_media_pool import Owner, Workers


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


def seat(worker: FakeWorker, router_id: str, count: int) -> None:
    for number in range(count):
        peer_id = f"par_{number}.view.x"
        worker.peers[peer_id] = protocol.PeerInfo(
            peer_id=peer_id, router_id=router_id, direction="receive", state="connected"
        )


async def claim(two: Workers, router_id: str, index: int) -> Owner:
    owner = Owner()
    two.pool.claim(router_id, owner)
    await two.until(lambda: owner.index >= 0)
    assert owner.index == index
    return owner


async def test_viewers_move_first_and_the_origin_last(two: Workers) -> None:
    owner = await claim(two, "ses_a", 0)
    old = two.workers[0]
    seat(old, "ses_a", 8)
    old.drain()
    await two.until(lambda: owner.told[-1] == "fresh" and owner.index == 1)
    assert owner.told == ["fresh", "closed 5", "closed 3", "down", "fresh"]
    asked = [
        type(one)
        for one in old.requests
        if isinstance(one, protocol.PeerClose | protocol.RouterClose)
    ]
    assert asked == [protocol.PeerClose] * 8 + [protocol.RouterClose]
    assert (old.routers, two.workers[1].routers) == ([], ["ses_a"])


async def test_at_most_twenty_viewers_move_in_a_second(two: Workers) -> None:
    await claim(two, "ses_a", 0)
    seat(two.workers[0], "ses_a", 11)
    started_s = time.monotonic()
    two.workers[0].drain()
    await two.until(lambda: not two.workers[0].peers)
    assert time.monotonic() - started_s >= 10 / 20
    assert drain.MOVES / drain.STEP_S <= 20


async def test_whoever_comes_while_a_worker_drains_goes_elsewhere(two: Workers) -> None:
    await claim(two, "ses_a", 0)
    seat(two.workers[0], "ses_a", 20)
    two.workers[0].drain()
    await two.until(lambda: len(two.workers[0].peers) < 20)
    assert await two.pool.place_viewer("ses_a") == 1
    await claim(two, "ses_b", 1)


async def test_a_draining_worker_loses_its_replicas(two: Workers) -> None:
    owner = await claim(two, "ses_a", 0)
    two.workers[0].busy(95)
    await two.until(lambda: two.pool.loads)
    assert await two.pool.place_viewer("ses_a") == 1
    await two.until(lambda: two.workers[0].relays)
    two.workers[1].drain()
    await two.until(lambda: two.workers[1].routers == [])
    assert two.workers[0].relays == {}
    assert owner.told == ["fresh", "replica []", "replica down"]
    assert await two.pool.place_viewer("ses_a") == 0


async def test_a_restarted_web_process_goes_on_draining(two: Workers) -> None:
    await claim(two, "ses_a", 0)
    await two.pool.close()
    seat(two.workers[0], "ses_a", 3)
    two.workers[0].drain()
    two.pool = MediaPool([str(path) for path in two.paths])
    two.pool.open()
    owner = Owner()
    two.pool.claim("ses_a", owner)
    await two.until(lambda: owner.index == 1)
    assert two.workers[0].routers == []


async def test_the_only_worker_drains_into_its_own_successor(
    two: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_pool, "MOVE_AFTER_S", 60)
    await two.pool.close()
    two.pool = MediaPool([str(two.paths[0])])
    two.pool.open()
    owner = await claim(two, "ses_a", 0)
    two.workers[0].refuses = protocol.RouterOpen
    two.workers[0].drain()
    await two.until(lambda: two.workers[0].routers == [])
    await two.workers[0].close()
    await asyncio.sleep(0.05)
    two.workers[0] = await two.start(0)
    await two.until(lambda: owner.told[-1] == "fresh" and len(owner.told) > 2)
    assert two.workers[0].routers == ["ses_a"]
