"""Packets on a byte stream: each behind its length in 16 bits (RFC 4571, section 2)."""

from __future__ import annotations

MAX_FRAME_BYTES = 2048
"""As much as the UDP side reads; browsers send at most about 1,200."""

_LENGTH_BYTES = 2


def frame(packet: bytes) -> bytes:
    """Put the length before a packet of at most 65,535 bytes."""
    return len(packet).to_bytes(_LENGTH_BYTES, "big") + packet


class Deframer:
    """Cuts one direction of a stream into packets; holds at most one unfinished one."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Give the packets that `data` completes; empty frames are left out.

        Raises ValueError at a frame above MAX_FRAME_BYTES: the stream is useless then.
        """
        stream = self._rest + data if self._rest else data
        packets: list[bytes] = []
        position, end = 0, len(stream)
        while position + _LENGTH_BYTES <= end:
            size = stream[position] << 8 | stream[position + 1]
            if size > MAX_FRAME_BYTES:
                raise ValueError(f"a frame of {size} bytes")
            start = position + _LENGTH_BYTES
            if start + size > end:
                break
            if size:
                packets.append(stream[start : start + size])
            position = start + size
        self._rest = stream[position:]
        return packets
