"""The DTLS server against an OpenSSL client, without a network."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from benchmarks.fanout.light_dtls import CM, GCM, LightDtls, LightIdentity
from media.transport.dtls import (
    MAX_HANDSHAKE_DATAGRAMS,
    MAX_MESSAGE_BYTES,
    MTU_BYTES,
    DtlsError,
    DtlsIdentity,
    DtlsServer,
    pack_records,
)

JUNK = bytes.fromhex("17fefd0001000000000001000400000000")


@pytest.fixture(scope="module")
def identity() -> DtlsIdentity:
    return DtlsIdentity()


def handshake(
    identity: DtlsIdentity, client_identity: LightIdentity, fingerprint: str
) -> tuple[DtlsServer, LightDtls]:
    outgoing: list[bytes] = []
    server = DtlsServer(identity, (("sha-256", fingerprint),), outgoing.append)
    client = LightDtls(client_identity, "client")
    client.step()
    for _ in range(20):
        for datagram in client.outgoing:
            server.receive(datagram)
        client.outgoing.clear()
        for datagram in outgoing:
            assert len(datagram) <= MTU_BYTES
            client.step(datagram)
        outgoing.clear()
        if client.is_complete and server.is_complete:
            break
    return server, client


@pytest.mark.parametrize("profiles", [(GCM, CM), (CM, GCM), (CM,)])
def test_both_sides_have_the_same_keys_gcm_where_known(
    identity: DtlsIdentity, profiles: tuple[str, ...]
) -> None:
    mine = LightIdentity(profiles)
    server, client = handshake(identity, mine, mine.fingerprint)
    assert server.is_complete
    assert client.profile == (GCM if GCM in profiles else CM)
    assert server.send_key is not None
    assert server.send_key.profile.name == client.profile


def test_a_short_authentication_tag_is_no_profile_of_ours(
    identity: DtlsIdentity,
) -> None:
    mine = LightIdentity(("SRTP_AES128_CM_SHA1_32",))
    with pytest.raises(DtlsError, match="no SRTP profile"):
        handshake(identity, mine, mine.fingerprint)


def test_each_start_makes_a_key_of_its_own(identity: DtlsIdentity) -> None:
    assert DtlsIdentity().fingerprint != identity.fingerprint


def test_another_certificate_than_that_of_the_sdp_is_refused(
    identity: DtlsIdentity,
) -> None:
    with pytest.raises(DtlsError, match="not the one of its SDP"):
        handshake(identity, LightIdentity(), LightIdentity().fingerprint)


def test_a_lost_flight_is_repeated_after_its_timer(identity: DtlsIdentity) -> None:
    outgoing: list[bytes] = []
    server = DtlsServer(identity, (("sha-256", "x"),), outgoing.append)
    server.on_timer()
    client = LightDtls(LightIdentity(), "client")
    client.step()
    server.receive(client.outgoing[0])
    flight = b"".join(outgoing)
    outgoing.clear()
    server.on_timer()
    assert not outgoing
    # OpenSSL reads its own clock, so this one second can not be moved by hand.
    time.sleep(1.05)
    server.on_timer()
    assert len(b"".join(outgoing)) == len(flight)


def test_a_flood_of_datagrams_ends_a_handshake(identity: DtlsIdentity) -> None:
    server = DtlsServer(identity, (("sha-256", "x"),), lambda _: None)
    for _ in range(MAX_HANDSHAKE_DATAGRAMS):
        server.receive(JUNK)
    with pytest.raises(DtlsError, match="too many"):
        server.receive(JUNK)


def test_a_flood_of_datagrams_does_not_end_who_has_keys(identity: DtlsIdentity) -> None:
    mine = LightIdentity()
    server, _ = handshake(identity, mine, mine.fingerprint)
    alert = bytes.fromhex("15fefd000000000000000000020228")
    for _ in range(MAX_HANDSHAKE_DATAGRAMS):
        assert not server.receive(JUNK)
        assert not server.receive(alert)
    assert not server.receive(hello_fragment(650_000))


@pytest.mark.parametrize("message", [0, 1, 5])
def test_a_message_that_declares_too_much_ends_a_handshake(
    identity: DtlsIdentity, message: int
) -> None:
    server = DtlsServer(identity, (("sha-256", "x"),), lambda _: None)
    with pytest.raises(DtlsError, match="too long"):
        server.receive(hello_fragment(200) + hello_fragment(650_000, message))


def test_half_a_handshake_holds_little_memory(identity: DtlsIdentity) -> None:
    """Ten messages, one byte of each, are the most that OpenSSL sets memory aside for
    beside what every handshake has (B2)."""
    servers = [
        DtlsServer(identity, (("sha-256", "x"),), lambda _: None) for _ in range(200)
    ]
    for server in servers:
        server.receive(hello_fragment(200, 1))
    before_kib = rss_kib()
    for server in servers:
        for message in range(1, 12):
            server.receive(hello_fragment(MAX_MESSAGE_BYTES, message))
    assert (rss_kib() - before_kib) / len(servers) <= 64


def hello_fragment(declared_bytes: int, message: int = 0) -> bytes:
    """One byte of a ClientHello that is said to be so long."""
    body = b"\x01" + declared_bytes.to_bytes(3, "big") + message.to_bytes(2, "big")
    body += bytes(3) + (1).to_bytes(3, "big") + b"x"
    head = bytes.fromhex("16fefd0000") + bytes(4) + message.to_bytes(2, "big")
    return head + len(body).to_bytes(2, "big") + body


def rss_kib() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


def test_close_notify_is_told(identity: DtlsIdentity) -> None:
    mine = LightIdentity()
    server, client = handshake(identity, mine, mine.fingerprint)
    client._connection.shutdown()
    with pytest.raises(DtlsError, match="close_notify"):
        server.receive(client._connection.bio_read(2048))


def test_records_are_never_cut() -> None:
    def record(size: int) -> bytes:
        return bytes(11) + size.to_bytes(2, "big") + bytes(size)

    stream = record(500) + record(600) + record(200) + record(1100)
    assert [len(d) for d in pack_records(stream)] == [1126, 213, 1113]
    assert pack_records(b"") == []
