"""What strangers and dishonest peers can not do (reliability B1, B3, B5 to B8, B14)."""

from __future__ import annotations

import os
import random
import socket
import struct
import time
from pathlib import Path

import pytest

from benchmarks.fanout.light_dtls import CM, GCM, LightDtls, LightIdentity
from benchmarks.fanout.light_ice import build_check
from benchmarks.fanout.light_peer import LightPeer
from media.protocol import PeerStateChanged, WorkerLoad
from tests.media.transport.light import (
    connect_light,
    move_to_a_new_port,
    open_light,
    open_programme,
    pump_until,
)
from tests.media.worker_process import open_worker


def stranger(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect(("127.0.0.1", port))
    sock.settimeout(0.3)
    return sock


def assert_silent(sock: socket.socket) -> None:
    with sock, pytest.raises(TimeoutError):
        sock.recv(2048)


async def test_stun_without_a_valid_integrity_is_not_answered(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        peer = await open_light(worker, "p", "receive")
        assert peer.remote is not None
        username = f"{peer.remote.ufrag}:x"
        good = build_check(username, peer.remote.password)
        forged = [
            build_check(username, "wrong"),
            build_check("nobody:x", peer.remote.password),
            good[:-8] + bytes(8),
            good[:20],
        ]
        for check in forged:
            sock = stranger(await worker.port())
            sock.send(check)
            assert_silent(sock)
        with stranger(await worker.port()) as sock:
            sock.send(good)
            assert len(sock.recv(2048)) <= len(good) + 40
        peer.close()


async def test_junk_datagrams_do_not_end_the_loop(tmp_path: Path) -> None:
    rng = random.Random(5)
    async with open_worker(tmp_path) as worker:
        peer = await connect_light(worker, "p", "receive")
        junk = [bytes([first]) + rng.randbytes(40) for first in range(256)] * 4
        junk += [rng.randbytes(rng.randrange(0, 60)) for _ in range(2000)]
        junk += [b"", b"\x00\x01\x00\x04\x21\x12\xa4\x42" + bytes(12) + b"\0\6\xff\xff"]
        with stranger(await worker.port()) as sock:
            for position, datagram in enumerate(junk):
                sock.send(datagram)
                # The validated peer sends the same, which gets further.
                peer.put(datagram)
                if position % 100 == 0:
                    assert await pump_until(lambda: True, [peer])
        later = await connect_light(worker, "later", "receive")
        assert later.is_connected
        assert worker.process.poll() is None
        peer.close()
        later.close()


async def test_a_forged_client_hello_of_another_address_is_ignored(
    tmp_path: Path,
) -> None:
    async with open_worker(tmp_path) as worker:
        peer = await open_light(worker, "p", "receive")
        attacker = LightDtls(LightIdentity(), "client")
        attacker.step()
        alert = bytes.fromhex("15fefd000000000000000000020228")
        for _ in range(20):
            for datagram in (attacker.outgoing[0], alert):
                sock = stranger(await worker.port())
                sock.send(datagram)
                sock.settimeout(0.01)
                assert_silent(sock)
        assert await pump_until(lambda: peer.is_connected, [peer])
        peer.close()


async def test_a_certificate_that_is_not_of_the_sdp_closes_the_peer(
    tmp_path: Path,
) -> None:
    async with open_worker(tmp_path) as worker:
        peer = await open_light(worker, "p", "publish")
        peer.dtls = LightDtls(LightIdentity(), "client")
        closed = lambda: any(  # noqa: E731
            isinstance(event, PeerStateChanged) and event.state == "closed"
            for event in worker.events
        )
        assert await pump_until(closed, [peer])
        states = [
            (event.state, event.reason)
            for event in worker.events
            if isinstance(event, PeerStateChanged)
        ]
        assert states == [
            ("connecting", ""),
            ("closed", "the peer's certificate is not the one of its SDP"),
        ]
        peer.close()


@pytest.mark.parametrize("profile", [GCM, CM])
async def test_a_viewer_gets_the_programme_under_either_profile(
    tmp_path: Path, profile: str
) -> None:
    async with open_worker(tmp_path) as worker:
        publisher, programme = await open_programme(worker)
        viewer = await connect_light(
            worker, "v", "receive", LightIdentity(profiles=(profile,))
        )
        viewer.plain_packets = []
        assert await pump_until(
            lambda: viewer.rtp_packets > 300, [publisher, viewer], programme
        )
        assert viewer.dtls is not None
        assert viewer.dtls.profile == profile
        assert viewer.samples_failed == 0
        publisher.close()
        viewer.close()


async def test_50_000_undeclared_ssrcs_cost_next_to_nothing(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        publisher, programme = await open_programme(worker)
        viewer = await connect_light(worker, "v", "receive")
        status = Path(f"/proc/{worker.process.pid}/status")
        before_kib = rss_kib(status)
        noise = os.urandom(60)
        for ssrc in range(50_000):
            publisher.put(struct.pack("!BBHII", 0x80, 96, 1, 1, ssrc) + noise)
            if ssrc % 500 == 0:
                assert await pump_until(lambda: True, [publisher, viewer], programme)
        count = viewer.rtp_packets
        assert await pump_until(
            lambda: viewer.rtp_packets > count + 200, [publisher, viewer], programme
        )
        assert rss_kib(status) - before_kib < 2_048
        assert viewer.samples_failed == 0
        publisher.close()
        viewer.close()


def rss_kib(status: Path) -> int:
    line = next(x for x in status.read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1])


async def test_a_replayed_packet_is_forwarded_once(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        publisher, programme = await open_programme(worker)
        viewer = await connect_light(worker, "v", "receive")
        viewer.plain_packets = []
        keep: list[bytes] = []
        put = publisher.put

        def put_and_keep(datagram: bytes) -> None:
            put(datagram)
            if datagram[0] >> 6 == 2 and not 192 <= datagram[1] <= 223:
                keep.append(datagram)

        publisher.put = put_and_keep  # type: ignore[method-assign]
        assert await pump_until(
            lambda: viewer.rtp_packets > 400, [publisher, viewer], programme
        )
        for datagram in keep * 3:
            put(datagram)
        await pump_until(lambda: False, [publisher, viewer], timeout_s=0.5)
        rtp = [p for p in viewer.plain_packets if not 192 <= p[1] <= 223]
        numbers = [(p[8:12], p[2:4]) for p in rtp]
        assert len(set(numbers)) == len(numbers)
        publisher.close()
        viewer.close()


async def test_a_viewer_whose_address_changes_goes_on_within_a_second(
    tmp_path: Path,
) -> None:
    async with open_worker(tmp_path) as worker:
        publisher, programme = await open_programme(worker)
        viewer = await connect_light(worker, "v", "receive")
        old = viewer.sock
        move_to_a_new_port(viewer)
        viewer._checked_at_s = 0.0
        started_s = time.monotonic()
        count = viewer.rtp_packets
        assert await pump_until(
            lambda: viewer.rtp_packets > count, [publisher, viewer], programme, 5
        )
        assert time.monotonic() - started_s < 1
        old.close()
        publisher.close()
        viewer.close()


async def test_a_peer_that_sends_ten_times_its_share_is_limited(
    tmp_path: Path,
) -> None:
    async with open_worker(tmp_path) as worker:
        publisher, programme = await open_programme(worker)
        viewer = await connect_light(worker, "v", "receive")
        flooder = LightPeer(LightIdentity(), "sendonly")
        flooder.take_answer(
            await worker.offer(
                "flooder", "publish", flooder.make_offer(), max_bps=200_000
            )
        )
        assert await pump_until(lambda: flooder.is_connected, [flooder])
        worker.events.clear()
        body = bytes(1_000)
        for number in range(3_000):
            header = struct.pack("!BBHII", 0x80, 96, number, 0, flooder.video_ssrc)
            flooder.send_rtp(header + body)
            if number % 50 == 0:
                await pump_until(lambda: True, [publisher, viewer], programme)
        load = await worker.event(WorkerLoad, lambda _: True)
        assert load.cpu_percent < 60
        for peer in (publisher, viewer, flooder):
            peer.close()
