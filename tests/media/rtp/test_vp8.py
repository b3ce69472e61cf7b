from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.vp8 import PictureRenumberer, Vp8Descriptor, is_keyframe_start


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


def picture(picture_id: int, tl0picidx: int = 0) -> bytes:
    head = bytes((0x90, 0xC0, 0x80 | picture_id >> 8, picture_id & 0xFF, tl0picidx))
    return head + b"\x01body"


def numbers(payload: bytes) -> tuple[int | None, int | None]:
    descriptor = Vp8Descriptor(payload)
    return descriptor.picture_id, descriptor.tl0picidx


def test_first_source_is_left_untouched() -> None:
    renumberer = PictureRenumberer()
    payload = picture(77)
    assert renumberer.map(payload) is payload


def test_pictures_of_the_next_source_go_on_over_the_wrap() -> None:
    renumberer = PictureRenumberer()
    renumberer.map(picture(32_766, 254))
    renumberer.join()
    mapped = [renumberer.map(picture(5 + n, 9 + n)) for n in range(3)]
    assert [numbers(one) for one in mapped] == [(32_767, 255), (0, 0), (1, 1)]
    assert all(one[5:] == b"\x01body" for one in mapped)


def test_late_packet_does_not_pull_the_numbers_back() -> None:
    renumberer = PictureRenumberer()
    for picture_id in (100, 101, 99):
        renumberer.map(picture(picture_id))
    renumberer.join()
    assert numbers(renumberer.map(picture(7)))[0] == 102


def test_seven_bit_ids_stay_seven_bit() -> None:
    renumberer = PictureRenumberer()
    renumberer.map(picture(300))
    renumberer.join()
    mapped = renumberer.map(bytes.fromhex("90800501"))
    assert mapped[2] == 301 & 0x7F
    assert len(mapped) == 4


def test_source_without_ids_passes() -> None:
    renumberer = PictureRenumberer()
    renumberer.map(picture(300))
    renumberer.join()
    payload = bytes.fromhex("1001aabb")
    assert renumberer.map(payload) is payload
