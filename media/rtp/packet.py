"""RTP packets (RFC 3550, 5.1) with header extensions (RFC 8285)."""

from __future__ import annotations

import copy
import struct

_FIXED = struct.Struct(">BBHII")
_EXTENSION = struct.Struct(">HH")

ONE_BYTE_PROFILE = 0xBEDE
TWO_BYTE_PROFILE = 0x1000
"""Its low four bits are free for the application."""


class MalformedRtpError(ValueError):
    """The bytes are no RTP packet; the text says why."""


class RtpPacket:
    """A received RTP packet, parsed once.

    `payload` is without padding, so a packet of padding alone has an empty one.
    Raises MalformedRtpError.
    """

    __slots__ = (
        "extension_data",
        "extension_profile",
        "is_layer_sync",
        "marker",
        "payload",
        "payload_type",
        "seqno",
        "ssrc",
        "temporal_id",
        "timestamp",
    )

    def __init__(self, data: bytes) -> None:
        size = len(data)
        if size < 12:
            raise MalformedRtpError("An RTP header has at least 12 bytes.")
        first, second, self.seqno, self.timestamp, self.ssrc = _FIXED.unpack_from(data)
        if first & 0xC0 != 0x80:
            raise MalformedRtpError("The RTP version is not 2.")
        self.payload_type = second & 0x7F
        self.marker = second >= 0x80
        start = 12 + 4 * (first & 0x0F)
        self.temporal_id = 0
        self.is_layer_sync = True
        # Both are told by the payload of some codecs, and set by who knows the codec.
        self.extension_profile = 0
        self.extension_data = b""
        if first & 0x10:
            start = self._take_extension(data, start)
        end = size
        if first & 0x20:
            padding = data[-1]
            if padding == 0:
                raise MalformedRtpError("The padding count is zero.")
            end -= padding
        if start > end:
            raise MalformedRtpError("Header and padding are longer than the packet.")
        self.payload = data[start:end]

    def _take_extension(self, data: bytes, start: int) -> int:
        if len(data) < start + 4:
            raise MalformedRtpError("The extension header is cut off.")
        self.extension_profile, words = _EXTENSION.unpack_from(data, start)
        end: int = start + 4 + 4 * words
        if len(data) < end:
            raise MalformedRtpError("The header extension is cut off.")
        self.extension_data = data[start + 4 : end]
        return end

    def without_payload(self) -> RtpPacket:
        """Give a copy that only fills a sequence number."""
        empty = copy.copy(self)
        empty.payload = b""
        return empty

    def extension(self, extension_id: int) -> bytes | None:
        """Give the value of one extension element. Raises MalformedRtpError."""
        if self.extension_profile == ONE_BYTE_PROFILE:
            return _find_one_byte(self.extension_data, extension_id)
        if self.extension_profile & 0xFFF0 == TWO_BYTE_PROFILE:
            return _find_two_byte(self.extension_data, extension_id)
        return None


def _find_one_byte(data: bytes, extension_id: int) -> bytes | None:
    position = 0
    while position < len(data):
        head = data[position]
        position += 1
        if head >> 4 == 0:
            if head:
                # RFC 8285 4.2: id 0 with a length ends the block.
                return None
            continue
        if head >> 4 == 15:
            # RFC 8285 4.2: stop here, whatever follows.
            return None
        end = position + (head & 0x0F) + 1
        if end > len(data):
            raise MalformedRtpError("An extension element is cut off.")
        if head >> 4 == extension_id:
            return data[position:end]
        position = end
    return None


def _find_two_byte(data: bytes, extension_id: int) -> bytes | None:
    position = 0
    while position < len(data):
        if data[position] == 0:
            position += 1
            continue
        if position + 2 > len(data):
            raise MalformedRtpError("An extension element is cut off.")
        end = position + 2 + data[position + 1]
        if end > len(data):
            raise MalformedRtpError("An extension element is cut off.")
        if data[position] == extension_id:
            return data[position + 2 : end]
        position = end
    return None


def build_rtp(
    payload_type: int,
    seqno: int,
    timestamp: int,
    ssrc: int,
    payload: bytes,
    *,
    marker: bool = False,
    extensions: dict[int, bytes] | None = None,
) -> bytes:
    """Build a packet; extensions (1 to 16 bytes each) get the one-byte form."""
    head = _FIXED.pack(
        0x90 if extensions else 0x80,
        payload_type | (0x80 if marker else 0),
        seqno & 0xFFFF,
        timestamp & 0xFFFFFFFF,
        ssrc,
    )
    if not extensions:
        return head + payload
    block = b"".join(
        bytes((extension_id << 4 | len(value) - 1,)) + value
        for extension_id, value in extensions.items()
    )
    block += bytes(-len(block) % 4)
    return head + _EXTENSION.pack(ONE_BYTE_PROFILE, len(block) // 4) + block + payload
