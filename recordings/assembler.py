"""RTP payloads to access units: H.264 (RFC 6184), VP8 (RFC 7741), Opus (RFC 7587).

After a loss, video units are withheld until the next whole keyframe: a picture whose
reference is missing would be recorded broken, and some hardware decoders stop at it.
"""

from __future__ import annotations

from dataclasses import dataclass

from media.protocol import Codec
from media.rtp.vp8 import Vp8Descriptor
from recordings.h264 import NAL_IDR, NAL_SPS, nal_type
from recordings.reorder import OrderedPacket

_STAP_A, _FU_A = 24, 28
MAX_UNIT_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One coded picture or sound frame as it came."""

    codec: Codec
    rtp_timestamp: int
    arrival_us: int
    payloads: tuple[bytes, ...]
    """H.264: the NAL units. VP8, Opus: one payload."""
    is_key: bool


class Assembler:
    """Joins the packets of one slot; follows changes of codec by payload type."""

    def __init__(self, payload_types: dict[int, Codec]) -> None:
        self._payload_types = payload_types
        self._codec: Codec | None = None
        self._timestamp = -1
        self._arrival_us = 0
        self._nals: list[bytes] = []
        self._fragment: bytearray | None = None
        self._vp8 = bytearray()
        self._is_broken = False
        self._waits_for_key = True

    def push(self, item: OrderedPacket) -> list[AccessUnit]:
        """Take the next packet in order and give the units it completes."""
        packet = item.packet
        codec = self._payload_types.get(packet.payload_type)
        if codec is None:
            return []
        if codec == "opus":
            return self._opus(item)
        units: list[AccessUnit] = []
        if item.lost_before:
            self._is_broken = self._waits_for_key = True
        if codec != self._codec or packet.timestamp != self._timestamp:
            # The unit before has ended even if its marker was not seen.
            units += self._finish() if not item.lost_before else self._drop()
            self._begin(codec, packet.timestamp, item.arrival_us)
        if packet.payload:
            self._take(codec, packet.payload)
        if packet.marker:
            units += self._finish()
        return units

    def _opus(self, item: OrderedPacket) -> list[AccessUnit]:
        if not item.packet.payload:
            return []
        stamp = item.packet.timestamp
        payloads = (item.packet.payload,)
        return [AccessUnit("opus", stamp, item.arrival_us, payloads, True)]

    def _begin(self, codec: Codec, timestamp: int, arrival_us: int) -> None:
        if codec != self._codec:
            self._waits_for_key = True
        self._codec = codec
        self._timestamp = timestamp
        self._arrival_us = arrival_us
        self._is_broken = False

    def _drop(self) -> list[AccessUnit]:
        self._nals.clear()
        self._vp8.clear()
        self._fragment = None
        return []

    def _take(self, codec: Codec, payload: bytes) -> None:
        try:
            if codec == "h264":
                self._take_h264(payload)
            else:
                self._take_vp8(payload)
        except (ValueError, IndexError):
            self._is_broken = True

    def _take_h264(self, payload: bytes) -> None:
        kind = payload[0] & 0x1F
        if kind == _FU_A:
            self._take_fragment(payload)
        elif kind == _STAP_A:
            position = 1
            while position + 2 < len(payload):
                size = int.from_bytes(payload[position : position + 2], "big")
                self._add_nal(payload[position + 2 : position + 2 + size], size)
                position += 2 + size
        elif 1 <= kind <= 23:
            self._add_nal(payload, len(payload))
        else:
            raise ValueError(f"NAL unit type {kind} is not in packetization mode 1")

    def _take_fragment(self, payload: bytes) -> None:
        head = payload[1]
        if head & 0x80:
            self._fragment = bytearray([(payload[0] & 0xE0) | (head & 0x1F)])
        if self._fragment is None:
            raise ValueError("a fragment without its beginning")
        self._fragment += payload[2:]
        if len(self._fragment) > MAX_UNIT_BYTES:
            raise ValueError("a NAL unit without end")
        if head & 0x40:
            self._add_nal(bytes(self._fragment), len(self._fragment))
            self._fragment = None

    def _add_nal(self, nal: bytes, size: int) -> None:
        if not nal or len(nal) != size:
            raise ValueError("a NAL unit is cut short")
        self._nals.append(nal)

    def _take_vp8(self, payload: bytes) -> None:
        descriptor = Vp8Descriptor(payload)
        # The S bit and partition 0 (RFC 7741 4.2).
        if not self._vp8 and payload[0] & 0x17 != 0x10:
            raise ValueError("a picture without its beginning")
        self._vp8 += payload[descriptor.size_bytes :]
        if len(self._vp8) > MAX_UNIT_BYTES:
            raise ValueError("a picture without end")

    def _finish(self) -> list[AccessUnit]:
        """End the current unit; withhold it when it can not be decoded."""
        payloads = tuple(self._nals) if self._nals else (bytes(self._vp8),)
        is_cut = self._fragment is not None
        self._drop()
        if not payloads[0] and not is_cut:
            return []
        is_key = not is_cut and self._is_key(payloads)
        can_begin = is_key and self._has_parameters(payloads)
        if self._is_broken or is_cut or (self._waits_for_key and not can_begin):
            self._waits_for_key = True
            self._is_broken = False
            return []
        self._waits_for_key = False
        assert self._codec is not None
        unit = AccessUnit(
            self._codec, self._timestamp, self._arrival_us, payloads, is_key
        )
        return [unit]

    def _is_key(self, payloads: tuple[bytes, ...]) -> bool:
        if self._codec == "h264":
            return any(nal_type(nal) == NAL_IDR for nal in payloads)
        return not payloads[0][0] & 0x01  # RFC 6386 9.1: 0 is a key frame

    def _has_parameters(self, payloads: tuple[bytes, ...]) -> bool:
        """Say whether a decoder can begin here: H.264 needs its parameter sets."""
        if self._codec != "h264":
            return True
        return any(nal_type(nal) == NAL_SPS for nal in payloads)
