"""Two workers: one receives a publisher, the viewers of the other see and hear it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from media.channel import RequestRefused
from media.protocol import (
    Dump,
    PeerStateChanged,
    PublicationClosed,
    PublicationOpened,
    PublicationPause,
    RelayClose,
    RelayClosed,
    RelayOpen,
    RouterClose,
    SlotAssign,
    SlotSwitched,
    WorkerDrain,
    WorkerDraining,
    WorkerDump,
)
from tests.media.aiortc_client import AiortcClient
from tests.media.worker_process import WorkerProcess

Pair = tuple[WorkerProcess, WorkerProcess]


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    """An origin with the router `r`, and its replica."""
    workers = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        workers.append(WorkerProcess(tmp_path / name))
    origin, replica = workers
    try:
        await origin.open_router()
        await origin.relay_to(replica)
        yield origin, replica
    finally:
        for worker in workers:
            await worker.stop()


async def test_viewers_of_the_replica_see_and_hear_what_the_origin_receives(
    pair: Pair,
) -> None:
    origin, replica = pair
    publisher, viewer = AiortcClient(), AiortcClient()
    await publisher.publish(origin, "publisher")
    for worker in pair:
        await worker.put_on_air("publisher")
    # The publisher's first picture is long gone: only a keyframe that the viewer's
    # wish brings about, over the replica and the origin, lets it decode anything.
    await asyncio.sleep(1.5)
    await viewer.view(replica, "viewer")
    await viewer.until_decoded(audio=20, video=20)
    dump = await origin.client.request(WorkerDump())
    assert isinstance(dump, Dump)
    assert [peer.peer_id for peer in dump.peers] == ["publisher"]
    await publisher.close()
    await viewer.close()


async def test_the_floor_passes_at_the_replica_without_a_new_connection(
    pair: Pair,
) -> None:
    origin, replica = pair
    first, second, viewer = AiortcClient(), AiortcClient(), AiortcClient()
    await first.publish(origin, "first")
    for worker in pair:
        await worker.put_on_air("first")
    await viewer.view(replica, "viewer")
    await viewer.until_decoded(audio=5, video=5)
    await second.publish(origin, "second")
    for worker in pair:
        await worker.put_on_air("second")
    await replica.event(
        SlotSwitched, lambda e: (e.publication_id or "").startswith("second/")
    )
    await viewer.until_decoded(audio=20, video=20)
    connected = [
        e
        for e in replica.events
        if isinstance(e, PeerStateChanged) and e.state == "connected"
    ]
    assert [e.peer_id for e in connected] == ["viewer"]
    for client in (first, second, viewer):
        await client.close()


async def test_the_origin_goes_on_when_the_replica_is_killed(pair: Pair) -> None:
    origin, replica = pair
    publisher, viewer = AiortcClient(), AiortcClient()
    await publisher.publish(origin, "publisher")
    await origin.put_on_air("publisher")
    await viewer.view(origin, "viewer")
    await viewer.until_decoded(video=5)
    replica.process.kill()
    gone = await origin.event(RelayClosed, lambda _: True, timeout_s=2)
    assert gone == RelayClosed(router_id="r", relay_id="r.1")
    await viewer.until_decoded(audio=20, video=20)
    dump = await origin.client.request(WorkerDump())
    assert isinstance(dump, Dump)
    assert dump.relays == ()
    await publisher.close()
    await viewer.close()


async def test_the_replica_keeps_its_viewers_when_the_origin_is_killed(
    pair: Pair, tmp_path: Path
) -> None:
    origin, replica = pair
    publisher, viewer = AiortcClient(), AiortcClient()
    await publisher.publish(origin, "publisher")
    for worker in pair:
        await worker.put_on_air("publisher")
    await viewer.view(replica, "viewer")
    await viewer.until_decoded(video=5)
    origin.process.kill()
    await replica.event(
        PublicationClosed, lambda e: e.publication_id.startswith("publisher"), 2
    )
    (tmp_path / "c").mkdir()
    fresh = WorkerProcess(tmp_path / "c")
    again = AiortcClient()
    try:
        await fresh.open_router()
        await fresh.relay_to(replica)
        await again.publish(fresh, "again")
        await replica.put_on_air("again")
        await fresh.put_on_air("again")
        await viewer.until_decoded(audio=20, video=20)
    finally:
        await again.close()
        await fresh.stop()
    await publisher.close()
    await viewer.close()


async def test_a_mute_is_carried_out_at_the_replica(pair: Pair) -> None:
    origin, replica = pair
    publisher, viewer = AiortcClient(), AiortcClient()
    await publisher.publish(origin, "publisher")
    await viewer.view(replica, "viewer")
    await viewer.until_decoded(audio=10)
    opened = await replica.event(
        PublicationOpened, lambda e: e.publication.kind == "audio"
    )
    name = opened.publication.publication_id
    await replica.client.request(PublicationPause(publication_id=name, paused=True))
    await asyncio.sleep(0.5)
    heard = viewer.frames["audio"]
    await asyncio.sleep(0.5)
    assert viewer.frames["audio"] - heard <= 1
    await replica.client.request(PublicationPause(publication_id=name, paused=False))
    await viewer.until_decoded(audio=10)
    await publisher.close()
    await viewer.close()


async def test_relays_and_replicas_are_in_the_dump_until_they_are_closed(
    pair: Pair,
) -> None:
    origin, replica = pair
    info = RelayOpen(router_id="r", relay_id="r.1", path=f"{replica.control}.relay")
    for _ in range(2):
        await origin.client.request(info)
    here = await origin.client.request(WorkerDump())
    there = await replica.client.request(WorkerDump())
    assert isinstance(here, Dump)
    assert isinstance(there, Dump)
    assert (here.relays, here.replicas) == ((info,), ())
    assert (there.relays, there.replicas) == ((), ("r",))
    for _ in range(2):
        await origin.client.request(RelayClose(relay_id="r.1"))
    here = await origin.client.request(WorkerDump())
    assert isinstance(here, Dump)
    assert here.relays == ()
    # What the operator's own request ended is no news.
    assert not any(isinstance(e, RelayClosed) for e in origin.events)


async def test_a_relay_to_a_worker_without_the_router_ends(
    pair: Pair, tmp_path: Path
) -> None:
    origin, _ = pair
    (tmp_path / "c").mkdir()
    other = WorkerProcess(tmp_path / "c")
    try:
        await other.port()
        await origin.client.request(
            RelayOpen(router_id="r", relay_id="r.2", path=f"{other.control}.relay")
        )
        await origin.event(RelayClosed, lambda e: e.relay_id == "r.2", 2)
    finally:
        await other.stop()


async def test_a_relay_to_nobody_and_of_no_router_is_not_found(pair: Pair) -> None:
    origin, replica = pair
    for command in (
        RelayOpen(router_id="r", relay_id="x", path="/nonexistent"),
        RelayOpen(router_id="x", relay_id="x", path=f"{replica.control}.relay"),
        SlotAssign(router_id="x", slot="programme", publication_id=None),
    ):
        with pytest.raises(RequestRefused) as caught:
            await origin.client.request(command)
        assert caught.value.code == "not_found"


async def test_a_draining_worker_takes_nothing_new_and_ends_when_it_is_empty(
    pair: Pair,
) -> None:
    worker, _ = pair
    viewer, late = AiortcClient(), AiortcClient()
    await viewer.view(worker, "viewer")
    await worker.client.request(WorkerDrain())
    await worker.event(WorkerDraining, lambda _: True)
    dump = await worker.client.request(WorkerDump())
    assert isinstance(dump, Dump)
    assert dump.is_draining
    with pytest.raises(RequestRefused) as caught:
        await late.view(worker, "late")
    assert caught.value.code == "full"
    with pytest.raises(RequestRefused) as caught:
        await worker.open_router("other")
    assert caught.value.code == "full"
    # What is there stays, and may be asked for again.
    await worker.open_router("r")
    await asyncio.sleep(1.2)
    assert worker.process.poll() is None
    await worker.client.request(RouterClose(router_id="r"))
    assert await asyncio.to_thread(worker.process.wait, 5) == 0
    await viewer.close()
    await late.close()
