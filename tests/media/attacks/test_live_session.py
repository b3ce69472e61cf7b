"""Invalid packets, forged handshakes and floods against a live worker (A3, B1, B3, B7).

One publisher and one viewer, encrypted, while others do their worst.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.fanout.light_dtls import LightDtls, LightIdentity
from benchmarks.fanout.light_ice import build_check
from benchmarks.fanout.light_peer import VIDEO_PT, LightPeer
from benchmarks.fanout.programme import Programme
from media.protocol import PeerStateChanged
from tests.media.attacks.fuzz import mutate
from tests.media.transport.light import (
    connect_light,
    open_programme,
    pump_until,
)
from tests.media.worker_process import WorkerProcess, open_worker

ALERT = bytes.fromhex("15fefd000000000000000000020228")
"""handshake_failure, fatal, in plain."""


@dataclass
class Live:
    """A programme that flows, and who may be harmed."""

    worker: WorkerProcess
    publisher: LightPeer
    programme: Programme
    viewer: LightPeer

    async def assert_flows(self, packets: int = 60) -> None:
        """Everybody is connected and the next packets of the picture arrive."""
        failed = self.viewer.samples_failed
        plain = self.viewer.plain_packets = []
        peers = [self.publisher, self.viewer]
        assert await pump_until(
            lambda: sum(len(one) > 500 for one in plain) > packets,
            peers,
            self.programme,
        )
        assert self.viewer.samples_failed == failed
        assert self.worker.process.poll() is None
        closed = [
            event.reason
            for event in self.worker.events
            if isinstance(event, PeerStateChanged) and event.state == "closed"
        ]
        assert closed == []


@asynccontextmanager
async def live(folder: Path) -> AsyncIterator[Live]:
    async with open_worker(folder) as worker:
        publisher, programme = await open_programme(worker)
        viewer = await connect_light(worker, "v", "receive")
        yield Live(worker, publisher, programme, viewer)
        publisher.close()
        viewer.close()


def cpu_s(live: Live) -> float:
    """CPU time of the worker so far."""
    words = Path(f"/proc/{live.worker.process.pid}/stat").read_text().split()
    return (int(words[13]) + int(words[14])) / 100


# A3


def invalid_rtp(ssrc: int) -> list[bytes]:
    """Packets that libraries have fallen over, built by rule."""
    head = struct.pack("!BBHII", 0x80, VIDEO_PT, 1, 1, ssrc)
    extended = b"\x90" + head[1:]
    return [
        head,
        head[:1] + b"\x00" + head[2:] + b"x",
        b"\x8f" + head[1:],
        b"\x8f" + head[1:] + bytes(59),
        extended + b"\xbe\xde\xff\xff",
        extended + b"\xbe\xde\x00\x01",
        extended + b"\xbe\xde\x00\x01\xf0\x00\x00\x00" + b"id 15",
        extended + b"\xbe\xde\x00\x01\x1f\x00\x00\x00" + b"cut element",
        extended + b"\x10\x00\x00\x01\x01\xff\x00\x00" + b"cut two-byte element",
        extended + b"\x10\x0f\x00\x01\x00\x00\x00\x01",
        b"\xa0" + head[1:] + b"\x00",
        b"\xa0" + head[1:] + b"\xff",
        b"\xa0" + head[1:] + b"\x01",
        b"\xb0" + head[1:] + b"\xbe\xde\x00\x00" + b"\x05",
        head + b"\x90",
        head + b"\x90\x80",
        head + b"\x90\xf0\x80",
        head + b"\x90\x80\x80",
    ]


def invalid_rtcp(ssrc: int) -> list[bytes]:
    """The same of RTCP, alone and as parts of compounds."""
    good = struct.pack("!BBHI", 0x80, 201, 1, ssrc)
    bad = [
        struct.pack("!BBHI", 0x80, 200, 1, ssrc),
        struct.pack("!BBHI", 0x9F, 201, 1, ssrc),
        struct.pack("!BBHI", 0x80, 201, 0xFFFF, ssrc),
        struct.pack("!BBHI", 0xA0, 201, 1, ssrc),
        struct.pack("!BBHI", 0xA0, 201, 1, 0xFF),
        struct.pack("!BBHI", 0x81, 202, 1, ssrc),
        struct.pack("!BBHIBBH", 0x81, 202, 2, ssrc, 1, 0xFF, 0),
        struct.pack("!BBHI", 0x9F, 203, 1, ssrc),
        struct.pack("!BBHI", 0x81, 205, 1, ssrc),
        struct.pack("!BBHIIH", 0x81, 205, 2, ssrc, ssrc, 1),
        struct.pack("!BBHIII", 0x8F, 206, 3, ssrc, 0, 0x52454D42),
        struct.pack("!BBHIIII", 0x8F, 206, 4, ssrc, 0, 0x52454D42, 0xFFFFFFFF),
        struct.pack("!BBHIII", 0x84, 206, 3, ssrc, 0, ssrc),
        struct.pack("!BBHI", 0x80, 204, 1, ssrc),
        struct.pack("!BBHI", 0x00, 201, 1, ssrc),
    ]
    return [*bad, *(good + one for one in bad), good + bytes(1), good + bytes(3)]


async def test_what_is_invalid_leaves_everybody_connected(tmp_path: Path) -> None:
    """Sealed by honest keys, from publisher and viewer; then the next packet flows."""
    rng = random.Random(3)
    async with live(tmp_path) as scene:
        for peer in (scene.publisher, scene.viewer):
            packets = invalid_rtp(peer.video_ssrc)
            reports = invalid_rtcp(peer.video_ssrc)
            for number in range(10):
                for packet in packets:
                    seqno = scene.programme._video_seqno
                    scene.programme._video_seqno += 1
                    seal_rtp(peer, packet[:2] + seqno.to_bytes(2, "big") + packet[4:])
                for report in reports:
                    seal_rtcp(peer, report)
                for _ in range(20):
                    seal_rtcp(peer, mutate(rng, reports))
                    # Sealed, then broken: what a line or a stranger makes of it.
                    peer.put(mutate(rng, [*packets, *reports]))
                if number % 3 == 0:
                    await scene.assert_flows(5)
        await scene.assert_flows()


def seal_rtp(peer: LightPeer, packet: bytes) -> None:
    assert peer.dtls is not None
    try:
        peer.put(peer.dtls.sender.protect(packet))
    except Exception:
        # libsrtp does not seal some of them; they go out as they are.
        peer.put(packet)


def seal_rtcp(peer: LightPeer, data: bytes) -> None:
    assert peer.dtls is not None
    try:
        peer.put(peer.dtls.sender.protect_rtcp(data))
    except Exception:
        peer.put(data)


async def test_forged_streams_do_not_take_the_place_of_those_to_come(
    tmp_path: Path,
) -> None:
    """An encoder that declares no SSRC: whoever forges its address comes first."""
    async with open_worker(tmp_path) as worker:
        publisher = LightPeer(LightIdentity(), "sendonly")
        offered = publisher.make_offer().split("\r\n")
        offer = "\r\n".join(line for line in offered if not line.startswith("a=ssrc"))
        publisher.take_answer(await worker.offer("publisher", "publish", offer))
        assert await pump_until(lambda: publisher.is_connected, [publisher])
        for ssrc in range(200):
            head = struct.pack("!BBHII", 0x80, VIDEO_PT, 1, 1, 0x77000000 + ssrc)
            publisher.put(head + bytes(60))
            publisher.put(struct.pack("!BBHI", 0x80, 201, 1, 0x66000000 + ssrc))
        await asyncio.sleep(0.1)
        programme = Programme(publisher, time.monotonic())
        waiting = asyncio.ensure_future(worker.put_on_air("publisher"))
        assert await pump_until(waiting.done, [publisher], programme)
        publisher.close()


# B1, B3


@contextmanager
def flood(port: int, datagrams: list[bytes], rate_per_s: int) -> Iterator[list[int]]:
    """Send from 50 ports of a thread of its own; gives the count, in a list."""
    socks = []
    for _ in range(50):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect(("127.0.0.1", port))
        sock.setblocking(False)
        socks.append(sock)
    is_over, sent = threading.Event(), [0]

    def run() -> None:
        began_s = time.monotonic()
        while not is_over.wait(0.01):
            due = int((time.monotonic() - began_s) * rate_per_s)
            while sent[0] < due:
                sock = socks[sent[0] % len(socks)]
                with suppress(OSError):
                    sock.send(datagrams[sent[0] % len(datagrams)])
                sent[0] += 1

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield sent
    finally:
        is_over.set()
        thread.join()
        for sock in socks:
            sock.close()


@pytest.mark.parametrize(
    ("count", "limit_s"),
    [
        pytest.param(12, 10.0, id="short"),
        pytest.param(100, 1.5, id="long", marks=pytest.mark.long),
    ],
)
async def test_handshakes_succeed_under_forged_ones(
    tmp_path: Path,
    count: int,
    limit_s: float,
    capsys: pytest.CaptureFixture[str],
) -> None:
    attacker = LightDtls(LightIdentity(), "client")
    attacker.step()
    forged = [attacker.outgoing[0], ALERT, attacker.outgoing[0], bytes([22]) * 60]
    took_s: list[float] = []
    async with open_worker(tmp_path) as worker:
        with flood(await worker.port(), forged, 1_000):
            for number in range(count):
                began_s = time.monotonic()
                peer = await connect_light(worker, f"p{number}", "receive")
                took_s.append(time.monotonic() - began_s)
                peer.close()
    p95_s = sorted(took_s)[int(0.95 * (count - 1))]
    with capsys.disabled():
        print(f"{count} of {count} handshakes, p95 {1000 * p95_s:.0f} ms")
    assert p95_s < limit_s


async def test_strangers_get_no_answer_and_cost_little(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """CPU for a datagram of each kind that nobody asked for; others are unharmed."""
    async with live(tmp_path) as scene:
        assert scene.viewer.remote is not None
        username = f"{scene.viewer.remote.ufrag}:x"
        kinds = {
            "noise": [bytes([first]) + bytes(100) for first in range(0, 256, 5)],
            "STUN without its key": [build_check(username, "wrong")],
            "STUN of nobody": [build_check("nobody:x", "wrong")],
            "SRTP": [struct.pack("!BBHII", 0x80, 96, 1, 1, 1) + bytes(200)],
        }
        costs_us = {}
        for name, datagrams in kinds.items():
            peers = [scene.publisher, scene.viewer]
            before_s = cpu_s(scene)
            with flood(await scene.worker.port(), datagrams, 10_000) as sent:
                await pump_until(lambda: False, peers, scene.programme, 0.6)
            costs_us[name] = (cpu_s(scene) - before_s) / max(1, sent[0]) * 1e6
            await scene.assert_flows(20)
        with capsys.disabled():
            print({name: f"{cost:.0f} us" for name, cost in costs_us.items()})
        # The programme itself is in it too: 200 packets, 1 to 2 ms of 10,000.
        assert max(costs_us.values()) < 50


async def test_only_peers_that_check_are_ever_sent_to(tmp_path: Path) -> None:
    """Candidates of an offer are not contacted: there is nothing to reflect (B4)."""
    async with open_worker(tmp_path) as worker:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as victim:
            victim.bind(("127.0.0.1", 0))
            victim.settimeout(0.5)
            port = victim.getsockname()[1]
            peer = LightPeer(LightIdentity(), "recvonly")
            lines = peer.make_offer().split("\r\n")
            hosts = ("127.0.0.1", "10.0.0.1", "::1", "0000.local", "169.254.1.1")
            forged = [
                f"a=candidate:{number} 1 udp 2130706431 {host} {port} typ host"
                for number, host in enumerate(hosts)
            ]
            offer = "\r\n".join(
                new
                for line in lines
                for new in (forged if line.startswith("a=candidate") else [line])
            )
            peer.take_answer(await worker.offer("p", "receive", offer))
            with pytest.raises(TimeoutError):
                victim.recv(2048)
            peer.close()
