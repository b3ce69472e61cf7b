"""When a viewer has its first whole key picture: VP8 (RFC 7741), H.264 (RFC 6184).

Own code on purpose: what measures a server should not share its bugs.
"""

from __future__ import annotations

from benchmarks.fanout.light_peer import H264_PT, VIDEO_PT

_SPS, _IDR, _STAP_A, _FU_A = 7, 5, 24, 28


class FirstPicture:
    """Takes decrypted RTP packets until one key picture is there from start to end."""

    def __init__(self) -> None:
        self.is_complete = False
        self._timestamp = -1
        self._first = 0
        self._last: int | None = None
        self._seen: set[int] = set()

    def take(self, packet: bytes) -> None:
        payload_type = packet[1] & 0x7F
        payload = _payload(packet)
        if payload_type not in (VIDEO_PT, H264_PT) or not payload:
            return
        seqno = int.from_bytes(packet[2:4], "big")
        timestamp = int.from_bytes(packet[4:8], "big")
        begins = _begins_vp8 if payload_type == VIDEO_PT else _begins_h264
        if timestamp != self._timestamp and begins(payload):
            self._timestamp, self._first, self._last = timestamp, seqno, None
            self._seen.clear()
        if timestamp != self._timestamp:
            return
        self._seen.add(seqno)
        if packet[1] & 0x80:
            self._last = seqno
        if self._last is not None:
            needed = (self._last - self._first & 0xFFFF) + 1
            self.is_complete = len(self._seen) >= needed


def _payload(packet: bytes) -> bytes:
    """Strip header, extension and padding (RFC 3550 section 5.1)."""
    begin = 12 + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        begin += 4 + 4 * int.from_bytes(packet[begin + 2 : begin + 4], "big")
    end = len(packet) - (packet[-1] if packet[0] & 0x20 else 0)
    return packet[begin:end]


def _begins_vp8(payload: bytes) -> bool:
    """Tell whether a VP8 payload is the start of a key picture."""
    if payload[0] & 0x17 != 0x10:  # S set, partition 0
        return False
    at = 1
    if payload[0] & 0x80 and len(payload) > 2:
        present = payload[1]
        at = 2
        if present & 0x80:
            at += 2 if payload[2] & 0x80 else 1
        at += bool(present & 0x40) + bool(present & 0x30)
    return len(payload) > at and not payload[at] & 1


def _begins_h264(payload: bytes) -> bool:
    """Tell whether an H.264 payload starts an access unit that can be decoded."""
    kind = payload[0] & 0x1F
    if kind == _STAP_A and len(payload) > 3:
        kind = payload[3] & 0x1F
    elif kind == _FU_A and len(payload) > 1 and payload[1] & 0x80:
        kind = payload[1] & 0x1F
    return kind in (_SPS, _IDR)
