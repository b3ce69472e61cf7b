"""The media side of a session, against a worker and a recorder over real sockets."""

from __future__ import annotations

import asyncio

from media import protocol as media
from recordings import protocol as recording
from server.config import media_socket, recorder_socket
from server.domain.commands import FloorTake, ParticipantMute
from server.workers.peers import PeerOwner
from tests.fakes.media_worker import FakeWorker
from tests.fakes.node import Node
from tests.fakes.recorder import FakeRecorder


async def publish(node: Node, participant_id: str, role: str = "camera") -> str:
    """Bring an offer and let picture and sound flow; return the peer id."""
    session = await node.session()
    peer_id, _ = await node.services.director.offer(
        session.session_id,
        PeerOwner(participant_id, role),  # type: ignore[arg-type]
        "v=0",
    )
    node.worker.publish(peer_id, "video", "0")
    node.worker.publish(peer_id, "audio", "1")
    return peer_id


async def trainer_on_air(node: Node) -> tuple[str, str]:
    """Let the trainer publish in a live session; return session and peer id."""
    session = await node.live_session()
    trainer = session.memory.participant_id_of(node.people["trainer"].person_id)
    assert trainer is not None
    peer_id = await publish(node, trainer)
    await node.until(
        lambda: node.worker.slot(session.session_id, "programme") == f"{peer_id}/0"
    )
    return session.session_id, peer_id


async def test_presenter_gets_the_presenter_slot_and_the_programme(node: Node) -> None:
    session_id, peer_id = await trainer_on_air(node)
    assert node.worker.slot(session_id, "presenter") == f"{peer_id}/0"
    session = await node.session()
    [source] = session.state.sources
    assert (source.source, source.has_video, source.has_audio) == ("camera", True, True)


async def test_floor_moves_the_programme_and_back(node: Node) -> None:
    session_id, trainer_peer = await trainer_on_air(node)
    speaker = await node.give_floor("participant")
    peer_id = await publish(node, speaker)
    await node.until(
        lambda: node.worker.slot(session_id, "programme") == f"{peer_id}/0"
    )
    assert node.worker.slot(session_id, "floor-1") == f"{peer_id}/0"
    await node.command("trainer", FloorTake(type="floor.take", participant_id=speaker))
    await node.until(lambda: peer_id not in node.worker.peers)
    assert node.worker.slot(session_id, "programme") == f"{trainer_peer}/0"
    assert node.worker.slot(session_id, "floor-1") is None


async def test_muting_pauses_the_microphone_alone(node: Node) -> None:
    await trainer_on_air(node)
    speaker = await node.give_floor("participant")
    peer_id = await publish(node, speaker)
    mute = ParticipantMute(type="participant.mute", participant_id=speaker, muted=True)
    await node.command("trainer", mute)
    pause = media.PublicationPause(publication_id=f"{peer_id}/1", paused=True)
    await node.until(lambda: pause in node.worker.requests)
    paused = [
        one for one in node.worker.requests if isinstance(one, media.PublicationPause)
    ]
    assert paused == [pause]


async def test_publishing_again_replaces_the_older_peer(node: Node) -> None:
    session_id, older = await trainer_on_air(node)
    newer = await publish(node, older.partition(".")[0])
    await node.until(lambda: older not in node.worker.peers)
    assert node.worker.slot(session_id, "presenter") == f"{newer}/0"
    asked = node.worker.requests
    moved = media.SlotAssign(
        router_id=session_id, slot="presenter", publication_id=f"{newer}/0"
    )
    assert asked.index(moved) < asked.index(media.PeerClose(peer_id=older))


async def test_an_older_peer_stays_until_the_newer_one_has_media(node: Node) -> None:
    session_id, older = await trainer_on_air(node)
    session = await node.session()
    newer, _ = await node.services.director.offer(
        session_id, PeerOwner(older.partition(".")[0], "camera"), "v=0"
    )
    session.direct()
    speaker = await node.give_floor("participant")
    other = await publish(node, speaker)
    await node.until(lambda: node.worker.slot(session_id, "floor-1") == f"{other}/0")
    assert older in node.worker.peers
    assert node.worker.slot(session_id, "presenter") == f"{older}/0"
    node.worker.publish(newer, "video", "0")
    await node.until(lambda: older not in node.worker.peers)
    assert node.worker.slot(session_id, "presenter") == f"{newer}/0"


