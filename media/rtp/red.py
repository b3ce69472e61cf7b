"""Redundant audio (RFC 2198): each packet carries the one before it once more."""

from __future__ import annotations

MAX_OFFSET_TICKS = (1 << 14) - 1
MAX_BLOCK_BYTES = (1 << 10) - 1


def build_red(
    payload_type: int,
    timestamp: int,
    payload: bytes,
    older_timestamp: int,
    older_payload: bytes,
) -> bytes:
    """Pack a packet's payload and that of an older one, both of one payload type.

    The older block is left out when it is empty, 1 KiB or more, or not within 16,383
    ticks before the packet (section 3: 10 bits of length, 14 of time). An empty
    payload stays empty: there is nothing to play.
    """
    if not payload:
        return b""
    offset = (timestamp - older_timestamp) & 0xFFFFFFFF
    main = bytes((payload_type,)) + payload
    if not 0 < offset <= MAX_OFFSET_TICKS:
        return main
    if not 0 < len(older_payload) <= MAX_BLOCK_BYTES:
        return main
    word = (0x80 | payload_type) << 24 | offset << 10 | len(older_payload)
    return word.to_bytes(4, "big") + main[:1] + older_payload + payload
