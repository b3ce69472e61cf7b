"""Batches: runs for GSO, and where each packet stands."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from media.sfu.ports import OutPacket, header_key
from media.srtp.gcm import TAG_BYTES
from media.srtp.sealing import PACKET
from media.transport.batch import MAX_SEGMENTS, RUN, Batch, BatchKey, split_runs

KEY = BatchKey((("vp8", 96),), 3)
SIZES = st.lists(st.integers(0, 1300), max_size=200)


def packets(sizes: list[int], first: int = 100) -> list[OutPacket]:
    return [
        OutPacket(first + position, 9_000, False, bytes(size), "vp8", 7)
        for position, size in enumerate(sizes)
    ]


@given(SIZES, st.integers(1, 64))
def test_runs_keep_the_order_and_the_rules_of_gso(
    sizes: list[int], max_segments: int
) -> None:
    batch = packets(sizes)
    runs = split_runs(batch, max_segments)
    assert [packet for run in runs for packet in run] == batch
    for run in runs:
        lengths = [len(packet.payload) for packet in run]
        assert len(run) <= max_segments
        assert all(length == lengths[0] for length in lengths[:-1])
        assert lengths[-1] <= lengths[0]
        assert sum(lengths) + 28 * len(run) < 65_536


def test_a_frame_of_equal_packets_is_one_run() -> None:
    assert len(Batch(packets([1000] * 5 + [300]), KEY, MAX_SEGMENTS).runs) == 1
    assert len(Batch(packets([1000] * 6), KEY, 1).runs) == 6


def test_a_codec_that_was_not_negotiated_makes_an_empty_batch() -> None:
    batch = Batch(packets([10]), BatchKey((("h264", 102),), 3), MAX_SEGMENTS)
    assert (batch.packets, batch.runs, batch.plain) == ((), [], b"")


@given(SIZES, st.sampled_from([96, header_key(96, 3), header_key(96, 3, 4, 200)]))
def test_packets_stand_one_behind_the_other_with_room_for_their_tags(
    sizes: list[int], key: int
) -> None:
    out = packets(sizes)
    batch = Batch(out, BatchKey((("vp8", key),), 3), MAX_SEGMENTS)
    end = 0
    for packet, place in zip(out, PACKET.iter_unpack(batch.places), strict=True):
        ext_seqno, start, header_bytes, payload_bytes = place
        assert (ext_seqno, start) == (packet.ext_seqno, end)
        body, end = start + header_bytes, start + header_bytes + payload_bytes
        assert batch.plain[start:body] == packet.header(key)
        assert batch.plain[body:end] == packet.payload
        end += TAG_BYTES
    assert end == len(batch.plain)


@given(SIZES)
def test_runs_cover_the_batch_and_tell_the_size_of_their_segments(
    sizes: list[int],
) -> None:
    batch = Batch(packets(sizes), KEY, MAX_SEGMENTS)
    places = list(RUN.iter_unpack(batch.run_places))
    sealed_bytes = 12 + TAG_BYTES
    for run, (_, size_bytes, segment_bytes) in zip(batch.runs, places, strict=True):
        first = len(run[0].payload) + sealed_bytes
        assert segment_bytes == (first if len(run) > 1 else 0)
        assert size_bytes == sum(len(one.payload) + sealed_bytes for one in run)
    ends = [start + size for start, size, _ in places]
    assert [start for start, _, _ in places[1:]] == ends[:-1]
    assert ends[-1:] == ([len(batch.plain)] if sizes else [])
    assert all(before < after for before, after in pairwise(ends))