async def test_lost_peer_closes_its_source(node: Node) -> None:
    session_id, peer_id = await trainer_on_air(node)
    node.worker.lose(peer_id)
    session = await node.session()
    await node.until(lambda: not session.state.sources)
    assert node.worker.slot(session_id, "presenter") in (None, f"{peer_id}/0")


async def test_speakers_are_named_by_participant(node: Node) -> None:
    session_id, peer_id = await trainer_on_air(node)
    node.worker.tell(
        media.SpeakersChanged(
            router_id=session_id, publication_ids=(f"{peer_id}/1", "unknown/1")
        )
    )
    session = await node.session()
    heard: list[str] = []
    session.audience.show_speakers = heard.extend  # type: ignore[method-assign, assignment]
    await node.until(lambda: heard)
    assert heard == [peer_id.partition(".")[0]]


async def test_bad_lines_are_told_by_participant(node: Node) -> None:
    session_id, camera = await trainer_on_air(node)
    session = await node.session()
    viewer = await node.join("participant")
    offer = PeerOwner(viewer, "view")
    peer_id, _ = await node.services.director.offer(session_id, offer, "v=0")
    for _ in range(4):
        node.worker.tell(
            media.ViewerQuality(
                router_id=session_id,
                viewers=(_viewer_report(peer_id, 30), _viewer_report("key.view.x", 90)),
                publishers=(
                    media.PublisherReport(
                        peer_id=camera,
                        loss_percent=5,
                    ),
                ),
            )
        )
        await node.until(lambda: session.lines._reported_ms == node.clock.now_ms())
        node.clock.advance(2_000)
        await session.tick()
    shown = session.lines.shown
    assert (shown.following, shown.bad) == (1, 1)
    assert [one.participant_id for one in shown.halls[0].people] == [viewer]
    assert [one.standing for one in shown.uplinks] == ["weak"]


def _viewer_report(peer_id: str, loss_percent: float) -> media.ViewerReport:
    return media.ViewerReport(
        peer_id=peer_id,
        loss_percent=loss_percent,
        rtt_ms=20,
        jitter_ms=3,
        estimate_bps=None,
        sent_bps=500_000,
        layers={"programme": 720},
        limited_by="nothing",
    )


async def test_going_live_starts_the_recording(node: Node) -> None:
    session_id, _ = await trainer_on_air(node)
    await node.until(lambda: node.recorder.started == [session_id])
    [sink] = node.worker.sinks.values()
    assert sink.path == node.recorder.sessions[session_id].path
    session = await node.session()
    await node.until(lambda: session.state.recording == "recording")


async def test_end_stops_the_recording_and_closes_the_router(node: Node) -> None:
    session_id, _ = await trainer_on_air(node)
    await node.until(lambda: node.recorder.started)
    await node.end()
    await node.until(lambda: node.recorder.stopped == [session_id])
    await node.until(lambda: session_id not in node.worker.routers)
    trainer = await node.browser("trainer")
    async with asyncio.timeout(5):
        while True:
            page = await trainer.call("GET", f"/api/seminars/{node.seminar_id}")
            told = (await page.json())["card"]["session"]
            if told["has_replay"]:
                break
    assert told["duration_ms"] == 61_000


async def test_killed_worker_begins_a_new_epoch_of_media_and_recording(
    node: Node,
) -> None:
    session_id, _ = await trainer_on_air(node)
    await node.until(lambda: node.recorder.started)
    await node.worker.close()
    node.worker = await FakeWorker(media_socket(node.config, 0), "wrk_2").start()
    session = await node.session()
    await node.until(lambda: session.state.media_epoch == 1)
    assert session.state.sources == []
    assert node.worker.routers == [session_id]
    await node.until(lambda: len(node.recorder.started) == 2)
    assert list(node.worker.sinks) == [f"{session_id}.2"]


