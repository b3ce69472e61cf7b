"""What the DTLS server does after the handshake, against a real OpenSSL client."""

from __future__ import annotations

import time

import pytest
from OpenSSL import SSL

from benchmarks.fanout.light_dtls import LightDtls, LightIdentity
from media.transport.dtls import (
    MAX_HANDSHAKE_DATAGRAMS,
    DtlsError,
    DtlsIdentity,
    DtlsServer,
)

SUITES = [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
]
OVERHEAD_BYTES = {SUITES[0]: 24, SUITES[1]: 24, SUITES[2]: 16}


class Pair:
    """A server and a client that shook hands with this cipher suite."""

    def __init__(self, suite: str = SUITES[0], *, loses_last: bool = False) -> None:
        mine = LightIdentity()
        mine.contexts["client"].set_cipher_list(suite.encode())
        self.from_server: list[bytes] = []
        self.server = DtlsServer(
            DtlsIdentity(), (("sha-256", mine.fingerprint),), self.from_server.append
        )
        self.client = LightDtls(mine, "client")
        self.connection: SSL.Connection = self.client._connection
        self.client.step()
        is_complete = False
        while not is_complete:
            is_complete = self.to_server()
            if not (is_complete and loses_last):
                self.to_client()
        assert self.connection.get_cipher_name() == suite

    def to_server(self) -> bool:
        """True when it completed the handshake."""
        outgoing, self.client.outgoing = self.client.outgoing, []
        return any([self.server.receive(datagram) for datagram in outgoing])

    def to_client(self) -> None:
        outgoing, self.from_server[:] = tuple(self.from_server), ()
        for datagram in outgoing:
            self.client.step(datagram)

    def close_alert(self) -> bytes:
        """The client's close_notify, as it is on the wire."""
        self.connection.shutdown()
        return self.connection.bio_read(4096)


@pytest.mark.parametrize("suite", SUITES)
def test_the_clients_close_notify_ends_it(suite: str) -> None:
    pair = Pair(suite)
    with pytest.raises(DtlsError, match="close_notify"):
        pair.server.receive(pair.close_alert())


@pytest.mark.parametrize("suite", SUITES)
def test_the_client_understands_our_close_notify(suite: str) -> None:
    pair = Pair(suite)
    pair.server.close()
    with pytest.raises(SSL.ZeroReturnError):
        pair.to_client()


@pytest.mark.parametrize("suite", SUITES)
def test_a_changed_alert_is_ignored_whatever_was_changed(suite: str) -> None:
    pair = Pair(suite)
    alert = pair.close_alert()
    assert len(alert) == 13 + 2 + OVERHEAD_BYTES[suite]
    for position in range(len(alert)):
        forged = bytearray(alert)
        forged[position] ^= 1
        pair.server.receive(bytes(forged))
    for size in range(len(alert)):
        pair.server.receive(alert[:size])
    with pytest.raises(DtlsError, match="close_notify"):
        pair.server.receive(alert)


def test_an_alert_of_another_association_is_ignored() -> None:
    pair = Pair()
    pair.server.receive(Pair().close_alert())
    assert pair.from_server == []


def test_a_client_that_missed_our_last_flight_gets_it_again() -> None:
    pair = Pair(loses_last=True)
    pair.from_server.clear()
    # OpenSSL reads its own clock, so this one second can not be moved by hand.
    time.sleep(1.05)
    pair.client.step()
    pair.to_server()
    assert len(pair.from_server) == 1
    pair.to_client()
    assert pair.client.profile
    with pytest.raises(DtlsError, match="close_notify"):
        pair.server.receive(pair.close_alert())


def test_a_replayed_finished_is_answered_no_more_than_a_handshake_may_take() -> None:
    mine = LightIdentity()
    sent: list[bytes] = []
    server = DtlsServer(DtlsIdentity(), (("sha-256", mine.fingerprint),), sent.append)
    client = LightDtls(mine, "client")
    client.step()
    finished = b""
    while not server.is_complete:
        outgoing, client.outgoing = client.outgoing, []
        for finished in outgoing:
            server.receive(finished)
        answers, sent[:] = tuple(sent), ()
        for datagram in answers:
            client.step(datagram)
    for _ in range(3 * MAX_HANDSHAKE_DATAGRAMS):
        server.receive(finished)
    assert 1 <= len(sent) <= MAX_HANDSHAKE_DATAGRAMS
    assert sum(map(len, sent)) <= 2 * MAX_HANDSHAKE_DATAGRAMS * len(finished)


def test_data_of_the_application_is_dropped() -> None:
    pair = Pair()
    pair.connection.send(b"hello")
    assert not pair.server.receive(pair.connection.bio_read(4096))
    assert pair.from_server == []


def test_a_suite_without_authenticated_encryption_is_not_spoken() -> None:
    with pytest.raises(DtlsError, match="handshake failed"):
        Pair("ECDHE-ECDSA-AES128-SHA")
