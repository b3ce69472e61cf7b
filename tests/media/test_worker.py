"""The worker process end to end, with real ICE, DTLS, SRTP, encoders and decoders."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from media.channel import RequestRefused
from media.protocol import (
    SEMINAR_PROFILE,
    Dump,
    PeerClose,
    PeerInfo,
    PeerStateChanged,
    RouterClose,
    RouterStats,
    SinkClose,
    SinkOpen,
    SinkOpened,
    StatsGet,
    WorkerDump,
    WorkerError,
    WorkerLoad,
)
from tests.media.aiortc_client import AiortcClient
from tests.media.transport.light import connect_light, open_programme, pump_until
from tests.media.worker_process import WorkerProcess, open_worker


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[WorkerProcess]:
    async with open_worker(tmp_path) as worker:
        yield worker


@pytest.mark.parametrize("codec", ["video/VP8", "video/H264"])
async def test_two_viewers_decode_what_is_published(
    worker: WorkerProcess, codec: str
) -> None:
    publisher, first, second = AiortcClient(), AiortcClient(), AiortcClient()
    await publisher.publish(worker, "publisher", codec)
    assert await worker.put_on_air("publisher") == codec.removeprefix("video/").lower()
    await first.view(worker, "first")
    await first.until_decoded(audio=20, video=20)
    await second.view(worker, "second")
    await asyncio.gather(
        first.until_decoded(audio=20, video=20),
        second.until_decoded(audio=20, video=20),
    )
    stats = await worker.client.request(StatsGet(router_id="r"))
    assert isinstance(stats, RouterStats)
    assert stats.viewers == 2
    for client in (publisher, first, second):
        await client.close()


async def test_a_seminar_viewer_gets_its_slots(worker: WorkerProcess) -> None:
    publisher, viewer = AiortcClient(), AiortcClient()
    await publisher.publish(worker, "publisher")
    await worker.put_on_air("publisher", "floor-1")
    await viewer.view(worker, "viewer", SEMINAR_PROFILE, audio_sections=3)
    await viewer.until_decoded(audio=20, video=20)
    await publisher.close()
    await viewer.close()


async def test_media_flows_on_while_the_control_connection_is_replaced(
    worker: WorkerProcess,
) -> None:
    publisher, viewer = AiortcClient(), AiortcClient()
    await publisher.publish(worker, "publisher")
    await worker.put_on_air("publisher")
    await viewer.view(worker, "viewer")
    await viewer.until_decoded(audio=5, video=5)
    await worker.client.close()
    await viewer.until_decoded(audio=20, video=20)
    worker.events.clear()
    worker.connect()
    await worker.port()
    dump = await worker.client.request(WorkerDump())
    assert isinstance(dump, Dump)
    assert dump.routers == ("r",)
    assert {(peer.peer_id, peer.state) for peer in dump.peers} == {
        ("publisher", "connected"),
        ("viewer", "connected"),
    }
    assert {p.publication_id for p in dump.publications} == {
        "publisher/0",
        "publisher/1",
    }
    await publisher.close()
    await viewer.close()


async def test_a_repeated_peer_id_replaces_the_older_peer(
    worker: WorkerProcess,
) -> None:
    first = await connect_light(worker, "p", "receive")
    second = await connect_light(worker, "p", "receive")
    dump = await worker.client.request(WorkerDump())
    assert isinstance(dump, Dump)
    assert dump.peers == (
        PeerInfo(peer_id="p", router_id="r", direction="receive", state="connected"),
    )
    replaced = await worker.event(PeerStateChanged, lambda e: e.state == "closed")
    assert replaced.reason == "replaced"
    first.close()
    second.close()


async def test_closing_twice_is_no_error_and_the_dump_is_empty_afterwards(
    worker: WorkerProcess,
) -> None:
    peer = await connect_light(worker, "p", "receive")
    for _ in range(2):
        await worker.client.request(PeerClose(peer_id="p"))
        await worker.client.request(SinkClose(sink_id="s"))
        await worker.client.request(RouterClose(router_id="r"))
    dump = await worker.client.request(WorkerDump())
    assert dump == Dump(routers=(), peers=(), publications=(), slots=(), sinks=())
    peer.close()


@pytest.mark.parametrize(
    ("sdp", "code"),
    [
        ("", "bad_sdp"),
        ("v=0\r\n", "bad_sdp"),
        ("v=0\r\n" + "a=x\r\n" * 10_000, "bad_sdp"),
    ],
    ids=["empty", "no media", "too long"],
)
async def test_a_bad_offer_is_refused_with_a_code(
    worker: WorkerProcess, sdp: str, code: str
) -> None:
    with pytest.raises(RequestRefused) as caught:
        await worker.offer("p", "publish", sdp)
    assert caught.value.code == code


async def test_unknown_routers_and_sinks_are_not_found(worker: WorkerProcess) -> None:
    for command in (
        StatsGet(router_id="x"),
        SinkOpen(router_id="r", sink_id="s", path="/nonexistent"),
    ):
        with pytest.raises(RequestRefused) as caught:
            await worker.client.request(command)
        assert caught.value.code == "not_found"


async def test_a_sink_gets_plain_rtp_and_sender_reports_until_it_dies(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    path = str(tmp_path / "sink.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as recorder:
        recorder.bind(path)
        recorder.setblocking(False)
        publisher, programme = await open_programme(worker)
        opened = await worker.client.request(
            SinkOpen(router_id="r", sink_id="s", path=path)
        )
        assert isinstance(opened, SinkOpened)
        streams = {stream.ssrc: stream for stream in opened.streams}
        received: list[bytes] = []

        def has_all() -> bool:
            try:
                while True:
                    received.append(recorder.recv(2048))
            except BlockingIOError:
                pass
            seen = {
                (streams[int.from_bytes(p[8:12], "big")].slot)
                for p in received
                if not 192 <= p[1] <= 223
            }
            reports = [p for p in received if p[1] == 200]
            return {"programme", "audio-1"} <= seen and bool(reports)

        assert await pump_until(has_all, [publisher], programme)
        picture = next(
            p
            for p in received
            if not 192 <= p[1] <= 223
            and streams[int.from_bytes(p[8:12], "big")].slot == "programme"
        )
        ssrc = int.from_bytes(picture[8:12], "big")
        assert streams[ssrc].payload_types[picture[1] & 0x7F] == "vp8"
    gone = asyncio.ensure_future(worker.event(WorkerError, lambda e: True))
    assert await pump_until(gone.done, [publisher], programme)
    assert (await gone).object_id == "s"
    publisher.close()


async def test_load_is_reported_every_second(worker: WorkerProcess) -> None:
    load = await worker.event(WorkerLoad, lambda _: True)
    assert load.peers == 0
    assert load.cpu_percent < 90


async def test_sigterm_says_goodbye_and_ends_with_success(tmp_path: Path) -> None:
    worker = WorkerProcess(tmp_path)
    await worker.open_router()
    viewer = AiortcClient()
    await viewer.view(worker, "viewer")
    await worker.event(PeerStateChanged, lambda e: e.state == "connected")
    worker.process.send_signal(signal.SIGTERM)
    # No second signal: in the last moments of a process nobody handles it.
    assert await asyncio.to_thread(worker.process.wait, 5) == 0
    await worker.client.close()
    async with asyncio.timeout(5):
        while viewer.connection.connectionState != "closed":
            await asyncio.sleep(0.02)
    assert not Path(worker.control).exists()
    await viewer.close()
