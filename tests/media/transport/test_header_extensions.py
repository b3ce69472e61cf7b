"""What viewers are told in the headers of their packets."""

from __future__ import annotations

import socket

import pytest

from media.protocol import Codec
from media.sfu.ports import (
    NO_SHIFT,
    OutPacket,
    ViewerStream,
    abs_send_time,
    header_key,
)
from media.srtp.session import open_receiver
from media.transport.udp import UdpSocket
from tests.media.transport.test_fanout import GCM, NOW, open_out, packets, wire

__all__ = ["wire"]


def test_abs_send_time_stands_in_the_header_that_all_share(
    wire: tuple[UdpSocket, socket.socket],
) -> None:
    stream = ViewerStream("programme", "video", {"vp8": 96}, {"vp8": 97}, 7, 8, 3)
    out = open_out(wire, GCM, stream)
    now_ns = 65_500_000_000  # 64 s wrap around: 1.5 s
    packet = OutPacket(5, 9_000, True, b"body", "vp8", 7, abs_send_time(now_ns))
    out.send(0, [packet])
    out.resend(0, packet, NO_SHIFT, abs_send_time(now_ns + 500_000_000))
    receiver = open_receiver(GCM)
    plain, repeat = (receiver.unprotect(wire[1].recv(2048)) for _ in range(2))
    assert plain[12:20].hex() == "bede0001" + "32" + "060000"
    assert plain[20:] == b"body"
    assert plain == packet.header(header_key(96, 3)) + b"body"
    assert repeat[12:20].hex() == "bede0001" + "32" + "080000"


def test_a_viewer_is_told_how_long_to_wait_in_each_header(
    wire: tuple[UdpSocket, socket.socket],
) -> None:
    stream = ViewerStream("programme", "video", {"vp8": 96}, {"vp8": 97}, 7, 8, 3, 5)
    out = open_out(wire, GCM, stream)
    heads = []
    receiver = open_receiver(GCM)
    for number, delay_ms in enumerate((None, 250, 0)):
        if delay_ms is not None:
            out.delay_playout(0, delay_ms)
        out.send(0, packets([4], first=number))
        heads.append(receiver.unprotect(wire[1].recv(2048))[12:-4].hex())
    # Least and most, 12 bits each, in 10 ms: 25 is 0x019, 1,000 is 0x3e8.
    assert heads == [
        "bede0001" + "32000000",
        "bede0002" + "32000000" + "520193e8",
        "bede0002" + "32000000" + "520003e8",
    ]


@pytest.mark.parametrize(("rtx", "rtx_ssrc"), [({}, None), ({"h264": 103}, 8)])
def test_who_gets_repeats_under_their_own_numbers_is_told_no_delay(
    wire: tuple[UdpSocket, socket.socket],
    rtx: dict[Codec, int],
    rtx_ssrc: int | None,
) -> None:
    """A number with two headers would be one nonce for two packets."""
    codecs: dict[Codec, int] = {"vp8": 96, "h264": 102}
    stream = ViewerStream("programme", "video", codecs, rtx, 7, rtx_ssrc, 3, 5)
    out = open_out(wire, GCM, stream)
    [packet] = packets([4])
    out.send(0, [packet])
    out.delay_playout(0, 250)
    out.resend(0, packet, NO_SHIFT, NOW)
    assert wire[1].recv(2048) == wire[1].recv(2048)
