from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.seqno import SeqnoUnwrapper, extend_seqno, seqno_diff


@pytest.mark.parametrize(
    ("newer", "older", "difference"),
    [(5, 3, 2), (3, 5, -2), (0, 65535, 1), (65535, 0, -1), (0x8000, 0, -0x8000)],
)
def test_difference_wraps(newer: int, older: int, difference: int) -> None:
    assert seqno_diff(newer, older) == difference


@given(near=st.integers(70_000, 2**40), distance=st.integers(-0x7FFF, 0x7FFF))
def test_low_bits_are_extended_to_the_nearest_number(near: int, distance: int) -> None:
    assert extend_seqno((near + distance) & 0xFFFF, near) == near + distance


def test_numbers_count_on_over_three_wraps_with_reordering() -> None:
    unwrapper = SeqnoUnwrapper()
    start = 65_400
    order = list(range(start, start + 200_000))
    for index in range(0, len(order) - 100, 100):
        order[index], order[index + 99] = order[index + 99], order[index]
    order.remove(start)
    order.insert(0, start)
    got = [unwrapper.unwrap(number & 0xFFFF) for number in order]
    assert got == [0x10000 + number for number in order]


def test_packet_from_before_the_first_stays_positive() -> None:
    unwrapper = SeqnoUnwrapper()
    unwrapper.unwrap(0)
    assert unwrapper.unwrap(65_535) == 65_535


def test_single_packet_far_off_is_left_out() -> None:
    unwrapper = SeqnoUnwrapper()
    unwrapper.unwrap(1000)
    assert unwrapper.unwrap(20_000) is None
    assert unwrapper.unwrap(1001) == 0x10000 + 1001


@pytest.mark.parametrize("restart", [20_000, 40_000, 60_000])
def test_restarted_sender_goes_on_in_a_later_cycle(restart: int) -> None:
    unwrapper = SeqnoUnwrapper()
    unwrapper.unwrap(30_000)
    before = unwrapper.highest
    assert unwrapper.unwrap(restart) is None
    resumed = unwrapper.unwrap(restart + 1)
    assert resumed is not None
    assert resumed - before > 0x10000 - 3000
    assert resumed & 0xFFFF == restart + 1
    assert unwrapper.unwrap(restart + 2) == resumed + 1
