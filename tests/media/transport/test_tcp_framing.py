"""RFC 4571 framing, whatever way the stream is cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.transport.tcp_framing import MAX_FRAME_BYTES, Deframer, frame


@given(
    st.lists(st.binary(min_size=1, max_size=300), max_size=8),
    st.lists(st.integers(0, 2500), max_size=8),
)
def test_packets_come_out_as_they_went_in(
    packets: list[bytes], cuts: list[int]
) -> None:
    stream = b"".join(frame(packet) for packet in packets)
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    deframer = Deframer()
    got: list[bytes] = []
    for start, end in itertools.pairwise(places):
        got += deframer.feed(stream[start:end])
    assert got == packets


def test_the_largest_frame_passes_and_one_more_byte_does_not() -> None:
    largest = bytes(MAX_FRAME_BYTES)
    assert Deframer().feed(frame(largest)) == [largest]
    with pytest.raises(ValueError, match="2049 bytes"):
        Deframer().feed(frame(largest + b"x")[:2])


def test_an_empty_frame_is_no_packet() -> None:
    assert Deframer().feed(b"\0\0" + frame(b"a") + b"\0\0") == [b"a"]
