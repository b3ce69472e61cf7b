"""Sealing and sending, in C and in Python, against libsrtp and a real kernel."""

from __future__ import annotations

import errno
import random
import socket
from collections.abc import Iterator

import pytest
from pylibsrtp import Session

from media.sfu.ports import OutPacket, header_key
from media.srtp.gcm import GcmKey
from media.srtp.profiles import GCM_128, MasterKey
from media.srtp.session import open_receiver
from media.transport.addressee import Addressee
from media.transport.batch import MAX_SEGMENTS, Batch, BatchKey
from media.transport.batch_sender import ROOM_BYTES, BatchSender, Progress
from media.transport.mmsg import Sockaddr
from media.transport.native import best_sender
from tests.media.transport.senders import HAS_COMPILER, NAMES, make_sender

HEADER_KEY = header_key(96, 3)
WRAP = 65_536


@pytest.fixture(params=NAMES)
def sender(request: pytest.FixtureRequest) -> BatchSender:
    return make_sender(request.param)


class Hall:
    """Viewers with keys of their own at one socket, and who sends to them."""

    def __init__(self, sender: BatchSender, viewers: int) -> None:
        self.sender = sender
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        self.addressees: list[Addressee] = []
        self.receivers: list[tuple[socket.socket, Session]] = []
        for number in range(viewers):
            self.add(MasterKey(GCM_128, bytes([number]) * 16, bytes(12)))

    def add(self, master: MasterKey) -> None:
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind(("127.0.0.1", 0))
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        receiver.settimeout(1)
        key = GcmKey(master)
        addressee = Addressee(key, self.sender.open(key))
        addressee.move(Sockaddr(receiver.getsockname()))
        self.addressees.append(addressee)
        self.receivers.append((receiver, open_receiver(master)))

    def send(self, packets: list[OutPacket], first: int = 0) -> Progress:
        fileno = self.socket.fileno()
        batch = Batch(packets, BatchKey((("vp8", HEADER_KEY),), fileno), MAX_SEGMENTS)
        return self.sender.send(fileno, batch, self.sender.seat(self.addressees), first)

    def received(self, viewer: int, count: int) -> list[bytes]:
        receiver, session = self.receivers[viewer]
        return [session.unprotect(receiver.recv(2048)) for _ in range(count)]

    def assert_nothing_waits(self, viewer: int) -> None:
        receiver = self.receivers[viewer][0]
        receiver.setblocking(False)
        with pytest.raises(BlockingIOError):
            receiver.recv(2048)

    def close(self) -> None:
        self.socket.close()
        for receiver, _ in self.receivers:
            receiver.close()


@pytest.fixture
def hall(sender: BatchSender) -> Iterator[Hall]:
    hall = Hall(sender, 20)
    yield hall
    hall.close()


def packets(sizes: list[int], first: int = 100) -> list[OutPacket]:
    rng = random.Random(first)
    return [
        OutPacket(first + place, 9_000, False, rng.randbytes(size), "vp8", 7, b"abc")
        for place, size in enumerate(sizes)
    ]


def plain(packet: OutPacket) -> bytes:
    return packet.header(HEADER_KEY) + packet.payload


@pytest.mark.skipif(not HAS_COMPILER, reason="no C compiler")
def test_with_a_compiler_the_native_sender_is_the_one_that_is_used() -> None:
    assert best_sender().name == "native"


def test_libsrtp_decrypts_what_each_of_twenty_viewers_gets(hall: Hall) -> None:
    batch = packets([900] * 6 + [10, 0, 1200, 1200, 3])
    assert hall.send(batch) == Progress(20)
    for viewer in range(20):
        assert hall.received(viewer, len(batch)) == [plain(one) for one in batch]
        hall.assert_nothing_waits(viewer)


def test_random_batches_of_a_viewer_with_its_own_numbers_decrypt(hall: Hall) -> None:
    rng = random.Random(20_261_127)
    moved = hall.addressees[3]
    moved.index_offset, moved.timestamp_offset = 300, 0xFFFFFFF0
    first = WRAP - 700
    for _ in range(90):
        sizes = [rng.choice((0, 40, 700, 700, 700, 1200)) for _ in range(9)]
        batch = packets(sizes, first)
        first += len(sizes)
        assert hall.send(batch) == Progress(20)
        for viewer in (0, 3, 19):
            got = hall.received(viewer, len(batch))
            assert [one[20:] for one in got] == [one.payload for one in batch]
            numbers = [int.from_bytes(one[2:4], "big") for one in got]
            offset = 300 if viewer == 3 else 0
            assert numbers == [(one.ext_seqno + offset) % WRAP for one in batch]
            times = {int.from_bytes(one[4:8], "big") for one in got}
            assert times == {9_000 - (16 if viewer == 3 else 0)}


def test_both_ways_give_the_very_same_bytes() -> None:
    datagrams = []
    for name in NAMES:
        hall = Hall(make_sender(name), 1)
        hall.addressees[0].index_offset = 7 * WRAP - 3
        hall.addressees[0].timestamp_offset = 0xFFFF0001
        batch = packets([0, 1, 15, 16, 17, 999, 1200, 1200])
        assert hall.send(batch) == Progress(1)
        datagrams.append([hall.receivers[0][0].recv(2048) for _ in batch])
        hall.close()
    assert datagrams[0] == datagrams[1]


def test_more_than_fits_the_memory_at_once_is_sent_too(hall: Hall) -> None:
    batch = packets([1200 - place % 2 for place in range(300)])
    assert sum(len(one.payload) for one in batch) > ROOM_BYTES
    for first in (18, 19):
        assert hall.send(batch, first) == Progress(20 - first)
    assert hall.received(18, 300) == [plain(one) for one in batch]


def test_a_packet_from_before_a_viewers_start_stops_at_that_viewer(hall: Hall) -> None:
    hall.addressees[11].index_offset = -101
    batch = packets([50] * 3)
    assert hall.send(batch) == Progress(11, 0, errno.ERANGE)
    assert hall.send(batch, 12) == Progress(8)
    for viewer in (0, 10, 12, 19):
        assert hall.received(viewer, 3) == [plain(one) for one in batch]
        hall.assert_nothing_waits(viewer)
    hall.assert_nothing_waits(11)


def test_an_address_that_the_kernel_refuses_stops_at_that_viewer(hall: Hall) -> None:
    elsewhere = Sockaddr(("::1", 9, 0, 0))
    hall.addressees[5].move(elsewhere)
    batch = packets([50] * 3 + [900] * 2)
    progress = hall.send(batch)
    assert (progress.served, progress.run) == (5, 0)
    assert progress.error in (errno.EAFNOSUPPORT, errno.EINVAL)
    assert hall.send(batch, 6) == Progress(14)
    for viewer in (0, 4, 6, 19):
        assert hall.received(viewer, 5) == [plain(one) for one in batch]


def test_the_run_that_was_refused_is_told(hall: Hall) -> None:
    """A packet longer than any datagram is a run of its own."""
    too_long = OutPacket(102, 9_000, False, bytes(65_500), "vp8", 7, b"abc")
    batch = [*packets([50] * 2), too_long, *packets([20], 103)]
    assert hall.send(batch) == Progress(0, 1, errno.EMSGSIZE)
    assert hall.received(0, 2) == [plain(one) for one in batch[:2]]
