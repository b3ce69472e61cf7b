"""When a publisher is told of the arrival of its packets."""

from __future__ import annotations

import pytest

from media.rtp.packet import MalformedRtpError, RtpPacket, build_rtp
from media.sfu.ports import DeclaredTrack
from media.sfu.uplink_feedback import MAX_INTERVAL_NS, MIN_INTERVAL_NS, UplinkFeedback
from tests.media.rtp.test_transport_cc import read
from tests.media.sfu.room import Room

MS = 1_000_000
EXTENSION_ID = 4
RR_BYTES = 8


def numbered(seqno: int, size: int = 1200, ssrc: int = 9) -> bytes:
    extensions = {EXTENSION_ID: seqno.to_bytes(2, "big")}
    return build_rtp(96, seqno, 1, ssrc, bytes(size), extensions=extensions)


def feed(feedback: UplinkFeedback, data: bytes, arrival_ns: int) -> None:
    feedback.on_packet(RtpPacket(data), len(data), arrival_ns)


def test_a_picture_is_answered_every_50_ms() -> None:
    feedback = UplinkFeedback(EXTENSION_ID)
    told = 0
    for step in range(1, 101):
        for position in range(2):
            feed(feedback, numbered(2 * step + position), step * 10 * MS)
        told += len(feedback.take(1, step * 10 * MS))
    assert told == 1000 * MS // MIN_INTERVAL_NS


def test_sound_alone_is_answered_four_times_a_second() -> None:
    feedback = UplinkFeedback(EXTENSION_ID)
    told = 0
    for step in range(1, 101):
        feed(feedback, numbered(step, 80), step * 20 * MS)
        told += len(feedback.take(1, step * 20 * MS))
    assert 2000 * MS // MAX_INTERVAL_NS - 1 <= told <= 2000 * MS // MAX_INTERVAL_NS


def test_nothing_is_told_when_nothing_came() -> None:
    feedback = UplinkFeedback(EXTENSION_ID)
    assert feedback.take(1, 10_000 * MS) == []
    feedback.on_packet(RtpPacket(build_rtp(96, 1, 1, 9, b"x")), 20, MS)
    assert feedback.take(1, 20_000 * MS) == []


def test_a_broken_extension_is_refused() -> None:
    data = bytearray(numbered(1))
    data[16] = EXTENSION_ID << 4 | 7
    with pytest.raises(MalformedRtpError):
        UplinkFeedback(EXTENSION_ID).on_packet(RtpPacket(bytes(data)), 10, MS)


def test_sound_picture_and_repeats_of_a_publisher_are_one_line() -> None:
    room = Room()
    sent: list[bytes] = []

    class Out:
        def send_rtcp(self, data: bytes) -> None:
            sent.append(data)

    tracks = [
        DeclaredTrack("0", "audio", {111: "opus"}, ssrc=1, transport_cc_id=4),
        DeclaredTrack(
            "1",
            "video",
            {96: "vp8"},
            ssrc=2,
            rtx_ssrc=3,
            rtx_payload_types={97: 96},
            transport_cc_id=4,
        ),
    ]
    room.router.open_publisher("a", tracks, Out())
    for seqno, ssrc in enumerate((1, 2, 3, 2)):
        room.router.on_rtp("a", numbered(seqno, ssrc=ssrc), room.clock.now_ns)
    room.go(60)
    feedback = [one for one in sent if one[RR_BYTES + 1] == 205]
    assert len(feedback) == 1
    assert list(read(feedback[0][RR_BYTES:])) == [0, 1, 2, 3]
