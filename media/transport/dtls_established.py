"""What is kept of a DTLS association once its keys are agreed on (RFC 6347).

An OpenSSL connection holds 76 KiB, 21 of them the buffer of handshake messages that it
keeps for repeats. Of WebRTC little follows: a peer that missed our last flight repeats
its own (section 4.2.4), and either side says close_notify. For that two datagrams made
beforehand and the peer's key are enough, 0.5 KiB.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from OpenSSL import SSL

RECORD_HEADER_BYTES = 13
ALERT = 21
HANDSHAKE = 22

_VERSION = b"\xfe\xfd"
_EPOCH = b"\0\1"
"""After the only handshake: renegotiation is refused."""
_TAG_BYTES = 16


@dataclass(frozen=True, slots=True)
class _Suite:
    """What a cipher suite says of records and of the function that makes keys."""

    aead: type[AESGCM | ChaCha20Poly1305]
    key_bytes: int
    iv_bytes: int
    """Of the part of the nonce that is derived; the rest stands in each record."""
    digest: str


_SUITES = {
    "AES128-GCM-SHA256": _Suite(AESGCM, 16, 4, "sha256"),
    "AES256-GCM-SHA384": _Suite(AESGCM, 32, 4, "sha384"),
    "CHACHA20-POLY1305": _Suite(ChaCha20Poly1305, 32, 12, "sha256"),
}
"""By the end of OpenSSL's name (RFC 5288, 3; RFC 7905, 2)."""


class EstablishedDtls:
    """The server's side of one association after the handshake."""

    __slots__ = ("_iv", "_key", "_suite", "close_notify", "last_flight")

    def __init__(self, connection: SSL.Connection, last_flight: bytes) -> None:
        """Take over from a connection that is complete and has nothing left to send.

        `last_flight` is the datagram that ended the handshake. Repeated as it was, a
        peer that had it takes it for a replay, as it should.
        """
        self.last_flight = last_flight
        name = connection.get_cipher_name() or ""
        self._suite = next(
            suite for ending, suite in _SUITES.items() if name.endswith(ending)
        )
        self._key, self._iv = _client_key(connection, self._suite)
        connection.shutdown()
        self.close_notify = connection.bio_read(1024)
        """The record to send when we end the association."""

    def open(self, datagram: bytes) -> Iterator[tuple[int, bytes]]:
        """Give content type and plaintext of each authentic record of the peer.

        Replays are given too: whoever asks must not mind.
        """
        position = 0
        while (start := position + RECORD_HEADER_BYTES) <= len(datagram):
            header = datagram[position:start]
            position = start + int.from_bytes(header[11:], "big")
            if header[1:5] == _VERSION + _EPOCH and position <= len(datagram):
                plain = self._open_record(header, datagram[start:position])
                if plain is not None:
                    yield header[0], plain

    def _open_record(self, header: bytes, body: bytes) -> bytes | None:
        """Decrypt one record (RFC 5246, 6.2.3.3); None when it is not authentic."""
        number = header[3:11]
        explicit_bytes = 12 - len(self._iv)
        nonce = self._iv + body[:explicit_bytes]
        if not explicit_bytes:
            mask = int.from_bytes(self._iv, "big") ^ int.from_bytes(number, "big")
            nonce = mask.to_bytes(12, "big")
        size_bytes = len(body) - explicit_bytes - _TAG_BYTES
        if size_bytes < 0:
            return None
        associated = number + header[:3] + size_bytes.to_bytes(2, "big")
        try:
            cipher = self._suite.aead(self._key)
            return cipher.decrypt(nonce, body[explicit_bytes:], associated)
        except InvalidTag:
            return None


def _client_key(connection: SSL.Connection, suite: _Suite) -> tuple[bytes, bytes]:
    """Derive the client's write key and IV (RFC 5246, 6.3; no MAC keys with AEAD)."""
    secret = connection.master_key() or b""
    client, server = connection.client_random(), connection.server_random()
    assert secret
    assert client is not None
    assert server is not None
    key, iv = suite.key_bytes, suite.iv_bytes
    seed = b"key expansion" + server + client
    block = _expand(secret, seed, 2 * key + iv, suite.digest)
    return block[:key], block[2 * key :]


def _expand(secret: bytes, seed: bytes, size_bytes: int, digest: str) -> bytes:
    """P_hash of RFC 5246, section 5."""
    output, link = b"", seed
    while len(output) < size_bytes:
        link = hmac.digest(secret, link, digest)
        output += hmac.digest(secret, link + seed, digest)
    return output[:size_bytes]
