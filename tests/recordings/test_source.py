"""Reordering, reassembly and hostile payloads."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.protocol import Codec
from media.rtp.packet import RtpPacket, build_rtp
from recordings.assembler import AccessUnit, Assembler
from recordings.errors import BadBitstream
from recordings.h264 import parse_sps
from recordings.reorder import MAX_WAIT_US, OrderedPacket, ReorderBuffer
from recordings.source import RtpSource
from tests.recordings.streams import (
    H264_PT,
    STREAMS,
    VP8_PT,
    Slot,
    picture_encoder,
    video,
)

TYPES: dict[int, Codec] = {H264_PT: "h264", VP8_PT: "vp8"}


def packet(seqno: int) -> RtpPacket:
    return RtpPacket(build_rtp(111, seqno, 0, 1, b"x"))


def seqnos(items: list[OrderedPacket]) -> list[tuple[int, int]]:
    return [(item.packet.seqno, item.lost_before) for item in items]


def test_packets_come_out_in_order_over_the_wrap() -> None:
    buffer = ReorderBuffer()
    assert seqnos(buffer.push(packet(65534), 0)) == [(65534, 0)]
    assert buffer.push(packet(0), 1) == []
    assert seqnos(buffer.push(packet(65535), 2)) == [(65535, 0), (0, 0)]
    assert buffer.push(packet(65535), 3) == []


def test_gap_is_given_up_after_the_wait_and_counted() -> None:
    buffer = ReorderBuffer()
    buffer.push(packet(1), 0)
    buffer.push(packet(4), 1000)
    assert buffer.poll(MAX_WAIT_US) == []
    assert seqnos(buffer.poll(1000 + MAX_WAIT_US)) == [(4, 2)]
    assert buffer.lost_packets == 2
    assert buffer.push(packet(2), 999_999) == []


def assemble(codec: Codec, without: set[int]) -> list[AccessUnit]:
    assembler = Assembler(TYPES)
    units: list[AccessUnit] = []
    lost = 0
    for number, one in enumerate(
        video(Slot(1, 90_000), codec, 0, 1000, key_interval_ms=400, size=(640, 360))
    ):
        if number in without:
            lost += 1
            continue
        units += assembler.push(OrderedPacket(RtpPacket(one.data), 0, lost))
        lost = 0
    return units


@pytest.mark.parametrize("codec", ["h264", "vp8"])
def test_whole_stream_gives_every_unit(codec: Codec) -> None:
    units = assemble(codec, set())
    assert len(units) == 25
    assert [number for number, unit in enumerate(units) if unit.is_key] == [0, 10, 20]


@pytest.mark.parametrize("codec", ["h264", "vp8"])
def test_after_any_loss_the_first_unit_is_a_keyframe(codec: Codec) -> None:
    for lost in range(1, 40):
        units = assemble(codec, {lost})
        times = [unit.rtp_timestamp for unit in units]
        for before, unit in zip(times, units[1:], strict=False):
            is_next = (unit.rtp_timestamp - before) & 0xFFFFFFFF == 3600
            assert is_next or unit.is_key


@given(
    st.lists(
        st.tuples(
            st.sampled_from([H264_PT, VP8_PT]), st.binary(max_size=40), st.booleans()
        )
    )
)
@settings(max_examples=300, deadline=None)
def test_no_payload_breaks_the_assembler(
    packets: list[tuple[int, bytes, bool]],
) -> None:
    assembler = Assembler(TYPES)
    for number, (kind, payload, marker) in enumerate(packets):
        data = build_rtp(kind, number, number // 3, 1, payload, marker=marker)
        assembler.push(OrderedPacket(RtpPacket(data), 0, 0))


@given(st.binary(max_size=80))
@settings(max_examples=300, deadline=None)
def test_no_datagram_breaks_the_source(data: bytes) -> None:
    RtpSource(STREAMS, 0).on_datagram(data, 0)


@given(st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_parameter_set_breaks_the_parser(data: bytes) -> None:
    try:
        parse_sps(b"\x67" + data)
    except BadBitstream:
        return


@pytest.mark.parametrize(
    ("options", "is_plain"),
    [
        ({"profile": "baseline"}, True),
        ({"profile": "main"}, True),
        ({"profile": "high", "tune": "film", "preset": "medium"}, False),
    ],
)
def test_parameter_sets_tell_what_may_be_copied(
    options: dict[str, str], is_plain: bool
) -> None:
    context = picture_encoder("h264", 642, 362, {**options, "x264-params": "annexb=1"})
    context.flags |= 1 << 22
    context.open()
    assert context.extradata is not None
    sps = bytes(context.extradata).split(b"\0\0\0\1")[1]
    found = parse_sps(sps)
    assert (found.width, found.height) == (642, 362)
    assert found.is_plain is is_plain
