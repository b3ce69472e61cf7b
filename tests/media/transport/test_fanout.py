"""Runs and plans of the fan-out, and what libsrtp makes of them."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.sfu.ports import OutPacket, ViewerStream
from media.srtp.profiles import CM_SHA1_80, GCM_128, MasterKey
from media.srtp.session import open_receiver
from media.transport.fanout import (
    FanOut,
    PlanKey,
    build_plan,
    is_gso_usable,
    split_runs,
)
from media.transport.ice_lite import Path
from media.transport.peer_out import PeerOut
from media.transport.udp import UdpSocket, open_sockets

GCM = MasterKey(GCM_128, bytes(range(16)), bytes(range(12)))
CM = MasterKey(CM_SHA1_80, bytes(range(16)), bytes(range(14)))


KEY: PlanKey = ((("vp8", 96),), 0)


def packets(
    sizes: list[int], first: int = 100, *, marker_last: bool = True
) -> list[OutPacket]:
    return [
        OutPacket(
            first + position,
            9_000,
            marker_last and position == len(sizes) - 1,
            bytes([position % 256]) * size,
            "vp8",
            7,
        )
        for position, size in enumerate(sizes)
    ]


@given(st.lists(st.integers(0, 1300), max_size=200), st.integers(1, 64))
def test_runs_keep_the_order_and_the_rules_of_gso(
    sizes: list[int], max_segments: int
) -> None:
    batch = packets(sizes)
    runs = split_runs(batch, max_segments)
    assert [packet for run in runs for packet in run] == batch
    for run in runs:
        lengths = [len(packet.payload) for packet in run]
        assert len(run) <= max_segments
        assert all(length == lengths[0] for length in lengths[:-1])
        assert lengths[-1] <= lengths[0]
        assert sum(lengths) + 28 * len(run) < 65_536


def test_a_frame_of_equal_packets_is_one_run() -> None:
    assert len(build_plan(packets([1000] * 5 + [300]), KEY)) == 1
    assert len(build_plan(packets([1000] * 6), KEY, max_segments=1)) == 6


def test_a_plan_is_made_once_for_all_viewers_and_forgotten_with_the_batch() -> None:
    fanout, batch = FanOut(use_gso=True), packets([10])
    key, other = fanout.intern({"vp8": 96}, 0), fanout.intern({"vp8": 97}, 0)
    plan = fanout.use(batch, key)
    assert fanout.use(batch, other) is not plan
    assert fanout.use(batch, key) is plan
    assert fanout.intern({"vp8": 96}, 0) is key
    fanout.clear()
    assert fanout.use(batch, key) is not plan


def test_a_codec_that_was_not_negotiated_makes_an_empty_plan() -> None:
    assert build_plan(packets([10]), ((("h264", 102),), 0)) == ()


@pytest.fixture
def wire() -> Iterator[tuple[UdpSocket, socket.socket]]:
    udp = open_sockets("127.0.0.1", 0)[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        receiver.settimeout(1)
        yield udp, receiver
    udp.close()


def open_out(
    wire: tuple[UdpSocket, socket.socket], master: MasterKey, *, use_gso: bool = True
) -> PeerOut:
    stream = ViewerStream("programme", "video", {"vp8": 96}, {"vp8": 97}, 7, 8)
    out = PeerOut([stream], FanOut(use_gso=use_gso and is_gso_usable()))
    out.open(master)
    out.use_path(Path(wire[0], wire[1].getsockname(), 0))
    return out


@pytest.mark.parametrize("use_gso", [True, False], ids=["gso", "plain"])
@pytest.mark.parametrize("master", [GCM, CM], ids=["gcm", "cm"])
def test_libsrtp_decrypts_every_packet(
    wire: tuple[UdpSocket, socket.socket], master: MasterKey, use_gso: bool
) -> None:
    batch = packets([1000] * 6 + [10, 0, 1200])
    out = open_out(wire, master, use_gso=use_gso)
    out.send(0, batch)
    receiver = open_receiver(master)
    for packet in batch:
        plain = receiver.unprotect(wire[1].recv(2048))
        assert plain == packet.header(96) + packet.payload
    assert out._fanout.packets_sent == len(batch)


def test_a_viewer_who_joins_after_the_wrap_decrypts(
    wire: tuple[UdpSocket, socket.socket],
) -> None:
    receiver = open_receiver(GCM)
    out = open_out(wire, GCM)
    batch = packets([100] * 30, first=3 * 65_536 - 10)
    out.send(0, batch[:20])
    out.send(0, batch[20:])
    for packet in batch:
        plain = receiver.unprotect(wire[1].recv(2048))
        assert plain == packet.header(96) + packet.payload


def test_a_retransmission_leaves_by_rtx(
    wire: tuple[UdpSocket, socket.socket],
) -> None:
    receiver = open_receiver(GCM)
    out = open_out(wire, GCM)
    batch = packets([100], first=65_536 + 5)
    out.send(0, batch)
    out.resend(0, batch[0])
    out.resend(0, batch[0])
    receiver.unprotect(wire[1].recv(2048))
    for number in range(2):
        plain = receiver.unprotect(wire[1].recv(2048))
        assert plain[1] & 0x7F == 97
        assert int.from_bytes(plain[2:4], "big") == number
        assert plain[8:12] == (8).to_bytes(4, "big")
        assert plain[12:14] == (5).to_bytes(2, "big")
        assert plain[14:] == batch[0].payload


class FullSocket(UdpSocket):
    """A socket whose buffer is full."""

    __slots__ = ()

    def __init__(self, real: UdpSocket) -> None:
        super().__init__(real.sock)
        self.sendmsg = self.sendto = refuse


def refuse(*_: object) -> int:
    raise BlockingIOError


def test_a_full_socket_drops_to_the_end_of_the_frame(
    wire: tuple[UdpSocket, socket.socket],
) -> None:
    out = open_out(wire, GCM)
    address = wire[1].getsockname()
    first = packets([100] * 4, first=100, marker_last=False)
    rest = packets([100] * 2, first=104) + packets([50], first=106)
    out.use_path(Path(FullSocket(wire[0]), address, 0))
    out.send(0, first)
    out.use_path(Path(wire[0], address, 0))
    out.send(0, rest)
    plain = open_receiver(GCM).unprotect(wire[1].recv(2048))
    assert int.from_bytes(plain[2:4], "big") == 106
    assert (out.packets_dropped, out._fanout.packets_sent) == (6, 1)


def test_nothing_is_sent_before_a_path_is_known(
    wire: tuple[UdpSocket, socket.socket],
) -> None:
    out = open_out(wire, GCM)
    out.use_path(None)
    out.send(0, packets([10]))
    out.resend(0, packets([10])[0])
    out.send_rtcp(bytes(8))
    assert out._fanout.packets_sent == 0
