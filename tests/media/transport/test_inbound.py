"""What the gate lets through before any decryption."""

from __future__ import annotations

import struct

from media.sfu.ports import DeclaredTrack
from media.transport.inbound import (
    FEEDBACK_BPS,
    HEADROOM,
    MAX_STREAMS,
    MIN_BURST_BYTES,
    MIN_CHARGE_BYTES,
    InboundGate,
)

S = 1_000_000_000
DECLARED = DeclaredTrack("0", "video", {96: "vp8"}, ssrc=7, rtx_ssrc=8)
UNDECLARED = DeclaredTrack("0", "video", {96: "vp8"}, rtx_payload_types={97: 96})


def rtp(ssrc: int, payload_type: int = 96, size_bytes: int = 100) -> bytes:
    return struct.pack("!BBHII", 0x80, payload_type, 1, 1, ssrc) + bytes(
        size_bytes - 12
    )


def rtcp(ssrc: int) -> bytes:
    return struct.pack("!BBHI", 0x80, 201, 1, ssrc)


def admit_rtp(gate: InboundGate, packet: bytes) -> bool:
    """As for a packet that proves authentic."""
    admitted = gate.admits_rtp(packet, 0)
    if admitted:
        gate.learn(packet, is_rtcp=False)
    return admitted


def admit_rtcp(gate: InboundGate, data: bytes) -> bool:
    admitted = gate.admits_rtcp(data, 0)
    if admitted:
        gate.learn(data, is_rtcp=True)
    return admitted


def test_declared_ssrcs_pass_and_others_do_not() -> None:
    gate = InboundGate([DECLARED], 1_000_000)
    assert gate.admits_rtp(rtp(7), 0)
    assert gate.admits_rtp(rtp(8, 97), 0)
    assert not gate.admits_rtp(rtp(9), 0)
    assert not gate.admits_rtp(rtp(7)[:11], 0)
    assert gate.dropped == 2


def test_an_encoder_that_declares_no_ssrc_may_have_a_few() -> None:
    gate = InboundGate([UNDECLARED], 10_000_000)
    assert sum(admit_rtp(gate, rtp(ssrc)) for ssrc in range(1000)) == MAX_STREAMS
    assert gate.admits_rtp(rtp(0), 0)
    assert not InboundGate([UNDECLARED], 10_000_000).admits_rtp(rtp(1, 50), 0)


def test_rtcp_senders_are_counted_too() -> None:
    gate = InboundGate([], 1_000_000)
    assert sum(admit_rtcp(gate, rtcp(ssrc)) for ssrc in range(1000)) == MAX_STREAMS
    assert gate.admits_rtcp(rtcp(0), 0)
    assert not gate.admits_rtcp(rtcp(0)[:7], 0)
    assert not gate.admits_rtp(rtp(0), 0)


def test_a_flood_is_cut_to_the_allowed_rate() -> None:
    gate = InboundGate([DECLARED], max_bps=800_000)
    packet = rtp(7, size_bytes=1000)
    admitted = 0
    for millisecond in range(10_000):
        admitted += gate.admits_rtp(packet, millisecond * S // 1000)
    # 10 s of 800 kbit/s with the headroom of 1.5, and one burst.
    assert 1_400_000 < admitted * 1000 < 1_500_000 + MIN_BURST_BYTES + 10_000


def test_what_did_not_prove_authentic_takes_no_place() -> None:
    gate = InboundGate([UNDECLARED], 10_000_000)
    for ssrc in range(1000):
        gate.admits_rtp(rtp(ssrc), 0)
        gate.admits_rtcp(rtcp(ssrc), 0)
    assert admit_rtp(gate, rtp(5_000))
    assert admit_rtcp(gate, rtcp(5_000))


def test_small_packets_are_limited_by_their_number() -> None:
    gate = InboundGate([DECLARED], max_bps=4_000_000)
    packet = rtp(7, size_bytes=30)
    admitted = sum(
        gate.admits_rtp(packet, number * S // 25_000) for number in range(250_000)
    )
    rate_per_s = 4_000_000 * HEADROOM / 8 / MIN_CHARGE_BYTES
    assert admitted <= 10 * rate_per_s + MIN_BURST_BYTES / MIN_CHARGE_BYTES


def test_an_honest_camera_and_voice_are_never_cut() -> None:
    gate = InboundGate([DECLARED], max_bps=4_000_000)
    for second in range(20):
        for number in range(450):
            size_bytes = 120 if number % 9 == 0 else 1_200
            assert gate.admits_rtp(rtp(7, size_bytes=size_bytes), second * S)


def test_who_only_receives_sends_feedback_and_no_more() -> None:
    gate = InboundGate([], max_bps=4_000_000)
    admitted = sum(
        gate.admits_rtcp(rtcp(1), number * S // 1_000) for number in range(60_000)
    )
    rate_per_s = FEEDBACK_BPS * HEADROOM / 8 / MIN_CHARGE_BYTES
    assert 60 * rate_per_s < admitted < 61 * rate_per_s + 1_800
