"""A peer's life by the clock: who never connects, and who goes silent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.fanout.light_dtls import LightDtls, LightIdentity
from benchmarks.fanout.light_ice import build_check
from media.transport.answer import Answer
from media.transport.batch_sender import PythonSender
from media.transport.dtls import DtlsIdentity
from media.transport.fanout import FanOut
from media.transport.ice_lite import CONSENT_NS, IceLite
from media.transport.peer import CONNECT_NS, PeerTransport
from media.transport.stun import parse_binding_request
from media.transport.udp import UdpSocket, open_sockets

ADDRESS = ("127.0.0.1", 9)


class Owner:
    """Writes down what a peer reports."""

    def __init__(self) -> None:
        self.states: list[tuple[str, str]] = []
        self.moves = 0

    def on_peer_state(self, peer: PeerTransport, reason: str) -> None:
        self.states.append((peer.state, reason))

    def on_peer_moved(self, peer: PeerTransport) -> None:
        self.moves += 1

    def on_rtp(self, peer: PeerTransport, packet: bytes, arrival_ns: int) -> None:
        raise AssertionError("no RTP in these tests")

    def on_rtcp(self, peer: PeerTransport, data: bytes, arrival_ns: int) -> None:
        raise AssertionError("no RTCP in these tests")


@pytest.fixture
def udp() -> Iterator[UdpSocket]:
    udp = open_sockets("127.0.0.1", 0)[0]
    yield udp
    udp.close()


def open_peer(fingerprint: str = "x") -> tuple[PeerTransport, Owner]:
    owner = Owner()
    peer = PeerTransport("p", "r", "receive", owner, IceLite(0))
    fingerprints = (("sha-256", fingerprint),)
    peer.accept(
        Answer(""),
        fingerprints,
        DtlsIdentity(),
        FanOut(PythonSender(), use_gso=False),
        1,
    )
    return peer, owner


def check(
    peer: PeerTransport,
    udp: UdpSocket,
    now_ns: int,
    address: tuple[str, int] = ADDRESS,
) -> bool:
    datagram = build_check(f"{peer.ice.ufrag}:x", peer.ice.password)
    return peer.on_check(parse_binding_request(datagram), udp, address, now_ns)


def connect(peer: PeerTransport, identity: LightIdentity, udp: UdpSocket) -> None:
    sent: list[bytes] = []
    peer._dtls._send = sent.append
    client = LightDtls(identity, "client")
    client.step()
    while not client.is_complete:
        for datagram in client.outgoing:
            peer.on_dtls(datagram, peer.ice.paths[ADDRESS])
        client.outgoing.clear()
        for datagram in sent:
            client.step(datagram)
        sent.clear()


def test_a_peer_that_never_connects_is_closed_after_20_seconds(
    udp: UdpSocket,
) -> None:
    peer, owner = open_peer()
    check(peer, udp, 1)
    peer.check_life(CONNECT_NS)
    assert owner.states == [("connecting", "")]
    peer.check_life(CONNECT_NS + 1)
    assert owner.states[-1] == ("closed", "not connected in time")
    peer.close("again")
    assert len(owner.states) == 2


def test_a_connected_peer_lives_by_its_checks(udp: UdpSocket) -> None:
    identity = LightIdentity()
    peer, owner = open_peer(identity.fingerprint)
    check(peer, udp, 1)
    connect(peer, identity, udp)
    assert owner.states == [("connecting", ""), ("connected", "")]
    check(peer, udp, CONSENT_NS)
    peer.check_life(2 * CONSENT_NS - 1)
    assert peer.state == "connected"
    peer.check_life(2 * CONSENT_NS)
    assert owner.states[-1] == ("closed", "consent expired")


def test_another_path_is_told_once_and_the_first_is_none(udp: UdpSocket) -> None:
    identity = LightIdentity()
    peer, owner = open_peer(identity.fingerprint)
    check(peer, udp, 1)
    connect(peer, identity, udp)
    check(peer, udp, 2)
    assert owner.moves == 0
    other = ("127.0.0.1", 10)
    check(peer, udp, 3, other)
    check(peer, udp, 4, other)
    assert owner.moves == 1
    peer.ice.restart("new")
    check(peer, udp, 5, other)
    assert owner.moves == 2, "a restart begins anew, by the same address too"


def test_a_closed_peer_takes_nothing(udp: UdpSocket) -> None:
    peer, _ = open_peer()
    check(peer, udp, 1)
    path = peer.ice.paths[ADDRESS]
    peer.close("over")
    peer.on_srtp(bytes(100), path, 2)
    peer.on_dtls(b"\x16" + bytes(50), path)
    assert peer.is_closed
