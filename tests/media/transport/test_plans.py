"""Plan sets: runs for GSO, copies for several viewers, what nonces have in common."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.sfu.ports import OutPacket
from media.srtp.gcm import TAG_BYTES
from media.transport.mmsg import MAX_MESSAGES, MessageArray
from media.transport.plans import (
    GROUP_VIEWERS,
    MAX_SEGMENTS,
    STRADDLES,
    PlanKey,
    PlanSet,
    split_runs,
)

KEY = PlanKey((("vp8", 96),), 0, 3, 16)
WRAP = 65_536


def plan(
    batch: list[OutPacket], key: PlanKey = KEY, max_segments: int = MAX_SEGMENTS
) -> PlanSet:
    plans = PlanSet(batch, key, max_segments)
    plans.use(MessageArray(*plans.room))
    return plans


def packets(sizes: list[int], first: int = 100) -> list[OutPacket]:
    return [
        OutPacket(first + position, 9_000, False, bytes(size), "vp8", 7)
        for position, size in enumerate(sizes)
    ]


@given(st.lists(st.integers(0, 1300), max_size=200), st.integers(1, 64))
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
    assert len(plan(packets([1000] * 5 + [300])).runs) == 1
    assert len(plan(packets([1000] * 6), max_segments=1).runs) == 6


def test_a_codec_that_was_not_negotiated_makes_an_empty_plan() -> None:
    key = PlanKey((("h264", 102),), 0, 3, 16)
    plans = plan(packets([10]), key)
    assert plans.runs == []
    assert plans.add_copy() == ((), range(0))


@given(st.lists(st.integers(0, 1300), min_size=1, max_size=300), st.integers(1, 64))
def test_copies_lie_apart_and_fill_the_memory(
    sizes: list[int], max_segments: int
) -> None:
    plans = plan(packets(sizes), max_segments=max_segments)
    while plans.has_room:
        plans.add_copy()
    assert 1 <= len(plans.copies) <= GROUP_VIEWERS
    places = len(plans.copies) * len(plans.runs)
    assert len(plans.copies) == 1 or places <= MAX_MESSAGES
    targets = [job[3] for copy in plans.copies for job in copy[0]]
    for number, target in enumerate(targets):
        target[:] = bytes([number % 251 + 1]) * len(target)
    for number, target in enumerate(targets):
        assert bytes(target) == bytes([number % 251 + 1]) * len(target)
    assert [len(one) for one in targets] == len(plans.copies) * [
        size + TAG_BYTES for size in sizes
    ]
    names = [name for copy in plans.copies for name in copy[1]]
    assert len(set(names)) == places


def test_headers_stand_in_every_copy() -> None:
    batch = packets([10, 20])
    plans = plan(batch)
    plans.add_copy()
    plans.add_copy()
    memory = bytes(plans.messages.memory)
    for packet in batch:
        assert memory.count(packet.header(96)) == 2


@pytest.mark.parametrize(
    ("first", "high"),
    [(100, 7 << 32), (WRAP + 3, 7 << 32 | 1), (WRAP - 2, STRADDLES)],
)
def test_nonces_have_all_but_16_bits_in_common_unless_a_wrap_is_inside(
    first: int, high: int
) -> None:
    assert plan(packets([10] * 4, first)).iv_high == high


def test_a_packet_from_before_the_viewers_start_is_left_out() -> None:
    plans = plan(packets([10] * 4, WRAP - 2), KEY._replace(base_index=WRAP))
    assert [packet.ext_seqno for packet in plans.visible] == [WRAP, WRAP + 1]
    assert plans.iv_high == 7 << 32
