"""Runs and plans of the fan-out, and what libsrtp makes of them."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from unittest.mock import Mock

import pytest

from media.sfu.ports import (
    NO_SHIFT,
    OutPacket,
    Shift,
    ViewerStream,
)
from media.srtp.profiles import CM_SHA1_80, GCM_128, MasterKey
from media.srtp.session import open_receiver
from media.transport.fanout import FanOut, is_gso_usable
from media.transport.ice_lite import Path
from media.transport.mmsg import MessageArray
from media.transport.peer_out import PeerOut
from media.transport.udp import UdpSocket, open_sockets

GCM = MasterKey(GCM_128, bytes(range(16)), bytes(range(12)))
CM = MasterKey(CM_SHA1_80, bytes(range(16)), bytes(range(14)))


NOW = bytes(3)


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


def test_a_plan_is_made_once_for_all_viewers_and_forgotten_with_the_batch() -> None:
    fanout, batch = FanOut(use_gso=True), packets([10])
    key = fanout.intern({"vp8": 96}, 0, 3, 16)
    other = fanout.intern({"vp8": 97}, 0, 3, 16)
    plans = fanout.use(batch, key)
    assert fanout.use(batch, other) is not plans
    assert fanout.use(batch, key) is plans
    assert fanout.intern({"vp8": 96}, 0, 3, 16) is key
    fanout.flush()
    assert fanout.use(batch, key) is not plans


@pytest.fixture
def wire() -> Iterator[tuple[UdpSocket, socket.socket]]:
    udp = open_sockets("127.0.0.1", 0)[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        receiver.settimeout(1)
        yield udp, receiver
    udp.close()


class Flushed(PeerOut):
    """Sends at the end of each call, as the worker does after each batch."""

    def send(self, stream: int, packets: Sequence[OutPacket]) -> None:
        super().send(stream, packets)
        self._fanout.flush()

    def send_shifted(
        self, stream: int, packets: Sequence[OutPacket], shift: Shift
    ) -> None:
        super().send_shifted(stream, packets, shift)
        self._fanout.flush()


PICTURE = ViewerStream("programme", "video", {"vp8": 96}, {"vp8": 97}, 7, 8)


def open_out(
    wire: tuple[UdpSocket, socket.socket],
    master: MasterKey,
    stream: ViewerStream = PICTURE,
    *,
    use_gso: bool = True,
) -> PeerOut:
    out = Flushed([stream], FanOut(use_gso=use_gso and is_gso_usable()))
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


@pytest.mark.parametrize("use_gso", [True, False], ids=["gso", "plain"])
@pytest.mark.parametrize("master", [GCM, CM], ids=["gcm", "cm"])
def test_a_moved_viewer_gets_its_own_numbers(
    wire: tuple[UdpSocket, socket.socket], master: MasterKey, use_gso: bool
) -> None:
    out = open_out(wire, master, use_gso=use_gso)
    receiver = open_receiver(master)
    out.send(0, packets([100] * 3, first=70_000))
    for _ in range(3):
        receiver.unprotect(wire[1].recv(2048))
    shift = Shift(70_003 - 200_000, 90)
    for first in (200_000, 200_007):
        out.send_shifted(0, packets([900] * 6 + [10], first=first), shift)
    for number in range(14):
        plain = receiver.unprotect(wire[1].recv(2048))
        assert int.from_bytes(plain[2:4], "big") == 70_003 + number - 65_536
        assert int.from_bytes(plain[4:8], "big") == 9_090


def test_moved_and_other_viewers_share_a_batch() -> None:
    udp = open_sockets("127.0.0.1", 0)[0]
    fanout = FanOut(use_gso=is_gso_usable())
    stream = ViewerStream("programme", "video", {"vp8": 96}, {}, 7, None)
    batch = packets([500] * 4, first=1_000)
    viewers = []
    for number in range(6):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(1)
        out = PeerOut([stream], fanout)
        out.open(GCM)
        out.use_path(Path(udp, sock.getsockname(), 0))
        viewers.append((sock, out, NO_SHIFT if number % 2 else Shift(-number, 0)))
    for _, out, shift in viewers:
        if shift is NO_SHIFT:
            out.send(0, batch)
        else:
            out.send_shifted(0, batch, shift)
    fanout.flush()
    for sock, _, shift in viewers:
        receiver = open_receiver(GCM)
        for packet in batch:
            plain = receiver.unprotect(sock.recv(2048))
            assert plain == packet.shifted_header(96, shift) + packet.payload
        sock.close()
    udp.close()


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


def test_a_wrap_inside_a_first_batch_and_between_batches_decrypts(
    wire: tuple[UdpSocket, socket.socket],
) -> None:
    out = open_out(wire, GCM)
    receiver = open_receiver(GCM)
    batch = packets([100] * 12, first=65_536 - 8)
    for part in (batch[:4], batch[4:8], batch[8:]):
        out.send(0, part)
    for packet in batch:
        plain = receiver.unprotect(wire[1].recv(2048))
        assert plain == packet.header(96) + packet.payload


def test_an_error_while_encrypting_leaves_the_copy_to_the_next_viewer() -> None:
    udp = open_sockets("127.0.0.1", 0)[0]
    fanout = FanOut(use_gso=is_gso_usable())
    stream = ViewerStream("programme", "video", {"vp8": 96}, {}, 7, None)
    viewers = []
    for _ in range(3):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.2)
        out = PeerOut([stream], fanout)
        out.open(GCM)
        out.use_path(Path(udp, sock.getsockname(), 0))
        viewers.append((sock, out))
    batch, later = packets([50] * 3), packets([50] * 3, first=103)

    viewers[1][1]._encrypt_into = Mock(side_effect=ValueError)
    for part in (batch, later):
        for number, (_, out) in enumerate(viewers):
            with pytest.raises(ValueError) if number == 1 else nullcontext():
                out.send(0, part)
    fanout.flush()
    for number, (sock, _) in enumerate(viewers):
        receiver = open_receiver(GCM)
        if number == 1:
            with pytest.raises(TimeoutError):
                sock.recv(2048)
        else:
            for packet in batch + later:
                plain = receiver.unprotect(sock.recv(2048))
                assert plain == packet.header(96) + packet.payload
        sock.close()
    udp.close()


def test_who_moves_while_packets_wait_gets_them_at_the_address_of_before(
    wire: tuple[UdpSocket, socket.socket],
) -> None:
    stream = ViewerStream("programme", "video", {"vp8": 96}, {}, 7, None)
    out = PeerOut([stream], FanOut(use_gso=is_gso_usable()))
    out.open(GCM)
    out.use_path(Path(wire[0], wire[1].getsockname(), 0))
    first, then = packets([10]), packets([20], first=101)
    out.send(0, first)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
        elsewhere.bind(("127.0.0.1", 0))
        elsewhere.settimeout(1)
        out.use_path(Path(wire[0], elsewhere.getsockname(), 0))
        out.send(0, then)
        out.use_path(None)
        receiver = open_receiver(GCM)
        assert receiver.unprotect(wire[1].recv(99))[12:] == first[0].payload
        assert receiver.unprotect(elsewhere.recv(99))[12:] == then[0].payload


def test_a_retransmission_leaves_by_rtx(
    wire: tuple[UdpSocket, socket.socket],
) -> None:
    receiver = open_receiver(GCM)
    out = open_out(wire, GCM)
    batch = packets([100], first=65_536 + 5)
    out.send(0, batch)
    out.resend(0, batch[0], NO_SHIFT, NOW)
    out.resend(0, batch[0], NO_SHIFT, NOW)
    receiver.unprotect(wire[1].recv(2048))
    for number in range(2):
        plain = receiver.unprotect(wire[1].recv(2048))
        assert plain[1] & 0x7F == 97
        assert int.from_bytes(plain[2:4], "big") == number
        assert plain[8:12] == (8).to_bytes(4, "big")
        assert plain[12:14] == (5).to_bytes(2, "big")
        assert plain[14:] == batch[0].payload


def refuse(monkeypatch: pytest.MonkeyPatch, udp: UdpSocket, error_number: int) -> None:
    def send(self: MessageArray, fileno: int, first: int, end: int) -> tuple[int, int]:
        assert fileno == udp.fileno
        return 0, error_number

    monkeypatch.setattr(MessageArray, "send", send)


def test_a_full_socket_drops_to_the_end_of_the_frame(
    wire: tuple[UdpSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = open_out(wire, GCM)
    first = packets([100] * 4, first=100, marker_last=False)
    rest = packets([100] * 2, first=104) + packets([50], first=106)
    with monkeypatch.context() as patch:
        refuse(patch, wire[0], errno.EAGAIN)
        out.send(0, first)
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
    out.resend(0, packets([10])[0], NO_SHIFT, NOW)
    out.send_rtcp(bytes(8))
    assert out._fanout.packets_sent == 0


def test_a_hundred_viewers_of_one_batch_each_get_their_own_packets() -> None:
    udp = open_sockets("127.0.0.1", 0)[0]
    fanout = FanOut(use_gso=is_gso_usable())
    stream = ViewerStream("programme", "video", {"vp8": 96}, {}, 7, None)
    viewers = []
    for number in range(100):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(1)
        master = MasterKey(GCM_128, bytes([number]) * 16, bytes(12))
        out = PeerOut([stream], fanout)
        out.open(master)
        out.use_path(Path(udp, sock.getsockname(), 0))
        viewers.append((sock, out, open_receiver(master)))
    batches = [packets([900] * 7, first=100), packets([300, 20], first=107)]
    for batch in batches:
        for _, out, _ in viewers:
            out.send(0, batch)
    fanout.flush()
    for sock, _, receiver in viewers:
        for packet in batches[0] + batches[1]:
            plain = receiver.unprotect(sock.recv(2048))
            assert plain == packet.header(96) + packet.payload
        sock.close()
    udp.close()
    assert fanout.packets_sent == 900


def test_a_path_that_refuses_segments_gets_single_datagrams(
    wire: tuple[UdpSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = open_out(wire, GCM)
    refuse(monkeypatch, wire[0], errno.EINVAL)
    batch = packets([100] * 4)
    out.send(0, batch)
    out.send(0, packets([100] * 4, first=104))
    receiver = open_receiver(GCM)
    for ext_seqno in range(100, 108):
        plain = receiver.unprotect(wire[1].recv(2048))
        assert int.from_bytes(plain[2:4], "big") == ext_seqno
    assert (out.packets_dropped, out._fanout.packets_sent) == (0, 8)


def test_both_families_share_a_batch() -> None:
    sockets = open_sockets("0.0.0.0", 0)
    if len(sockets) < 2:
        pytest.skip("no IPv6 on this machine")
    fanout = FanOut(use_gso=is_gso_usable())
    stream = ViewerStream("programme", "video", {"vp8": 96}, {}, 7, None)
    receivers = []
    for number in range(6):
        udp = sockets[number % 2]
        sock = socket.socket(udp.family, socket.SOCK_DGRAM)
        sock.bind(("::1" if number % 2 else "127.0.0.1", 0))
        sock.settimeout(1)
        out = PeerOut([stream], fanout)
        out.open(GCM)
        out.use_path(Path(udp, sock.getsockname(), 0))
        receivers.append((sock, out))
    batch = packets([700] * 3 + [20])
    for _, out in receivers:
        out.send(0, batch)
    fanout.flush()
    for sock, _ in receivers:
        session = open_receiver(GCM)
        for packet in batch:
            plain = session.unprotect(sock.recv(2048))
            assert plain == packet.header(96) + packet.payload
        sock.close()
    for udp in sockets:
        udp.close()
