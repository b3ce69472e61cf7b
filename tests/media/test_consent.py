"""Consent by a clock of the test: who stops checking is sent nothing (B5, RFC 7675)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_ice import build_check
from benchmarks.fanout.light_peer import LightPeer
from benchmarks.fanout.programme import Programme
from media.clock import ManualClock
from media.protocol import (
    Direction,
    Event,
    PeerOffer,
    PeerStateChanged,
    PublicationOpened,
)
from media.transport.udp import open_sockets
from media.worker import Endpoint, Worker
from tests.media.transport.light import pump_until
from tests.media.transport.senders import fan_out

STEP_MS = 500


@dataclass
class Hall:
    """A worker in this process, on a clock of its own."""

    clock: ManualClock = field(default_factory=ManualClock)
    events: list[Event] = field(default_factory=list)
    worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        endpoint = Endpoint(open_sockets("127.0.0.1", 0), ("127.0.0.1",))
        self.worker = Worker(endpoint, self.clock, self.events.append, fan_out())
        self.worker.open_router("r")

    async def connect(self, peer_id: str, direction: Direction) -> LightPeer:
        side = "sendonly" if direction == "publish" else "recvonly"
        peer = LightPeer(LightIdentity(), side)
        offer = PeerOffer(
            router_id="r",
            peer_id=peer_id,
            direction=direction,
            offer_sdp=peer.make_offer(),
        )
        peer.take_answer(self.worker.open_peer(offer)[0])
        assert await pump_until(lambda: peer.is_connected, [peer])
        return peer

    async def put_on_air(self, publisher: LightPeer, programme: Programme) -> None:
        def opened() -> list[str]:
            found = (e for e in self.events if isinstance(e, PublicationOpened))
            return [
                e.publication.publication_id
                for e in found
                if e.publication.kind == "video"
            ]

        assert await pump_until(lambda: bool(opened()), [publisher], programme)
        self.worker.routers["r"].assign("programme", opened()[0])

    def end_of(self, peer_id: str) -> str | None:
        """Why the peer was closed, if it was."""
        states = (e for e in self.events if isinstance(e, PeerStateChanged))
        ends = [e.reason for e in states if (e.peer_id, e.state) == (peer_id, "closed")]
        return ends[-1] if ends else None

    async def pass_time(
        self,
        until_ms: int,
        each_step: Callable[[], None],
        is_over: Callable[[], bool] = lambda: False,
    ) -> int:
        """Move the clock in steps, one second of life check at a time; gives ms."""
        passed_ms = 0
        while passed_ms < until_ms and not is_over():
            self.clock.advance_ms(STEP_MS)
            passed_ms += STEP_MS
            each_step()
            # Sockets and tick (20 ms) have their turn.
            await asyncio.sleep(0.03)
        return passed_ms


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    hall = Hall()
    hall.worker.start()
    yield hall
    hall.worker.close()


def check_now(peer: LightPeer, *, password: str | None = None) -> None:
    assert peer.remote is not None
    username = f"{peer.remote.ufrag}:{peer.ufrag}"
    peer.put(build_check(username, password or peer.remote.password))


async def test_sending_ends_30_s_after_the_last_check_and_then_nothing_is_sent(
    hall: Hall,
) -> None:
    publisher = await hall.connect("publisher", "publish")
    programme = Programme(publisher, time.monotonic())
    await hall.put_on_air(publisher, programme)
    viewer = await hall.connect("viewer", "receive")
    assert await pump_until(
        lambda: viewer.rtp_packets > 20, [publisher, viewer], programme
    )
    check_now(viewer)
    await asyncio.sleep(0.05)

    def others_go_on() -> None:
        check_now(publisher)
        # Neither forged checks nor media of its own make up for consent.
        check_now(viewer, password="wrong")
        viewer.send_receiver_report()
        programme.pump(time.monotonic())
        publisher.read()

    await hall.pass_time(28_000, others_go_on)
    viewer.read()
    count = viewer.rtp_packets
    await hall.pass_time(STEP_MS, others_go_on)
    viewer.read()
    assert viewer.rtp_packets > count
    spent_ms = 28_000 + STEP_MS
    spent_ms += await hall.pass_time(
        10_000, others_go_on, lambda: hall.end_of("viewer") is not None
    )
    assert hall.end_of("viewer") == "consent expired"
    assert 28_000 <= spent_ms <= 32_000
    print(f"\nsending ended {spent_ms / 1000} s after the last check")

    drain(viewer)
    await hall.pass_time(5_000, others_go_on)
    check_now(viewer)
    await hall.pass_time(1_000, others_go_on)
    assert drain(viewer) == []
    assert hall.end_of("publisher") is None
    publisher.close()
    viewer.close()


async def test_not_even_a_goodbye_is_sent_without_consent(hall: Hall) -> None:
    viewer = await hall.connect("viewer", "receive")
    drain(viewer)
    await hall.pass_time(
        40_000,
        lambda: None,
        lambda: hall.end_of("viewer") is not None,
    )
    assert hall.end_of("viewer") == "consent expired"
    assert drain(viewer) == [], "close_notify or another datagram"
    viewer.close()


async def test_checks_of_either_credentials_are_consent_during_a_restart(
    hall: Hall,
) -> None:
    viewer = await hall.connect("viewer", "receive")
    hall.worker.restart_peer("viewer", "theirs")
    await hall.pass_time(40_000, lambda: check_now(viewer))
    assert hall.end_of("viewer") is None
    viewer.close()


def drain(peer: LightPeer) -> list[bytes]:
    """Take what has arrived, unread by the client."""
    taken: list[bytes] = []
    try:
        while True:
            taken.append(peer.sock.recv(2048))
    except BlockingIOError:
        return taken
