"""Redundant audio, read by a parser of its own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.rtp.red import MAX_BLOCK_BYTES, MAX_OFFSET_TICKS, build_red

PAYLOAD_TYPE = 111


def read(data: bytes, timestamp: int) -> list[tuple[int, int, bytes]]:
    """Payload type, timestamp and payload of each block (RFC 2198, section 3)."""
    heads = []
    position = 0
    while data[position] & 0x80:
        word = int.from_bytes(data[position : position + 4], "big")
        heads.append((word >> 24 & 0x7F, word >> 10 & 0x3FFF, word & 0x3FF))
        position += 4
    last_type = data[position]
    position += 1
    blocks = []
    for payload_type, offset, size in heads:
        block = data[position : position + size]
        blocks.append((payload_type, (timestamp - offset) & 0xFFFFFFFF, block))
        position += size
    return [*blocks, (last_type, timestamp, data[position:])]


def test_the_packet_before_comes_once_more() -> None:
    built = build_red(PAYLOAD_TYPE, 1960, b"new", 1000, b"older")
    assert built == bytes.fromhex("ef0f0005 6f") + b"oldernew"


@given(
    timestamp=st.integers(0, 2**32 - 1),
    offset=st.integers(-100_000, 100_000),
    payload=st.binary(min_size=1, max_size=1200),
    older=st.binary(max_size=1200),
)
def test_blocks_are_read_as_they_were_packed(
    timestamp: int, offset: int, payload: bytes, older: bytes
) -> None:
    older_timestamp = (timestamp - offset) & 0xFFFFFFFF
    built = build_red(PAYLOAD_TYPE, timestamp, payload, older_timestamp, older)
    expected = [(PAYLOAD_TYPE, timestamp, payload)]
    if 0 < offset <= MAX_OFFSET_TICKS and 0 < len(older) <= MAX_BLOCK_BYTES:
        expected.insert(0, (PAYLOAD_TYPE, older_timestamp, older))
    assert read(built, timestamp) == expected


def test_a_packet_without_sound_stays_so() -> None:
    assert build_red(PAYLOAD_TYPE, 960, b"", 0, b"older") == b""
