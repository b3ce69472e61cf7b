"""A session on two workers: the web process over real sockets, workers of tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from media import protocol as media
from server.config import media_socket
from server.domain.commands import FloorTake, ParticipantMute
from server.workers import session_media
from server.workers.peers import PeerOwner
from tests.fakes.media_worker import FakeWorker
from tests.fakes.node import Node, open_node
from tests.server.workers.test_director import publish, trainer_on_air


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    node = await open_node(tmp_path, media_workers=2)
    yield node
    await node.close()


async def fill_origin(node: Node) -> None:
    node.worker.busy(95)
    await node.until(lambda: 0 in node.services.director.pool.loads)


async def watch(node: Node, participant_id: str = "par_viewer") -> str:
    session = await node.session()
    peer_id, _ = await node.services.director.offer(
        session.session_id, PeerOwner(participant_id, "view"), "v=0"
    )
    return peer_id


def relay(node: Node, publication_id: str) -> None:
    """Let the second worker's replica get a publication of the first."""
    publication = node.workers[0].publications[publication_id]
    node.workers[1].publications[publication_id] = publication
    node.workers[1].tell(media.PublicationOpened(publication=publication))


async def on_two_workers(node: Node) -> tuple[str, str, str]:
    """Trainer at the origin, a viewer at the replica; session, camera, viewer."""
    session_id, trainer = await trainer_on_air(node)
    await fill_origin(node)
    viewer = await watch(node)
    relay(node, f"{trainer}/0")
    relay(node, f"{trainer}/1")
    await node.until(
        lambda: node.workers[1].slot(session_id, "programme") == f"{trainer}/0"
    )
    return session_id, trainer, viewer


async def test_viewers_go_to_the_replica_and_publishers_to_the_origin(
    node: Node,
) -> None:
    session_id, trainer, viewer = await on_two_workers(node)
    assert list(node.workers[1].peers) == [viewer]
    assert trainer in node.workers[0].peers
    speaker = await node.give_floor("participant")
    assert await publish(node, speaker) in node.workers[0].peers
    assert [one.router_id for one in node.workers[0].relays.values()] == [session_id]


async def test_the_stage_is_the_same_on_every_worker(node: Node) -> None:
    session_id, _, _ = await on_two_workers(node)
    speaker = await node.give_floor("participant")
    peer_id = await publish(node, speaker)
    await node.until(
        lambda: node.workers[0].slot(session_id, "floor-1") == f"{peer_id}/0"
    )
    # The web process assigns what the replica has told, not what it will have.
    assert node.workers[1].slot(session_id, "floor-1") is None
    relay(node, f"{peer_id}/0")
    relay(node, f"{peer_id}/1")
    await node.until(
        lambda: node.workers[1].slot(session_id, "floor-1") == f"{peer_id}/0"
    )
    mute = ParticipantMute(type="participant.mute", participant_id=speaker, muted=True)
    await node.command("trainer", mute)
    pause = media.PublicationPause(publication_id=f"{peer_id}/1", paused=True)
    await node.until(lambda: all(pause in one.requests for one in node.workers))
    await node.command("trainer", FloorTake(type="floor.take", participant_id=speaker))
    await node.until(lambda: node.workers[1].slot(session_id, "floor-1") is None)
    closes = [m for m in node.workers[1].requests if isinstance(m, media.PeerClose)]
    assert closes == []


async def test_a_viewer_at_the_replica_restarts_and_hangs_up_there(node: Node) -> None:
    session_id, _, viewer = await on_two_workers(node)
    assert node.services.director.etag(session_id, viewer)
    await node.services.director.restart(session_id, viewer, "ufrag")
    await node.services.director.prefer(session_id, viewer, {"programme": 180})
    assert node.workers[1].heights[viewer] == {"programme": 180}
    await node.services.director.hang_up(session_id, viewer)
    assert node.workers[1].peers == {}


async def test_a_dead_replica_costs_only_its_own_viewers(node: Node) -> None:
    session_id, trainer, viewer = await on_two_workers(node)
    await node.workers[1].close()
    session = await node.session()
    moved: list[str] = []
    session.audience.move_viewers = moved.extend  # type: ignore[method-assign, assignment]
    again = await watch(node)
    assert moved == ["par_viewer"]
    assert again in node.workers[0].peers
    assert viewer not in node.workers[0].peers
    assert session.state.media_epoch == 0
    assert [one.source for one in session.state.sources] == ["camera"]
    node.workers[1] = await FakeWorker(media_socket(node.config, 1)).start()
    await node.until(lambda: node.services.director.pool.is_ready)
    third = await watch(node, "par_other")
    assert third in node.workers[1].peers
    relay(node, f"{trainer}/0")
    await node.until(
        lambda: node.workers[1].slot(session_id, "programme") == f"{trainer}/0"
    )


async def test_a_dead_origin_begins_a_new_epoch_and_relays_anew(node: Node) -> None:
    session_id, _, _ = await on_two_workers(node)
    await node.worker.close()
    node.worker = await FakeWorker(media_socket(node.config, 0), "wrk_2").start()
    session = await node.session()
    await node.until(lambda: session.state.media_epoch == 1)
    await node.until(lambda: node.worker.relays)
    assert node.workers[1].routers == [session_id]


async def test_a_restarted_web_process_knows_both_workers(node: Node) -> None:
    session_id, trainer, viewer = await on_two_workers(node)
    before = [len(worker.requests) for worker in node.workers]
    await node.restart()
    director = node.services.director
    await node.until(lambda: node.workers[0].requests[-1] != media.WorkerDump())
    asked = [
        type(one)
        for worker, count in zip(node.workers, before, strict=True)
        for one in worker.requests[count:]
        if not isinstance(one, media.WorkerDump)
    ]
    assert asked == [media.RelayOpen]
    assert director.etag(session_id, viewer) is None
    await director.hang_up(session_id, viewer)
    assert node.workers[1].peers == {}
    session = await node.session()
    assert session.state.media_epoch == 0
    assert [one.source for one in session.state.sources] == ["camera"]
    speaker = await node.give_floor("participant")
    peer_id = await publish(node, speaker)
    relay(node, f"{peer_id}/0")
    await node.until(
        lambda: node.workers[1].slot(session_id, "programme") == f"{peer_id}/0"
    )
    assert trainer in node.workers[0].peers


async def test_the_end_of_the_session_closes_every_copy(node: Node) -> None:
    await on_two_workers(node)
    await node.end()
    await node.until(lambda: not any(one.routers for one in node.workers))


async def test_viewers_of_a_draining_worker_are_asked_to_come_anew(node: Node) -> None:
    session_id, _, viewer = await on_two_workers(node)
    session = await node.session()
    moved: list[str] = []
    session.audience.move_viewers = moved.extend  # type: ignore[method-assign, assignment]
    node.workers[1].drain()
    await node.until(lambda: moved)
    assert moved == ["par_viewer"]
    assert viewer not in node.workers[1].peers
    assert await watch(node) in node.workers[0].peers
    await node.until(lambda: node.workers[1].routers == [])
    assert session.state.media_epoch == 0
    assert session_id in node.workers[0].routers


async def test_a_replica_without_viewers_is_closed(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_media, "IDLE_S", 0.05)
    session_id, _, viewer = await on_two_workers(node)
    await asyncio.sleep(0.1)
    assert node.workers[1].routers == [session_id]
    node.workers[1].lose(viewer)
    await node.until(lambda: node.workers[1].routers == [])
    assert node.workers[0].relays == {}
    assert await watch(node) in node.workers[1].peers
