"""DTLS as server over memory BIOs (RFC 6347), for the keys of DTLS-SRTP (RFC 5764).

Everything is synchronous: a datagram goes in, datagrams come out. Being the server
(`a=setup:passive`) is what makes Chromium choose AES-GCM. Nothing here decides who may
shake hands: `PeerTransport` feeds only datagrams of ICE-validated addresses.
"""

from __future__ import annotations

import datetime
import hmac
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from media.srtp.profiles import (
    EXPORTER_LABEL,
    USE_SRTP,
    MasterKey,
    profile_by_name,
    split_exported,
)
from media.transport.dtls_established import (
    ALERT,
    HANDSHAKE,
    RECORD_HEADER_BYTES,
    EstablishedDtls,
)

MTU_BYTES = 1200
"""Of our flights; what Chromium uses, safe below every tunnel we know."""

MAX_HANDSHAKE_DATAGRAMS = 256
"""An honest handshake needs 3 to 10; a peer that sends more is cut off. Once it is
complete more are dropped: anyone may forge plain records, and keys are agreed on."""

MAX_MESSAGE_BYTES = 6_000
"""Of a handshake message, as its fragments declare it; a certificate of RSA-4096 has
1,300. OpenSSL sets memory aside for what is declared, for ten messages at once, and
takes up to 100 KiB each (compare CVE-2026-73214 of coturn)."""

_CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    b"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    b"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
)
"""The first is what every WebRTC implementation must know (RFC 8827, 6.5)."""
_DTLS_1_2 = 0xFEFD
_FATAL = 2
_CLOSE_NOTIFY = 0
_MESSAGE_HEADER_BYTES = 12
_READ_BYTES = 65536


class DtlsError(Exception):
    """The handshake failed for good; the sentence says why."""


class DtlsIdentity:
    """One self-signed certificate and SSL context, shared by all peers of a worker."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _self_sign(key)
        digest = certificate.fingerprint(hashes.SHA256())
        self.fingerprint = ":".join(f"{byte:02X}" for byte in digest)
        """SHA-256 of the certificate, as `a=fingerprint:sha-256` wants it."""
        self.context = _build_context(certificate, key)


class DtlsServer:
    """One peer's handshake; afterwards it only answers repeated flights."""

    def __init__(
        self,
        identity: DtlsIdentity,
        fingerprints: tuple[tuple[str, str], ...],
        send: Callable[[bytes], None],
    ) -> None:
        self._fingerprints = fingerprints
        self._send = send
        self._connection: SSL.Connection | None = SSL.Connection(identity.context, None)
        self._connection.set_ciphertext_mtu(MTU_BYTES)
        self._connection.set_accept_state()
        self._established: EstablishedDtls | None = None
        """Takes the connection's place when the handshake is complete."""
        self._received_datagrams = 0
        self.receive_key: MasterKey | None = None
        self.send_key: MasterKey | None = None

    @property
    def is_complete(self) -> bool:
        return self._established is not None

    def receive(self, datagram: bytes) -> bool:
        """Take one datagram; True at the moment the handshake has completed.

        Raises DtlsError when the peer must be closed, also on its close_notify.
        """
        self._received_datagrams += 1
        is_flood = self._received_datagrams > MAX_HANDSHAKE_DATAGRAMS
        if self._connection is None:
            if not is_flood:
                self._hear(datagram)
            return False
        if is_flood:
            raise DtlsError("too many DTLS datagrams")
        if _longest_message_bytes(datagram) > MAX_MESSAGE_BYTES:
            raise DtlsError("a handshake message that is too long")
        self._connection.bio_write(datagram)
        return self._advance(self._connection)

    def _hear(self, datagram: bytes) -> None:
        """Repeat our last flight to a peer that missed it; raises when it leaves."""
        established = self._established
        if established is None:
            return
        for content_type, plain in established.open(datagram):
            if content_type == HANDSHAKE:
                self._send(established.last_flight)
            elif content_type == ALERT and len(plain) == 2:
                level, description = plain
                if description == _CLOSE_NOTIFY:
                    raise DtlsError("the peer said close_notify")
                if level == _FATAL:
                    raise DtlsError(f"the peer ended DTLS by alert {description}")

    def on_timer(self) -> None:
        """Repeat our last flight when its timer is over; called from the tick."""
        connection = self._connection
        if connection is None or self._received_datagrams == 0:
            return
        if connection.DTLSv1_get_timeout() == 0:
            connection.DTLSv1_handle_timeout()
            self._flush(connection)

    def close(self) -> None:
        """Say close_notify, so that the peer need not wait for its consent timer."""
        if self._established is not None:
            self._send(self._established.close_notify)
        self._connection = None

    def forget_sender(self) -> None:
        """Send nothing more.

        The sender is the peer that holds us: a circle that only the garbage collector
        would undo, and the worker lets it run once in hours (`media.__main__`).
        """
        self._send = _send_nowhere

    def _advance(self, connection: SSL.Connection) -> bool:
        try:
            connection.do_handshake()
        except SSL.WantReadError:
            self._flush(connection)
            return False
        except SSL.Error as error:
            self._flush(connection)
            raise DtlsError(f"DTLS handshake failed: {_reason(error)}") from error
        self._check_fingerprint(connection)
        self._derive_keys(connection)
        last_flight = self._flush(connection)
        self._established = EstablishedDtls(connection, last_flight)
        self._connection = None
        return True

    def _check_fingerprint(self, connection: SSL.Connection) -> None:
        certificate = connection.get_peer_certificate(as_cryptography=True)
        if certificate is None:
            raise DtlsError("the peer showed no certificate")
        for algorithm, expected in self._fingerprints:
            digest = certificate.fingerprint(_HASHES[algorithm]())
            actual = ":".join(f"{byte:02X}" for byte in digest)
            if hmac.compare_digest(actual, expected.upper()):
                return
        raise DtlsError("the peer's certificate is not the one of its SDP")

    def _derive_keys(self, connection: SSL.Connection) -> None:
        name = connection.get_selected_srtp_profile().decode()
        profile = profile_by_name(name)
        if profile is None:
            raise DtlsError("no SRTP profile in common")
        exported = connection.export_keying_material(
            EXPORTER_LABEL, profile.exported_bytes
        )
        self.receive_key, self.send_key = split_exported(profile, exported)

    def _flush(self, connection: SSL.Connection) -> bytes:
        """Send what the connection has; gives the last datagram of it."""
        pending = bytearray()
        while True:
            try:
                pending += connection.bio_read(_READ_BYTES)
            except SSL.WantReadError:
                break
        datagram = b""
        for datagram in pack_records(bytes(pending)):
            self._send(datagram)
        return datagram


