"""What peers are sent, alone and in crowds, and what libsrtp makes of it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator, Sequence

import pytest
from pylibsrtp import Session

from media.sfu.ports import (
    NO_SHIFT,
    MediaCrowd,
    Member,
    OutPacket,
    Shift,
    ViewerStream,
)
from media.srtp.profiles import CM_SHA1_80, GCM_128, MasterKey
from media.srtp.session import open_receiver
from media.transport.batch import Batch
from media.transport.batch_sender import Progress, PythonSender, Seats
from media.transport.fanout import FanOut, is_gso_usable
from media.transport.ice_lite import Path
from media.transport.peer_out import PeerOut
from media.transport.udp import UdpSocket, open_sockets
from tests.media.transport.senders import NAMES, make_sender

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


@pytest.fixture(params=NAMES)
def fanout(request: pytest.FixtureRequest) -> FanOut:
    return FanOut(make_sender(request.param), use_gso=is_gso_usable())


@pytest.fixture
def wire() -> Iterator[tuple[UdpSocket, socket.socket]]:
    udp = open_sockets("127.0.0.1", 0)[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        receiver.settimeout(1)
        yield udp, receiver
    udp.close()


PICTURE = ViewerStream("programme", "video", {"vp8": 96}, {"vp8": 97}, 7, 8)


def open_out(
    wire: tuple[UdpSocket, socket.socket],
    master: MasterKey,
    stream: ViewerStream = PICTURE,
    *,
    use_gso: bool = True,
) -> PeerOut:
    """A peer whose packets are sealed in Python, as they are everywhere."""
    fanout = FanOut(PythonSender(), use_gso=use_gso and is_gso_usable())
    return open_in(fanout, wire, master, stream)


def open_in(
    fanout: FanOut,
    wire: tuple[UdpSocket, socket.socket],
    master: MasterKey = GCM,
    stream: ViewerStream = PICTURE,
) -> PeerOut:
    out = PeerOut([stream], fanout)
    out.open(master)
    out.use_path(Path(wire[0], wire[1].getsockname(), 0))
    return out


def listen(host: str = "127.0.0.1") -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.bind((host, 0))
    sock.settimeout(1)
    return sock


def assert_got(
    sock: socket.socket,
    batch: Sequence[OutPacket],
    session: Session | None = None,
    shift: Shift = NO_SHIFT,
) -> None:
    session = session or open_receiver(GCM)
    for packet in batch:
        plain = session.unprotect(sock.recv(2048))
        assert plain == packet.shifted_header(96, shift) + packet.payload


def assert_silent(sock: socket.socket) -> None:
    sock.settimeout(0.05)
    with pytest.raises(TimeoutError):
        sock.recv(2048)
    sock.settimeout(1)


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
    assert out.crowds.packets_sent == len(batch)


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


@pytest.fixture
def crowd(fanout: FanOut) -> Iterator[CrowdScene]:
    scene = CrowdScene(fanout)
    yield scene
    scene.close()


class CrowdScene:
    """Viewers of one line at one socket."""

    def __init__(self, fanout: FanOut) -> None:
        self.fanout = fanout
        self.udp = open_sockets("127.0.0.1", 0)[0]
        self.socks: list[socket.socket] = []
        self.sessions: list[Session] = []
        self.members: list[tuple[PeerOut, int, Shift]] = []

    def add(self, shift: Shift = NO_SHIFT, master: MasterKey = GCM) -> PeerOut:
        sock = listen()
        out = open_in(self.fanout, (self.udp, sock), master)
        self.socks.append(sock)
        self.sessions.append(open_receiver(master))
        self.members.append((out, 0, shift))
        return out

    def gather(self) -> MediaCrowd:
        return self.fanout.gather(self.members)

    def assert_got(self, viewer: int, batch: Sequence[OutPacket]) -> None:
        shift = self.members[viewer][2]
        assert_got(self.socks[viewer], batch, self.sessions[viewer], shift)

    def close(self) -> None:
        self.udp.close()
        for sock in self.socks:
            sock.close()


def test_a_hundred_viewers_each_get_their_own_packets(crowd: CrowdScene) -> None:
    for number in range(100):
        crowd.add(master=MasterKey(GCM_128, bytes([number]) * 16, bytes(12)))
    gathered = crowd.gather()
    batches = [packets([900] * 7, 100), packets([300, 20], 107), packets([9], 109)]
    for batch in batches:
        assert list(gathered.send(batch)) == []
    for viewer in range(100):
        for batch in batches:
            crowd.assert_got(viewer, batch)
    assert crowd.fanout.packets_sent == 1_000


def test_moved_and_other_viewers_share_a_batch(crowd: CrowdScene) -> None:
    for number in range(6):
        crowd.add(NO_SHIFT if number % 2 else Shift(-number, 0))
    gathered = crowd.gather()
    batches = [packets([500] * 4, first) for first in (1_000, 1_004, 1_008)]
    for batch in batches:
        gathered.send(batch)
    for viewer in range(6):
        for batch in batches:
            crowd.assert_got(viewer, batch)


def test_from_its_second_batch_on_a_viewer_is_sent_to_with_the_others(
    crowd: CrowdScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        crowd.add()
    gathered = crowd.gather()
    gathered.send(packets([10]))
    sizes = []
    send = crowd.fanout.sender.send

    def noted(fileno: int, batch: Batch, seats: Seats, first: int) -> Progress:
        sizes.append(len(seats))
        return send(fileno, batch, seats, first)

    monkeypatch.setattr(crowd.fanout.sender, "send", noted)
    gathered.send(packets([10], 101))
    assert sizes == [3]


def test_who_moves_gets_the_next_packets_at_the_new_address(crowd: CrowdScene) -> None:
    for _ in range(3):
        crowd.add()
    gathered = crowd.gather()
    first, second, third = (packets([30], number) for number in (100, 101, 102))
    gathered.send(first)
    gathered.send(second)
    with listen() as elsewhere:
        crowd.members[1][0].use_path(Path(crowd.udp, elsewhere.getsockname(), 0))
        gathered.send(third)
        crowd.assert_got(1, [*first, *second])
        assert_silent(crowd.socks[1])
        assert_got(elsewhere, third, crowd.sessions[1])
    for viewer in (0, 2):
        crowd.assert_got(viewer, [*first, *second, *third])


def test_who_left_gets_nothing_more_from_a_crowd_that_still_knows_it(
    crowd: CrowdScene,
) -> None:
    crowd.add()
    crowd.add()
    gathered = crowd.gather()
    gathered.send(packets([30]))
    gathered.send(packets([30], 101))
    crowd.members[0][0].use_path(None)
    gathered.send(packets([30], 102))
    crowd.assert_got(0, [*packets([30]), *packets([30], 101)])
    assert_silent(crowd.socks[0])


class Broken(PeerOut):
    def send(self, stream: int, packets: Sequence[OutPacket]) -> None:
        raise ValueError


def test_a_viewer_that_raises_is_told_and_the_others_are_served(
    crowd: CrowdScene,
) -> None:
    for _ in range(3):
        crowd.add()
    crowd.members[1] = (Broken([PICTURE], crowd.fanout), 0, NO_SHIFT)
    gathered = crowd.gather()
    for first in (100, 101):
        assert list(gathered.send(packets([30], first))) == [1]
    for viewer in (0, 2):
        crowd.assert_got(viewer, [*packets([30]), *packets([30], 101)])


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


def refuse(monkeypatch: pytest.MonkeyPatch, out: PeerOut, error_number: int) -> None:
    """Let the kernel refuse everything that leaves as a batch."""

    def send(fileno: int, batch: Batch, seats: Seats, first: int) -> Progress:
        return Progress(0, 0, error_number)

    monkeypatch.setattr(out.crowds.sender, "send", send)


def test_a_full_socket_drops_to_the_end_of_the_frame(
    wire: tuple[UdpSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = open_out(wire, GCM)
    first = packets([100] * 4, first=100, marker_last=False)
    rest = packets([100] * 2, first=104) + packets([50], first=106)
    with monkeypatch.context() as patch:
        refuse(patch, out, errno.EAGAIN)
        out.send(0, first)
    out.send(0, rest)
    plain = open_receiver(GCM).unprotect(wire[1].recv(2048))
    assert int.from_bytes(plain[2:4], "big") == 106
    assert (out.packets_dropped, out.crowds.packets_sent) == (6, 1)


def test_nothing_is_sent_before_a_path_is_known(
    wire: tuple[UdpSocket, socket.socket],
) -> None:
    out = open_out(wire, GCM)
    out.use_path(None)
    out.send(0, packets([10]))
    out.resend(0, packets([10])[0], NO_SHIFT, NOW)
    out.send_rtcp(bytes(8))
    assert out.crowds.packets_sent == 0


def test_a_path_that_refuses_segments_gets_single_datagrams(
    wire: tuple[UdpSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = open_out(wire, GCM)
    refuse(monkeypatch, out, errno.EINVAL)
    batch = packets([100] * 4)
    out.send(0, batch)
    out.send(0, packets([100] * 4, first=104))
    receiver = open_receiver(GCM)
    for ext_seqno in range(100, 108):
        plain = receiver.unprotect(wire[1].recv(2048))
        assert int.from_bytes(plain[2:4], "big") == ext_seqno
    assert (out.packets_dropped, out.crowds.packets_sent) == (0, 8)


def test_both_families_are_served(fanout: FanOut) -> None:
    sockets = open_sockets("0.0.0.0", 0)
    if len(sockets) < 2:
        pytest.skip("no IPv6 on this machine")
    socks = [listen("::1" if number % 2 else "127.0.0.1") for number in range(6)]
    members: list[Member] = [
        (open_in(fanout, (sockets[number % 2], sock)), 0, NO_SHIFT)
        for number, sock in enumerate(socks)
    ]
    gathered = fanout.gather(members)
    batches = packets([700] * 3 + [20]), packets([700] * 3, 104)
    for batch in batches:
        gathered.send(batch)
    for sock in socks:
        assert_got(sock, [*batches[0], *batches[1]])
        sock.close()
    for udp in sockets:
        udp.close()
