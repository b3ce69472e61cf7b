"""Sealing: the packets of a batch as one viewer gets them (AEAD_AES_128_GCM).

`media/native/seal.c` is the same in C; tests hold both against libsrtp.
"""

from __future__ import annotations

import struct

from media.srtp.gcm import NONCE_BYTES, TAG_BYTES, GcmKey, packet_iv

PACKET = struct.Struct("=qIHH")
"""Number without wraps, where its header stands, bytes of header and payload."""

_NUMBERS = struct.Struct(">HII")
_NUMBERS_AT = 2


class SealedCopy:
    """Where a batch stands sealed, for one viewer after the other.

    `plain` has each packet's header, payload and room for its tag, as `places` tells (a
    PACKET for each); `memory` gets the same layout.
    """

    __slots__ = ("_has_own_numbers", "_memory", "_packets", "_places", "_plain")

    def __init__(self, plain: bytes, places: bytes, memory: memoryview) -> None:
        self._plain = plain
        self._memory = memory
        self._places = tuple(PACKET.iter_unpack(places))
        self._has_own_numbers = False
        self._packets: list[tuple[int, int, bytes, memoryview, memoryview]] = []
        memory[: len(plain)] = plain
        for ext_seqno, start, header_bytes, payload_bytes in self._places:
            body = start + header_bytes
            end = body + payload_bytes
            *_, ssrc = _NUMBERS.unpack_from(plain, start + _NUMBERS_AT)
            header, target = memory[start:body], memory[body : end + TAG_BYTES]
            one = ext_seqno, packet_iv(ssrc, 0), plain[body:end], header, target
            self._packets.append(one)

    def seal(self, key: GcmKey, index_offset: int, timestamp_offset: int) -> bool:
        """Write the packets, encrypted, with a viewer's own numbers.

        A packet's index is its number plus `index_offset`. False when that is negative:
        it is from before the viewer's start.
        """
        own_numbers = index_offset & 0xFFFF != 0 or timestamp_offset != 0
        if own_numbers or self._has_own_numbers:
            self._write_numbers(index_offset, timestamp_offset)
            self._has_own_numbers = own_numbers
        salt, encrypt_into = key.salt, key.encrypt_into
        for ext_seqno, iv, payload, header, target in self._packets:
            index = ext_seqno + index_offset
            if index < 0:
                return False
            nonce = (salt ^ (iv | index)).to_bytes(NONCE_BYTES, "big")
            encrypt_into(nonce, payload, header, target)
        return True

    def _write_numbers(self, index_offset: int, timestamp_offset: int) -> None:
        for ext_seqno, start, _, _ in self._places:
            at = start + _NUMBERS_AT
            _, timestamp, ssrc = _NUMBERS.unpack_from(self._plain, at)
            seqno = (ext_seqno + index_offset) & 0xFFFF
            timestamp = (timestamp + timestamp_offset) & 0xFFFFFFFF
            _NUMBERS.pack_into(self._memory, at, seqno, timestamp, ssrc)
