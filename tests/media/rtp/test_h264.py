from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.codecs import KeyframeDetector
from media.rtp.h264 import BARE_START, FULL_START, NO_START, keyframe_start

SPS, PPS, IDR, SLICE = b"\x67\x42", b"\x68\xce", b"\x65\x88", b"\x41\x9a"


def stap(*units: bytes) -> bytes:
    return b"\x78" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


@pytest.mark.parametrize(
    ("payload", "start"),
    [
        (SPS, FULL_START),
        (PPS, NO_START),
        (IDR, BARE_START),
        (SLICE, NO_START),
        (stap(SPS, PPS), FULL_START),
        (stap(SPS, PPS, IDR), FULL_START),
        (stap(PPS, IDR), BARE_START),
        (stap(PPS, SLICE), NO_START),
        (b"\x7c\x85\x00", BARE_START),
        (b"\x7c\x05\x00", NO_START),
        (b"\x7c\x81\x00", NO_START),
        (b"\x7c\x87\x00", FULL_START),
        (b"\x7c", NO_START),
        (b"\x78\x00", NO_START),
        (b"\x78\xff\xff\x67", FULL_START),
        (b"", NO_START),
    ],
)
def test_starts_are_told_apart(payload: bytes, start: int) -> None:
    assert keyframe_start(payload) == start


@given(st.binary(max_size=40))
def test_any_bytes_are_survived(payload: bytes) -> None:
    assert keyframe_start(payload) in (NO_START, BARE_START, FULL_START)


def test_keyframe_begins_once_with_its_parameter_sets() -> None:
    detector = KeyframeDetector()
    starts = [
        detector.is_start("h264", payload, 90_000)
        for payload in (SPS, PPS, IDR, b"\x7c\x85\x00")
    ]
    assert starts == [True, False, False, False]
    assert detector.is_start("h264", stap(SPS, PPS), 93_000)


def test_slice_alone_is_no_start_where_parameter_sets_are_sent() -> None:
    detector = KeyframeDetector()
    detector.is_start("h264", SPS, 1)
    assert not detector.is_start("h264", IDR, 2)


def test_slice_alone_is_a_start_where_none_were_ever_sent() -> None:
    detector = KeyframeDetector()
    assert detector.is_start("h264", IDR, 1)
    assert not detector.is_start("h264", IDR, 1)
    assert detector.is_start("h264", IDR, 2)


def test_sound_has_no_keyframes() -> None:
    assert not KeyframeDetector().is_start("opus", IDR, 1)