def _send_nowhere(datagram: bytes) -> None:
    pass


def pack_records(stream: bytes) -> list[bytes]:
    """Cut a memory BIO's bytes into datagrams of whole DTLS records.

    A memory BIO forgets where datagrams ended, and a record must not be spread over
    two of them (RFC 6347, section 4.1.1).
    """
    datagrams: list[bytes] = []
    start = position = 0
    while position + RECORD_HEADER_BYTES <= len(stream):
        size = int.from_bytes(stream[position + 11 : position + 13], "big")
        end = position + RECORD_HEADER_BYTES + size
        if end - start > MTU_BYTES and position > start:
            datagrams.append(stream[start:position])
            start = position
        position = end
    if start < len(stream):
        datagrams.append(stream[start:])
    return datagrams


def _longest_message_bytes(datagram: bytes) -> int:
    """Give the longest handshake message that plain records declare (RFC 6347, 4.2.2).

    Cut or crooked ones are OpenSSL's affair: it sets no memory aside for them.
    """
    longest = position = 0
    while position + RECORD_HEADER_BYTES < len(datagram):
        start = position + RECORD_HEADER_BYTES
        end = start + int.from_bytes(datagram[start - 2 : start], "big")
        is_plain = datagram[position + 3 : position + 5] == bytes(2)
        if datagram[position] == HANDSHAKE and is_plain:
            while start + _MESSAGE_HEADER_BYTES <= min(end, len(datagram)):
                declared = int.from_bytes(datagram[start + 1 : start + 4], "big")
                longest = max(longest, declared)
                here = int.from_bytes(datagram[start + 9 : start + 12], "big")
                start += _MESSAGE_HEADER_BYTES + here
        position = end
    return longest


_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha-256": hashes.SHA256,
    "sha-384": hashes.SHA384,
    "sha-512": hashes.SHA512,
}

FINGERPRINT_ALGORITHMS = frozenset(_HASHES)


def _reason(error: SSL.Error) -> str:
    queue = error.args[0] if error.args else ()
    return queue[0][2] if queue and isinstance(queue, list) else "no reason given"


def _self_sign(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hallcast")])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .sign(key, hashes.SHA256())
    )


def _build_context(
    certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> SSL.Context:
    context = SSL.Context(SSL.DTLS_SERVER_METHOD)
    context.set_max_proto_version(_DTLS_1_2)
    context.set_options(
        SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION
    )
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    # Certificates are self-signed by design; the fingerprint is what is checked.
    context.set_verify(
        SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True
    )
    context.use_certificate(certificate)
    context.use_privatekey(key)
    context.set_cipher_list(_CIPHERS)
    context.set_tlsext_use_srtp(USE_SRTP)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    return context
