from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.rtcp import (
    FullIntraRequest,
    Goodbye,
    MalformedRtcpError,
    Nack,
    PictureLossIndication,
    ReceiverEstimate,
    ReceiverReport,
    ReportBlock,
    RtcpPacket,
    SenderReport,
    SourceDescription,
)
from media.rtp.rtcp_codec import build_rtcp, parse_rtcp

u32 = st.integers(0, 2**32 - 1)
blocks = st.lists(
    st.builds(
        ReportBlock,
        u32,
        st.integers(0, 255),
        st.integers(-(2**23), 2**23 - 1),
        u32,
        u32,
        u32,
        u32,
    ),
    max_size=31,
).map(tuple)
ssrcs = st.lists(u32, max_size=31).map(tuple)
packets = st.one_of(
    st.builds(SenderReport, u32, st.integers(0, 2**64 - 1), u32, u32, u32, blocks),
    st.builds(ReceiverReport, u32, blocks),
    st.builds(
        SourceDescription,
        st.lists(st.tuples(u32, st.text(max_size=40)), max_size=31).map(tuple),
    ),
    st.builds(Goodbye, ssrcs),
    st.builds(PictureLossIndication, u32, u32),
    st.builds(FullIntraRequest, u32, ssrcs),
)


@given(st.lists(packets, min_size=1, max_size=5))
def test_compound_packets_are_read_as_they_were_built(given_: list[RtcpPacket]) -> None:
    assert parse_rtcp(build_rtcp(given_)) == given_


@given(start=st.integers(0, 65535), gaps=st.lists(st.integers(1, 40), max_size=60))
def test_nacks_carry_every_number_also_over_the_wrap(
    start: int, gaps: list[int]
) -> None:
    seqnos = [start]
    for gap in gaps:
        seqnos.append((seqnos[-1] + gap) & 0xFFFF)
    (nack,) = parse_rtcp(build_rtcp((Nack(1, 2, tuple(seqnos)),)))
    assert nack == Nack(1, 2, tuple(seqnos))


@pytest.mark.parametrize("bitrate_bps", [0, 150_000, 262_143, 262_144, 4_000_000])
def test_estimates_keep_18_bits_of_precision(bitrate_bps: int) -> None:
    built = build_rtcp((ReceiverEstimate(1, bitrate_bps, (7, 8)),))
    (estimate,) = parse_rtcp(built)
    assert isinstance(estimate, ReceiverEstimate)
    assert estimate.media_ssrcs == (7, 8)
    assert abs(estimate.bitrate_bps - bitrate_bps) <= bitrate_bps / 2**17


def test_known_bytes_of_each_feedback() -> None:
    built = build_rtcp((PictureLossIndication(1, 2), Nack(1, 2, (10, 11, 26))))
    assert (
        built.hex() == "81ce00020000000100000002" + "81cd00030000000100000002000a8001"
    )


def test_types_without_use_are_skipped() -> None:
    app = bytes.fromhex("80cc00020000000161626364")
    transport_cc = bytes.fromhex("8fcd0003000000010000000200000000")
    other_feedback = bytes.fromhex("8fce0003000000010000000258585858")
    pli = build_rtcp((PictureLossIndication(1, 2),))
    assert parse_rtcp(app + transport_cc + other_feedback + pli) == [
        PictureLossIndication(1, 2)
    ]


def test_padding_of_the_last_packet_is_taken_off() -> None:
    assert parse_rtcp(bytes.fromhex("a1cb0002" + "00000007" + "00000004")) == [
        Goodbye((7,))
    ]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "80c9",
        "00c9000100000001",
        "80c9000200000001",
        "81c9000100000001",
        "80c8000100000001",
        "81ca000100000001",
        "81ca00020000000101ff6161",
        "82cb000100000001",
        "81cd000100000001",
        "81ce000100000001",
        "84ce0003000000010000000200000003",
        "8fce00030000000100000002" + "52454d42",
        "8fce0004000000010000000052454d42ff000000",
        "a0c9000100000000",
        "a0c90001000000ff",
        "80c9000100000001ff",
    ],
)
def test_malformed_packets_are_refused(data: str) -> None:
    with pytest.raises(MalformedRtcpError):
        parse_rtcp(bytes.fromhex(data))


@given(
    first=st.integers(0x80, 0xBF),
    packet_type=st.sampled_from([200, 201, 202, 203, 204, 205, 206, 207]),
    body=st.binary(max_size=80),
)
def test_any_body_gives_packets_or_the_documented_error(
    first: int, packet_type: int, body: bytes
) -> None:
    body = body[: len(body) // 4 * 4]
    head = bytes((first, packet_type)) + (len(body) // 4).to_bytes(2, "big")
    for data in (head + body, body):
        with contextlib.suppress(MalformedRtcpError):
            parse_rtcp(data)
