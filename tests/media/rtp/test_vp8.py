from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.vp8 import (
    Vp8Descriptor,
    is_keyframe_start,
    without_picture_numbers,
)


@pytest.mark.parametrize(
    ("payload", "size", "picture_id", "tl0picidx"),
    [
        ("1000", 1, None, None),
        ("908000" + "00", 3, 0, None),
        ("90807f" + "00", 3, 127, None),
        ("9080ffff" + "00", 4, 32767, None),
        ("90c0812c05" + "00", 5, 300, 5),
        ("90e0812c0540" + "00", 6, 300, 5),
        ("90f0812c0541" + "00", 6, 300, 5),
        ("902040" + "00", 3, None, None),
        ("904009" + "00", 3, None, 9),
    ],
)
def test_descriptors_are_read(
    payload: str, size: int, picture_id: int | None, tl0picidx: int | None
) -> None:
    descriptor = Vp8Descriptor(bytes.fromhex(payload))
    assert descriptor.size_bytes == size
    assert descriptor.picture_id == picture_id
    assert descriptor.tl0picidx == tl0picidx


@pytest.mark.parametrize(
    ("payload", "is_key"),
    [
        ("1000", True),
        ("1001", False),
        ("0000", False),
        ("1100", False),
        ("90c0812c0500", True),
        ("90c0812c0501", False),
        ("90c0812c05", False),
        ("90", False),
        ("10", False),
        ("", False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_keyframes_begin_with_partition_0_and_a_clear_p_bit(
    payload: str, is_key: bool
) -> None:
    assert is_keyframe_start(bytes.fromhex(payload)) is is_key


@given(st.binary(max_size=12))
def test_any_bytes_give_a_descriptor_or_value_error(payload: bytes) -> None:
    is_keyframe_start(payload)
    with contextlib.suppress(ValueError):
        Vp8Descriptor(payload)


@pytest.mark.parametrize(
    ("payload", "stripped"),
    [
        ("90802b01aabb", "1001aabb"),  # 7-bit picture id
        ("90c081230701aabb", "1001aabb"),  # 15-bit picture id, TL0PICIDX
        ("b0e08123074001aabb", "3001aabb"),  # and TID; non-reference
        ("80f081230740aabb", "00aabb"),  # the middle of a picture
        ("1001aabb", "1001aabb"),  # nothing to leave out
    ],
)
def test_descriptor_is_cut_to_what_begins_a_picture(
    payload: str, stripped: str
) -> None:
    assert without_picture_numbers(bytes.fromhex(payload)).hex() == stripped


@pytest.mark.parametrize("payload", ["90", "9080", "90c0812307"])
def test_a_descriptor_without_a_picture_is_refused(payload: str) -> None:
    with pytest.raises(ValueError, match="cut off"):
        without_picture_numbers(bytes.fromhex(payload))
