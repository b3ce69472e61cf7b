"""The controlling ICE side of a load client: checks with USE-CANDIDATE, no more.

Independent of `media.transport.stun` on purpose: what measures a server should not
share its bugs.
"""

from __future__ import annotations

import binascii
import hmac
import os
import struct

COOKIE = 0x2112A442


def build_check(username: str, password: str, *, nominate: bool = True) -> bytes:
    """Build a connectivity check with MESSAGE-INTEGRITY and FINGERPRINT."""
    body = _attribute(0x0006, username.encode())
    body += _attribute(0x0024, struct.pack("!I", 0x6E0001FF))
    body += _attribute(0x802A, bytes(8))
    if nominate:
        body += _attribute(0x0025, b"")
    return _sign(0x0001, os.urandom(12), body, password)


def build_answer(check: bytes, password: str, host: str, port: int) -> bytes:
    """Answer a check of a full ICE agent (Janus sends them)."""
    packed = bytes(int(part) for part in host.split("."))
    masked = bytes(
        a ^ b for a, b in zip(packed, COOKIE.to_bytes(4, "big"), strict=True)
    )
    mapped = struct.pack("!BBH", 0, 1, port ^ COOKIE >> 16) + masked
    return _sign(0x0101, check[8:20], _attribute(0x0020, mapped), password)


def is_check(datagram: bytes) -> bool:
    return datagram[:2] == b"\x00\x01"


def is_success(datagram: bytes) -> bool:
    return datagram[:2] == b"\x01\x01"


def _sign(message_type: int, transaction: bytes, body: bytes, password: str) -> bytes:
    head = struct.pack("!HHI", message_type, len(body) + 24, COOKIE) + transaction
    digest = hmac.digest(password.encode(), head + body, "sha1")
    body += _attribute(0x0008, digest)
    head = struct.pack("!HHI", message_type, len(body) + 8, COOKIE) + transaction
    crc = binascii.crc32(head + body) ^ 0x5354554E
    return head + body + _attribute(0x8028, crc.to_bytes(4, "big"))


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)
