from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.packet import MalformedRtpError, RtpPacket, build_rtp

HEADER = bytes.fromhex("80600001000000020000002a")


def test_fixed_header_is_read() -> None:
    packet = RtpPacket(bytes.fromhex("80e0ffff01020304deadbeef") + b"abc")
    assert packet.marker
    assert (packet.payload_type, packet.seqno) == (96, 65535)
    assert (packet.timestamp, packet.ssrc) == (0x01020304, 0xDEADBEEF)
    assert packet.payload == b"abc"


def test_contributing_sources_are_skipped() -> None:
    packet = RtpPacket(b"\x82" + HEADER[1:] + bytes(8) + b"abc")
    assert packet.payload == b"abc"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "at least 12"),
        (HEADER[:11], "at least 12"),
        (b"\x40" + HEADER[1:], "version"),
        (b"\x8f" + HEADER[1:], "longer"),
        (b"\x90" + HEADER[1:], "extension header"),
        (b"\x90" + HEADER[1:] + b"\xbe\xde\x00\x01", "extension is cut"),
        (b"\xa0" + HEADER[1:] + b"abc\x00", "zero"),
        (b"\xa0" + HEADER[1:] + b"abc\x05", "longer"),
    ],
)
def test_malformed_packets_are_refused_with_a_reason(
    data: bytes, sentence: str
) -> None:
    with pytest.raises(MalformedRtpError, match=sentence):
        RtpPacket(data)


def test_padding_alone_leaves_an_empty_payload() -> None:
    assert RtpPacket(b"\xa0" + HEADER[1:] + b"\x00\x00\x03").payload == b""


def with_extension(profile: int, block: bytes) -> RtpPacket:
    block += bytes(-len(block) % 4)
    head = profile.to_bytes(2, "big") + (len(block) // 4).to_bytes(2, "big")
    return RtpPacket(b"\x90" + HEADER[1:] + head + block + b"abc")


def test_one_byte_elements_are_found_behind_padding() -> None:
    packet = with_extension(0xBEDE, b"\x10\xaa\x00\x00\x21\xbb\xcc")
    assert packet.extension(1) == b"\xaa"
    assert packet.extension(2) == b"\xbb\xcc"
    assert packet.extension(3) is None
    assert packet.payload == b"abc"


def test_id_15_ends_one_byte_elements() -> None:
    packet = with_extension(0xBEDE, b"\x10\xaa\xf0\x00\x20\xbb")
    assert packet.extension(1) == b"\xaa"
    assert packet.extension(2) is None
    assert packet.extension(15) is None


def test_id_0_with_a_length_ends_one_byte_elements() -> None:
    assert with_extension(0xBEDE, b"\x03\x00\x20\xbb").extension(2) is None


def test_two_byte_elements_may_be_empty() -> None:
    packet = with_extension(0x1005, b"\x01\x00\x00\x02\x03abc")
    assert packet.extension(1) == b""
    assert packet.extension(2) == b"abc"


@pytest.mark.parametrize("profile", [0xBEDE, 0x1000])
def test_element_that_is_cut_off_is_malformed(profile: int) -> None:
    block = b"\x3f\xff\xff\xff" if profile == 0xBEDE else b"\x03\x09\x00\x00"
    with pytest.raises(MalformedRtpError):
        with_extension(profile, block).extension(3)


def test_other_profiles_have_no_elements() -> None:
    assert with_extension(0x1234, b"\x10\xaa\x00\x00").extension(1) is None


@given(
    payload_type=st.integers(0, 127),
    seqno=st.integers(0, 65535),
    timestamp=st.integers(0, 2**32 - 1),
    ssrc=st.integers(0, 2**32 - 1),
    payload=st.binary(max_size=60),
    marker=st.booleans(),
    extensions=st.dictionaries(
        st.integers(1, 14), st.binary(min_size=1, max_size=16), max_size=5
    ),
)
def test_what_is_built_is_read_again(
    payload_type: int,
    seqno: int,
    timestamp: int,
    ssrc: int,
    payload: bytes,
    marker: bool,
    extensions: dict[int, bytes],
) -> None:
    packet = RtpPacket(
        build_rtp(
            payload_type,
            seqno,
            timestamp,
            ssrc,
            payload,
            marker=marker,
            extensions=extensions,
        )
    )
    assert (packet.payload_type, packet.seqno) == (payload_type, seqno)
    assert (packet.timestamp, packet.ssrc) == (timestamp, ssrc)
    assert (packet.payload, packet.marker) == (payload, marker)
    for extension_id in range(1, 15):
        assert packet.extension(extension_id) == extensions.get(extension_id)


@given(data=st.binary(max_size=80))
def test_any_bytes_give_a_packet_or_the_documented_error(data: bytes) -> None:
    for first in (b"", b"\x90", b"\xb1"):
        try:
            packet = RtpPacket(first + data[1:])
            for extension_id in range(1, 16):
                packet.extension(extension_id)
        except MalformedRtpError:
            pass


@given(block=st.binary(max_size=24), profile=st.sampled_from([0xBEDE, 0x1000, 0x100F]))
def test_any_extension_block_is_survived(block: bytes, profile: int) -> None:
    packet = with_extension(profile, block)
    for extension_id in range(1, 16):
        with contextlib.suppress(MalformedRtpError):
            packet.extension(extension_id)
