"""ICE restart of a real worker's peers, by light clients (RFC 8445, 2.4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fanout.light_peer import LightPeer
from media.channel import RequestRefused
from media.protocol import PeerRestart, PeerStateChanged, Restarted
from tests.media.transport.light import (
    connect_light,
    move_to_a_new_port,
    open_programme,
    pump_until,
)
from tests.media.worker_process import WorkerProcess, open_worker


async def restart(worker: WorkerProcess, peer_id: str, ufrag: str) -> Restarted:
    result = await worker.client.request(
        PeerRestart(peer_id=peer_id, remote_ufrag=ufrag)
    )
    assert isinstance(result, Restarted)
    return result


def use_credentials(peer: LightPeer, restarted: Restarted) -> None:
    """Check with the fragment's credentials from now on, and at once."""
    assert peer.remote is not None
    lines = dict(
        line.partition(":")[::2] for line in restarted.fragment.split("\r\n") if line
    )
    peer.remote.ufrag = lines["a=ice-ufrag"]
    peer.remote.password = lines["a=ice-pwd"]
    peer.ufrag = "newnew"
    peer._checked_at_s = 0.0


async def test_a_viewer_is_sent_media_all_through_a_restart(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        publisher, programme = await open_programme(worker)
        viewer = await connect_light(worker, "v", "receive")
        viewer.plain_packets = []

        async def flows() -> None:
            count = viewer.rtp_packets + 100
            everybody = [publisher, viewer]
            assert await pump_until(
                lambda: viewer.rtp_packets > count, everybody, programme, 3
            )

        await flows()
        restarted = await restart(worker, "v", "newnew")
        await flows()  # by the old path, with checks of the old credentials
        viewer._checked_at_s = 0.0
        await flows()
        old = viewer.sock
        move_to_a_new_port(viewer)
        use_credentials(viewer, restarted)
        await flows()
        assert restarted == await restart(worker, "v", "newnew")
        await flows()
        assert viewer.samples_failed == 0
        states = [e for e in worker.events if isinstance(e, PeerStateChanged)]
        assert [e.state for e in states if e.peer_id == "v"] == [
            "connecting",
            "connected",
        ]
        old.close()
        publisher.close()
        viewer.close()


async def test_a_publisher_goes_on_from_its_new_address(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        publisher, programme = await open_programme(worker)
        viewer = await connect_light(worker, "v", "receive")
        restarted = await restart(worker, "publisher", "newnew")
        old = publisher.sock
        move_to_a_new_port(publisher)
        use_credentials(publisher, restarted)
        publisher.pump(publisher._checked_at_s + 10)
        # What it sent by the old path before it moved is still taken.
        count = viewer.rtp_packets
        new, publisher.sock = publisher.sock, old
        assert await pump_until(
            lambda: viewer.rtp_packets > count + 50, [viewer], programme, 3
        )
        publisher.sock = new
        count = viewer.rtp_packets
        assert await pump_until(
            lambda: viewer.rtp_packets > count + 100, [publisher, viewer], programme, 3
        )
        old.close()
        publisher.close()
        viewer.close()


async def test_old_credentials_get_no_answer_after_a_restart(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        peer = await connect_light(worker, "p", "receive")
        assert peer.remote is not None
        old = (peer.remote.ufrag, peer.remote.password)
        use_credentials(peer, await restart(worker, "p", "newnew"))

        async def is_answered() -> bool:
            peer.is_checked, peer._checked_at_s = False, 0.0
            return await pump_until(lambda: peer.is_checked, [peer], timeout_s=0.5)

        assert await is_answered()
        new = (peer.remote.ufrag, peer.remote.password)
        peer.remote.ufrag, peer.remote.password = old
        assert not await is_answered()
        peer.remote.ufrag, peer.remote.password = new
        assert await is_answered()
        peer.close()


async def test_a_peer_that_is_gone_can_not_be_restarted(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        with pytest.raises(RequestRefused) as refused:
            await restart(worker, "nobody", "newnew")
        assert refused.value.code == "not_found"
