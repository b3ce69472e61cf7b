"""What light sources write into their packets, so that receivers can judge them.

The worker forwards payloads without looking further than VP8's headers. So a packet
may tell which picture or sound it belongs to and when it left, whatever numbers the
worker gives it on the way; no clock but this machine's is involved.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from media.rtp.vp8 import Vp8Descriptor

PICTURES_PER_S = 25
SOUND_MS = 20
SOUND_TICKS = 960
PICTURE_TICKS = 3_600

PACKET_BYTES = 1_000
DELTA_PACKETS = 3
KEY_PACKETS = 15
"""About 610 kbit/s of pictures, a keyframe five times as large as others."""

SOUND_BYTES = 80
"""32 kbit/s of Opus."""

_SOUND = struct.Struct("!BI?q")
_PICTURE = struct.Struct("!IHHq")
_OPUS_TOC = 0x78
_KEY_HEAD = b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 640, 360)
_DELTA_HEAD = b"\x11\x00\x00".ljust(len(_KEY_HEAD), b"\0")


@dataclass(frozen=True, slots=True)
class SoundStamp:
    number: int
    carries_previous: bool
    """The packet has a coarse copy of the one before (Opus in-band FEC)."""
    sent_ns: int


@dataclass(frozen=True, slots=True)
class PictureStamp:
    number: int
    position: int
    packets: int
    sent_ns: int
    is_key: bool


def sound_payload(stamp: SoundStamp) -> bytes:
    head = _SOUND.pack(_OPUS_TOC, stamp.number, stamp.carries_previous, stamp.sent_ns)
    return head.ljust(SOUND_BYTES, b"\0")


def read_sound(payload: bytes) -> SoundStamp | None:
    """Give the stamp; None for silence the worker made or an empty packet."""
    if len(payload) < SOUND_BYTES:
        return None
    _, number, carries_previous, sent_ns = _SOUND.unpack_from(payload)
    return SoundStamp(number, carries_previous, sent_ns)


def picture_payload(stamp: PictureStamp) -> bytes:
    """Build a VP8 payload with a 15-bit picture id (RFC 7741, 4.2)."""
    is_first = stamp.position == 0
    descriptor = bytes((0x90 if is_first else 0x80, 0x80))
    descriptor += struct.pack("!H", 0x8000 | stamp.number & 0x7FFF)
    head = _KEY_HEAD if stamp.is_key else _DELTA_HEAD
    body = head + _PICTURE.pack(
        stamp.number, stamp.position, stamp.packets, stamp.sent_ns
    )
    return (descriptor + body).ljust(PACKET_BYTES, b"\0")


def read_picture(payload: bytes) -> PictureStamp | None:
    """Give the stamp; None for an empty packet. Raises ValueError, struct.error."""
    if not payload:
        return None
    at = Vp8Descriptor(payload).size_bytes
    is_key = payload[at : at + 1] == _KEY_HEAD[:1]
    number, position, packets, sent_ns = _PICTURE.unpack_from(
        payload, at + len(_KEY_HEAD)
    )
    return PictureStamp(number, position, packets, sent_ns, is_key)