async def test_killed_recorder_is_told_and_begins_a_new_take(node: Node) -> None:
    session_id, _ = await trainer_on_air(node)
    session = await node.session()
    await node.until(lambda: session.state.recording == "recording")
    await node.recorder.close()
    await node.until(lambda: session.state.recording == "failed")
    node.recorder = await FakeRecorder(recorder_socket(node.config)).start()
    await node.until(lambda: node.recorder.started == [session_id])
    await node.until(lambda: session.state.recording == "recording")


async def test_dead_take_is_begun_again(node: Node) -> None:
    session_id, _ = await trainer_on_air(node)
    await node.until(lambda: node.recorder.started)
    node.recorder.tell(
        recording.RecordingFailed(session_id=session_id, message="child died")
    )
    await node.until(lambda: len(node.recorder.started) == 2)
    session = await node.session()
    await node.until(lambda: session.state.recording == "recording")


async def test_slow_recorder_holds_nobody_up(node: Node) -> None:
    node.recorder.holds = recording.RecordingPrepare
    session_id, _ = await trainer_on_air(node)
    viewer = PeerOwner("par_viewer", "view")
    async with asyncio.timeout(1):
        await node.services.director.offer(session_id, viewer, "v=0")
    assert node.recorder.started == []
    node.recorder.release()
    await node.until(lambda: node.recorder.started == [session_id])


async def test_worker_that_dies_while_a_take_begins_is_recorded_anew(
    node: Node,
) -> None:
    node.recorder.holds = recording.RecordingStart
    session_id, _ = await trainer_on_air(node)
    await node.until(lambda: bool(node.worker.sinks))
    await node.worker.close()
    node.worker = await FakeWorker(media_socket(node.config, 0), "wrk_2").start()
    await node.until(lambda: node.worker.routers == [session_id])
    node.recorder.release()
    await node.until(lambda: list(node.worker.sinks) == [f"{session_id}.2"])
    await node.until(lambda: len(node.recorder.started) == 2)


async def test_full_disk_is_told(node: Node) -> None:
    session_id, _ = await trainer_on_air(node)
    await node.until(lambda: node.recorder.started)
    node.recorder.tell_health(session_id, "disk_full")
    session = await node.session()
    await node.until(lambda: session.state.recording == "disk_full")


async def test_restarted_web_process_finds_everything_as_it_was(node: Node) -> None:
    session_id, peer_id = await trainer_on_air(node)
    await node.until(lambda: node.recorder.started)
    before = len(node.worker.requests)
    await node.restart()
    session = await node.session()
    assert [one.source for one in session.state.sources] == ["camera"]
    assert node.services.director.etag(session_id, peer_id) is None
    asked = node.worker.requests[before:]
    assert all(isinstance(one, media.WorkerDump) for one in asked), asked
    assert node.recorder.started == [session_id]
    assert session.state.media_epoch == 0


async def test_source_that_ended_while_web_was_away_is_closed(node: Node) -> None:
    _, peer_id = await trainer_on_air(node)
    await node.close_web()
    node.worker.peers.pop(peer_id)
    node.worker.publications.clear()
    await node.start_web()
    session = await node.session()
    await node.until(lambda: not session.state.sources)


async def test_worker_that_died_while_web_was_away_is_noticed(node: Node) -> None:
    await trainer_on_air(node)
    await node.close_web()
    await node.worker.close()
    node.worker = await FakeWorker(media_socket(node.config, 0), "wrk_2").start()
    await node.start_web()
    session = await node.session()
    await node.until(lambda: session.state.media_epoch == 1)


async def test_recording_that_nobody_stopped_is_stopped_at_the_next_start(
    node: Node,
) -> None:
    session_id, _ = await trainer_on_air(node)
    await node.until(lambda: node.recorder.started)
    await node.recorder.close()
    held = dict(node.recorder.sessions)
    await node.end()
    await node.close_web()
    node.recorder = await FakeRecorder(recorder_socket(node.config)).start()
    node.recorder.sessions = held
    await node.start_web()
    await node.until(lambda: node.recorder.stopped == [session_id])
