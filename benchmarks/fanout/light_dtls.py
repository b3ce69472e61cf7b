"""DTLS-SRTP of a load client, in either role, over one memory BIO."""

from __future__ import annotations

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from pylibsrtp import Policy, Session

GCM = "SRTP_AEAD_AES_128_GCM"
CM = "SRTP_AES128_CM_SHA1_80"

_PROFILES = {
    GCM: (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    CM: (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
}


class LightIdentity:
    """A certificate and contexts that all load clients share."""

    def __init__(self, profiles: tuple[str, ...] = (GCM, CM)) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "load")])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .sign(key, hashes.SHA256())
        )
        digest = certificate.fingerprint(hashes.SHA256())
        self.fingerprint = ":".join(f"{byte:02X}" for byte in digest)
        self.contexts = {}
        for role in ("client", "server"):
            method = SSL.DTLS_CLIENT_METHOD
            if role == "server":
                method = SSL.DTLS_SERVER_METHOD
            context = SSL.Context(method)
            context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
            context.use_certificate(certificate)
            context.use_privatekey(key)
            context.set_options(SSL.OP_NO_QUERY_MTU)
            context.set_tlsext_use_srtp(":".join(profiles).encode())
            self.contexts[role] = context


class LightDtls:
    """One handshake; `outgoing` holds the datagrams to send after each step."""

    def __init__(self, identity: LightIdentity, role: str) -> None:
        self._is_client = role == "client"
        self._connection = SSL.Connection(identity.contexts[role], None)
        self._connection.set_ciphertext_mtu(1200)
        if self._is_client:
            self._connection.set_connect_state()
        else:
            self._connection.set_accept_state()
        self.is_complete = False
        self.profile = ""
        self.outgoing: list[bytes] = []

    def step(self, datagram: bytes | None = None) -> None:
        """Take a datagram, or begin or repeat a flight; raises SSL.Error."""
        if datagram is not None:
            self._connection.bio_write(datagram)
        elif self._connection.DTLSv1_get_timeout() == 0:
            self._connection.DTLSv1_handle_timeout()
        try:
            if self.is_complete:
                self._connection.recv(4096)
            else:
                self._connection.do_handshake()
                self._finish()
        except SSL.WantReadError:
            pass
        self._collect()

    def _collect(self) -> None:
        try:
            while True:
                self.outgoing += _records(self._connection.bio_read(65536))
        except SSL.WantReadError:
            return

    def _finish(self) -> None:
        self.is_complete = True
        self.profile = self._connection.get_selected_srtp_profile().decode()
        number, key, salt = _PROFILES[self.profile]
        material = self._connection.export_keying_material(
            b"EXTRACTOR-dtls_srtp", 2 * (key + salt)
        )
        keys = material[:key], material[key : 2 * key]
        salts = material[2 * key : 2 * key + salt], material[2 * key + salt :]
        mine, theirs = (0, 1) if self._is_client else (1, 0)
        self.sender = Session(
            Policy(
                keys[mine] + salts[mine], Policy.SSRC_ANY_OUTBOUND, srtp_profile=number
            )
        )
        policy = Policy(
            keys[theirs] + salts[theirs], Policy.SSRC_ANY_INBOUND, srtp_profile=number
        )
        policy.window_size = 1024
        self.receiver = Session(policy)


def _records(stream: bytes) -> list[bytes]:
    """One datagram a record: simple, and legal."""
    records = []
    while stream:
        size = 13 + int.from_bytes(stream[11:13], "big")
        records.append(stream[:size])
        stream = stream[size:]
    return records
