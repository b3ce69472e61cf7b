"""H.264 payloads (RFC 6184): where does a keyframe begin?"""

from __future__ import annotations

IDR, SPS, STAP_A, FU_A = 5, 7, 24, 28

NO_START, BARE_START, FULL_START = 0, 1, 2
"""Not the start of a keyframe; an IDR slice; parameter sets (with or before one)."""


def keyframe_start(payload: bytes) -> int:
    """Tell whether the packet begins a keyframe.

    An SPS counts as FULL_START: encoders put it directly before the IDR slice, and a
    decoder that joins needs it. An IDR slice without one in the packet is BARE_START.
    """
    if not payload:
        return NO_START
    nal_type = payload[0] & 0x1F
    if nal_type == FU_A:
        if len(payload) < 2 or not payload[1] & 0x80:
            return NO_START
        nal_type = payload[1] & 0x1F
    elif nal_type == STAP_A:
        return _keyframe_start_in_stap(payload)
    return _rank(nal_type)


def _rank(nal_type: int) -> int:
    if nal_type == SPS:
        return FULL_START
    return BARE_START if nal_type == IDR else NO_START


def _keyframe_start_in_stap(payload: bytes) -> int:
    best = NO_START
    position = 1
    while position + 2 < len(payload):
        size = payload[position] << 8 | payload[position + 1]
        best = max(best, _rank(payload[position + 2] & 0x1F))
        position += 2 + size
    return best
