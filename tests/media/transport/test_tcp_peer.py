"""Peers over ICE-TCP against a real worker: real checks, DTLS and SRTP in frames."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from pathlib import Path

import pytest

from benchmarks.fanout.light_ice import build_check
from benchmarks.fanout.programme import Programme
from media.protocol import PeerStateChanged
from tests.media.transport.light import (
    connect_light,
    open_light,
    open_programme,
    pump_until,
)
from tests.media.transport.light_tcp import connect_by_tcp
from tests.media.worker_process import open_worker


def kinds(packets: list[bytes]) -> set[int]:
    return {packet[1] & 0x7F for packet in packets if not 192 <= packet[1] <= 223}


async def test_viewers_by_tcp_and_by_udp_get_the_same_packets(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        publisher, programme = await open_programme(worker)
        by_udp = await connect_light(worker, "udp", "receive")
        by_tcp = await connect_by_tcp(worker, "tcp", "receive")
        viewers = [by_udp, by_tcp]
        for viewer in viewers:
            viewer.plain_packets = []
        everyone = [publisher, *viewers]
        assert await pump_until(
            lambda: all(len(viewer.plain_packets or ()) > 200 for viewer in viewers),
            everyone,
            programme,
        )
        got = [set(viewer.plain_packets or ()) for viewer in viewers]
        assert len(got[0] & got[1]) > 150
        assert len(kinds(by_tcp.plain_packets or [])) == 2
        assert by_tcp.samples_failed == 0
        for peer in everyone:
            peer.close()


async def test_a_publisher_by_tcp_is_seen(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        publisher = await connect_by_tcp(worker, "publisher", "publish")
        programme = Programme(publisher, time.monotonic())
        waiting = asyncio.ensure_future(worker.put_on_air("publisher"))
        assert await pump_until(waiting.done, [publisher], programme)
        viewer = await connect_light(worker, "viewer", "receive")
        assert await pump_until(
            lambda: viewer.rtp_packets > 100, [publisher, viewer], programme
        )
        publisher.close()
        viewer.close()


async def test_who_does_not_read_loses_pictures_and_hinders_nobody(
    tmp_path: Path,
) -> None:
    async with open_worker(tmp_path) as worker:
        publisher, programme = await open_programme(worker)
        stuck = await connect_by_tcp(worker, "stuck", "receive")
        other = await connect_by_tcp(worker, "other", "receive")
        stuck.is_reading = False
        assert await pump_until(
            lambda: other.rtp_packets > 1_000,
            [publisher, stuck, other],
            programme,
            timeout_s=20,
        )
        assert worker.process.poll() is None
        for peer in (publisher, stuck, other):
            peer.close()


async def test_the_peer_goes_on_by_udp_when_its_connection_is_cut(
    tmp_path: Path,
) -> None:
    async with open_worker(tmp_path) as worker:
        publisher, programme = await open_programme(worker)
        viewer = await connect_by_tcp(worker, "viewer", "receive")
        assert viewer.remote is not None
        viewer.sock.close()
        by_udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        by_udp.connect(viewer.remote.address)
        username = f"{viewer.remote.ufrag}:x"
        by_udp.send(build_check(username, viewer.remote.password))
        by_udp.settimeout(0)

        def has_media() -> bool:
            try:
                return by_udp.recv(2048)[0] >= 128
            except BlockingIOError:
                return False

        assert await pump_until(has_media, [publisher], programme)
        by_udp.close()
        publisher.close()


async def test_closing_a_peer_cuts_its_connection(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        peer = await connect_by_tcp(worker, "p", "receive")
        again = await connect_light(worker, "p", "receive")
        assert await pump_until(lambda: peer.is_over, [peer])
        closed = [e for e in worker.events if isinstance(e, PeerStateChanged)]
        assert "replaced" in [event.reason for event in closed]
        peer.close()
        again.close()


@pytest.mark.parametrize("kind", ["forged", "nobody", "junk", "dtls"])
async def test_a_stranger_gets_no_answer(tmp_path: Path, kind: str) -> None:
    async with open_worker(tmp_path) as worker:
        peer = await open_light(worker, "p", "receive")
        assert peer.remote is not None
        packet = {
            "forged": build_check(f"{peer.remote.ufrag}:x", "wrong"),
            "nobody": build_check("nobody:x", peer.remote.password),
            "junk": os.urandom(100),
            "dtls": b"\x16\xfe\xfd" + os.urandom(100),
        }[kind]
        with socket.create_connection(peer.remote.address, timeout=0.3) as sock:
            sock.send(len(packet).to_bytes(2, "big") + packet)
            with pytest.raises(TimeoutError):
                sock.recv(1)
        peer.close()


async def test_a_connection_serves_one_peer(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        first = await connect_by_tcp(worker, "one", "receive")
        second = await open_light(worker, "two", "receive")
        assert second.remote is not None
        check = build_check(f"{second.remote.ufrag}:x", second.remote.password)
        first.is_checked = False
        first.put(check)
        assert not await pump_until(lambda: first.is_checked, [first], timeout_s=0.5)
        first.close()
        second.close()
