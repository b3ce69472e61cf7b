"""The AES-GCM send path against RFC 7714, section 16, and against libsrtp."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pylibsrtp import Policy, Session

from media.srtp.gcm import GcmKey, packet_iv
from media.srtp.profiles import GCM_128, MasterKey
from media.srtp.session import open_receiver

MASTER = MasterKey(GCM_128, bytes(range(16)), bytes(range(0xA0, 0xAC)))


def libsrtp_sender() -> Session:
    return Session(
        Policy(
            key=MASTER.key + MASTER.salt,
            ssrc_type=Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
        )
    )


def test_nonce_and_ciphertext_are_those_of_rfc_7714() -> None:
    # Section 16.1.1 gives the session key and salt, not the master key.
    key = GcmKey(MASTER)
    key._aead = AESGCM(bytes(range(16)))
    key.salt = int.from_bytes(bytes.fromhex("517569642070726f2071756f"), "big")
    header = bytes.fromhex("8040f17b8041f8d35501a0b2")
    payload = b"Gallia est omnis divisa in partes tres"

    protected = key.protect(header, payload, 0x5501A0B2, 0xF17B)

    nonce = key.salt ^ packet_iv(0x5501A0B2, 0xF17B)
    assert nonce.to_bytes(12, "big").hex() == "51753c6580c2726f20718414"
    assert protected[12:].hex() == (
        "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
        "899d7f27beb16a9152cf765ee4390cce"
    )


def random_packets(count: int, seed: int) -> Iterator[tuple[bytes, bytes, int, int]]:
    """Headers with CSRC lists, extensions and padding; indexes move forwards."""
    rng = random.Random(seed)
    print("seed", seed)
    streams = [[rng.getrandbits(32), rng.getrandbits(15)] for _ in range(8)]
    for _ in range(count):
        stream = rng.choice(streams)
        stream[1] += rng.choice((1, 1, 1, 1, 2, 9))
        ssrc, index = stream
        csrc_count, has_extension, has_padding = (
            rng.choice((0, 0, 0, rng.randrange(16))),
            rng.random() < 0.3,
            rng.random() < 0.1,
        )
        header = struct.pack(
            "!BBHII",
            0x80 | has_padding << 5 | has_extension << 4 | csrc_count,
            rng.getrandbits(8),
            index & 0xFFFF,
            rng.getrandbits(32),
            ssrc,
        ) + rng.randbytes(4 * csrc_count)
        if has_extension:
            words = rng.randrange(6)
            header += struct.pack("!HH", 0xBEDE, words) + rng.randbytes(4 * words)
        payload = rng.randbytes(rng.randrange(0, 1200))
        if has_padding:
            payload += b"\0\0\3"
        yield header, payload, ssrc, index


def assert_same_as_libsrtp(count: int, seed: int) -> None:
    ours, theirs = GcmKey(MASTER), libsrtp_sender()
    for header, payload, ssrc, index in random_packets(count, seed):
        assert ours.protect(header, payload, ssrc, index) == theirs.protect(
            header + payload
        )


def test_100_000_random_packets_equal_libsrtp() -> None:
    assert_same_as_libsrtp(100_000, seed=20_260_101)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_million_random_packets_equal_libsrtp() -> None:
    assert_same_as_libsrtp(1_000_000, seed=random.randrange(1 << 32))


def test_a_receiver_who_joins_after_the_wrap_counts_from_its_own_start() -> None:
    # Index 2 wraps into the slot; this viewer's first packet is ROC 0 for them.
    key, receiver = GcmKey(MASTER), open_receiver(MASTER)
    start = (2 << 16) + 65_530
    base = start >> 16 << 16
    for ext_seqno in range(start, start + 20):
        header = struct.pack("!BBHII", 0x80, 96, ext_seqno & 0xFFFF, 0, 7)
        packet = key.protect(header, b"sound", 7, ext_seqno - base)
        assert receiver.unprotect(packet) == header + b"sound"
