"""Replicas of a router: opened on demand, kept, given up, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from media import protocol
from media.channel import NotConnected
from server.workers import media_pool, replicas
from server.workers.media_pool import MediaPool
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


async def claim(two: Workers) -> Owner:
    """Let `ses_a` be on worker 0."""
    owner = Owner()
    two.pool.claim("ses_a", owner)
    await two.until(lambda: owner.index == 0)
    return owner


async def fill(two: Workers, index: int) -> None:
    two.workers[index].busy(95)
    await two.until(lambda: index in two.pool.loads)


async def with_replica(two: Workers) -> Owner:
    """Let the origin be full and one viewer be placed elsewhere."""
    owner = await claim(two)
    await fill(two, 0)
    assert await two.pool.place_viewer("ses_a") == 1
    await two.until(lambda: two.workers[0].relays)
    return owner


async def test_viewers_stay_while_there_is_room(two: Workers) -> None:
    await claim(two)
    two.workers[0].busy(20)
    for _ in range(3):
        assert await two.pool.place_viewer("ses_a") == 0
    assert two.workers[1].routers == []


async def test_a_full_origin_is_relayed_once_to_another_worker(two: Workers) -> None:
    owner = await claim(two)
    await fill(two, 0)
    placed = await asyncio.gather(*(two.pool.place_viewer("ses_a") for _ in range(5)))
    assert placed == [1] * 5
    await two.until(lambda: two.workers[0].relays)
    assert two.workers[1].routers == ["ses_a"]
    assert two.workers[1].replicas == {"ses_a"}
    [relay] = two.workers[0].relays.values()
    assert relay.path == f"{two.paths[1]}.relay"
    assert owner.told == ["fresh", "replica []"]


async def test_commands_and_events_of_a_replica_go_by_its_worker(two: Workers) -> None:
    owner = await with_replica(two)
    command = protocol.StatsGet(router_id="ses_a")
    for index in (0, 1):
        await two.pool.request("ses_a", command, index)
        assert two.workers[index].requests[-1] == command
    with pytest.raises(NotConnected):
        await two.pool.request("ses_a", command, 7)
    two.workers[1].tell(protocol.SpeakersChanged(router_id="ses_a", publication_ids=()))
    await two.until(lambda: owner.told[-1] == "SpeakersChanged")


async def test_a_dead_replica_is_forgotten_and_the_origin_goes_on(two: Workers) -> None:
    owner = await with_replica(two)
    await two.workers[1].close()
    await two.until(lambda: owner.told[-1] == "replica down")
    assert await two.pool.place_viewer("ses_a") == 0
    two.workers[1] = await two.start(1)
    await two.until(lambda: two.pool.is_ready)
    assert await two.pool.place_viewer("ses_a") == 1
    assert owner.told == ["fresh", "replica []", "replica down", "replica []"]


async def test_a_broken_relay_is_opened_again(
    two: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replicas, "RETRY_S", 0.01)
    await with_replica(two)
    [relay] = two.workers[0].relays
    two.workers[0].relays.clear()
    two.workers[0].tell(protocol.RelayClosed(router_id="ses_a", relay_id=relay))
    await two.until(lambda: list(two.workers[0].relays) == [relay])


async def test_a_restarted_origin_gets_its_relays_anew(two: Workers) -> None:
    owner = await with_replica(two)
    await two.workers[0].close()
    await two.until(lambda: owner.told[-1] == "down")
    two.workers[0] = await two.start(0)
    await two.until(lambda: owner.told[-1] == "fresh")
    await two.until(lambda: two.workers[0].relays)
    assert two.workers[1].routers == ["ses_a"]


async def test_an_origin_that_moves_to_its_replica_begins_anew_there(
    two: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_pool, "MOVE_AFTER_S", 0.05)
    owner = await with_replica(two)
    await two.workers[0].close()
    await two.until(lambda: owner.told[-1] == "fresh" and owner.index == 1)
    assert two.workers[1].routers == ["ses_a"]
    assert two.workers[1].replicas == set()


async def test_a_restarted_web_process_tells_origin_and_replica_apart(
    two: Workers,
) -> None:
    await with_replica(two)
    await two.pool.close()
    before = [len(worker.requests) for worker in two.workers]
    two.pool = MediaPool([str(path) for path in two.paths])
    two.pool.open()
    owner = Owner()
    two.pool.claim("ses_a", owner)
    await two.until(lambda: len(owner.told) == 2)
    assert sorted(owner.told) == ["kept", "replica []"]
    assert owner.index == 0
    await two.until(lambda: two.workers[0].requests[-1] != protocol.WorkerDump())
    asked = [
        type(one)
        for worker, count in zip(two.workers, before, strict=True)
        for one in worker.requests[count:]
        if not isinstance(one, protocol.WorkerDump)
    ]
    assert asked == [protocol.RelayOpen]


async def test_a_router_waits_until_its_worker_was_heard_of(two: Workers) -> None:
    await claim(two)
    await two.pool.close()
    await two.workers[0].close()
    two.pool = MediaPool([str(path) for path in two.paths])
    two.pool.open()
    owner = Owner()
    two.pool.claim("ses_a", owner)
    await asyncio.sleep(0.2)
    assert owner.told == []
    two.workers[0] = await two.start(0)
    two.workers[0].routers.append("ses_a")
    await two.until(lambda: owner.told == ["fresh"] or owner.told == ["kept"])
    assert two.workers[1].routers == []


async def test_closing_the_session_closes_every_copy(two: Workers) -> None:
    await with_replica(two)
    await two.pool.release("ses_a")
    assert [worker.routers for worker in two.workers] == [[], []]
    assert two.workers[0].relays == {}


async def test_a_replica_that_can_not_be_opened_leaves_viewers_at_the_origin(
    two: Workers,
) -> None:
    await claim(two)
    await fill(two, 0)
    two.workers[1].refuses = protocol.RouterOpen
    assert await two.pool.place_viewer("ses_a") == 0
    two.workers[1].refuses = None
    assert await two.pool.place_viewer("ses_a") == 1


async def test_the_operators_limit_of_peers_is_kept(
    two: Workers, tmp_path: Path
) -> None:
    await two.pool.close()
    two.pool = MediaPool([str(path) for path in two.paths], max_peers=2)
    two.pool.open()
    await two.until(lambda: two.pool.is_ready)
    owner = Owner()
    two.pool.claim("ses_a", owner)
    await two.until(lambda: owner.told)
    offer = protocol.PeerOffer(
        router_id="ses_a", peer_id="p", direction="receive", offer_sdp=""
    )
    went = []
    for _ in range(4):
        index = await two.pool.place_viewer("ses_a")
        await two.pool.request("ses_a", offer, index)
        went.append(index)
    assert went == [0, 0, 1, 1]
