"""`Addressee`: where one stream of one viewer is sent, with which numbers and key."""

from __future__ import annotations

import ctypes
from typing import Protocol

from media.srtp.gcm import NONCE_BYTES, GcmKey
from media.transport.mmsg import Sockaddr


class CipherContext(Protocol):
    """What a `BatchSender` keeps of a viewer's key."""

    @property
    def pointer(self) -> int: ...


class Addressee(ctypes.Structure):
    """`struct addressee` of `media/native/fan_out.h`, and what keeps it alive."""

    _fields_ = (
        ("context", ctypes.c_void_p),
        ("name", ctypes.c_void_p),
        ("index_offset", ctypes.c_int64),
        ("timestamp_offset", ctypes.c_uint32),
        ("name_bytes", ctypes.c_uint32),
        ("salt", ctypes.c_ubyte * NONCE_BYTES),
    )
    name: int
    name_bytes: int
    index_offset: int
    """Added to a packet's number: ROC || SEQ as the viewer counts."""
    timestamp_offset: int
    """Added to its timestamp, ticks, modulo 2^32."""

    def __init__(self, key: GcmKey, context: CipherContext) -> None:
        super().__init__(context=context.pointer)
        self.salt[:] = key.salt.to_bytes(NONCE_BYTES, "big")
        self.key = key
        self._context = context
        self._sockaddr: Sockaddr | None = None
        self.pointer = ctypes.addressof(self)

    def move(self, sockaddr: Sockaddr) -> None:
        """Let it be sent to this address."""
        self._sockaddr = sockaddr
        self.name, self.name_bytes = sockaddr.pointer, sockaddr.size_bytes
