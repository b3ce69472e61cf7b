"""One TCP connection: what leaves first, what is dropped, what closing frees."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest_asyncio

from media.transport.tcp import (
    STRANGE_FRAMES,
    UNSENT_BYTES,
    URGENT_QUEUE_BYTES,
    VIDEO_QUEUE_BYTES,
    TcpConnection,
)
from media.transport.tcp_framing import MAX_FRAME_BYTES, Deframer, frame

VIDEO, SOUND = b"v" * 1_100, b"s" * 100


class Pair:
    """A connection of ours, the other end of it, and what was reported."""

    def __init__(self) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        self.far = socket.socket()
        # Little room, so that a reader who does not read is noticed soon.
        self.far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
        self.far.connect(listening.getsockname())
        self.far.setblocking(False)
        sock, address = listening.accept()
        listening.close()
        self.frames: list[bytes] = []
        self.closed = 0
        self.reads = 0
        self.near = TcpConnection(sock, address, self, asyncio.get_running_loop())

    def on_frame(self, connection: TcpConnection, packet: bytes) -> None:
        self.frames.append(packet)

    def on_read(self) -> None:
        self.reads += 1

    def on_admitted(self, connection: TcpConnection) -> None:
        pass

    def on_closed(self, connection: TcpConnection) -> None:
        self.closed += 1

    async def read_all(self) -> list[bytes]:
        """Read until nothing comes for 50 ms."""
        deframer = Deframer()
        got: list[bytes] = []
        loop = asyncio.get_running_loop()
        while True:
            try:
                async with asyncio.timeout(0.05):
                    data = await loop.sock_recv(self.far, 1 << 16)
            except TimeoutError:
                return got
            if not data:
                return got
            got += deframer.feed(data)


@pytest_asyncio.fixture
async def pair() -> AsyncIterator[Pair]:
    pair = Pair()
    yield pair
    pair.near.close()
    pair.far.close()


def fill(pair: Pair) -> int:
    """Send video until it is refused; returns how many packets were taken."""
    count = 0
    while pair.near.send(VIDEO, is_video=True):
        count += 1
    return count


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0.005)


async def test_sound_overtakes_the_video_that_waits(pair: Pair) -> None:
    fill(pair)
    await settle()
    fill(pair)
    assert pair.near.send(SOUND)
    got = await pair.read_all()
    behind = got[got.index(SOUND) :]
    assert set(got) == {VIDEO, SOUND}
    # Before it: what the two kernels held already. Behind it: the queue.
    assert len(behind) * len(VIDEO) > VIDEO_QUEUE_BYTES - 4 * UNSENT_BYTES


async def test_a_full_video_queue_refuses_video_and_takes_sound(pair: Pair) -> None:
    assert fill(pair) == VIDEO_QUEUE_BYTES // len(VIDEO)
    assert not pair.near.send(VIDEO, is_video=True)
    assert pair.near.send(SOUND)


async def test_sound_for_a_reader_who_never_reads_is_bounded(pair: Pair) -> None:
    for _ in range(50):
        fill(pair)
        await asyncio.sleep(0)
    taken = sum(pair.near.send(SOUND) for _ in range(10_000))
    assert taken * len(SOUND) <= URGENT_QUEUE_BYTES


async def test_what_was_queued_arrives_in_order_when_the_reader_wakes(
    pair: Pair,
) -> None:
    packets = [number.to_bytes(4, "big") * 250 for number in range(300)]
    assert all(pair.near.send(packet, is_video=True) for packet in packets)
    await settle()
    assert await pair.read_all() == packets


async def test_packets_of_one_turn_leave_in_one_call(pair: Pair) -> None:
    for _ in range(6):
        pair.near.send(VIDEO, is_video=True)
    assert await asyncio.get_running_loop().sock_recv(pair.far, 1 << 16) == (
        frame(VIDEO) * 6
    )


async def test_a_frame_too_long_ends_the_connection(pair: Pair) -> None:
    pair.far.send((MAX_FRAME_BYTES + 1).to_bytes(2, "big"))
    await settle()
    assert (pair.closed, pair.near.is_closed) == (1, True)
    assert not pair.near.send(SOUND)


async def test_a_stranger_is_read_16_frames_and_no_more(pair: Pair) -> None:
    pair.far.send(frame(b"x") * (STRANGE_FRAMES + 5))
    await settle()
    assert len(pair.frames) == STRANGE_FRAMES
    assert pair.closed == 1


async def test_an_admitted_connection_is_read_on(pair: Pair) -> None:
    pair.near.admit()
    pair.far.send(frame(b"x") * (STRANGE_FRAMES + 5))
    await settle()
    assert len(pair.frames) == STRANGE_FRAMES + 5
    assert pair.reads == 1


async def test_the_last_word_is_sent_before_closing(pair: Pair) -> None:
    pair.near.send(b"close_notify")
    pair.near.close()
    assert await pair.read_all() == [b"close_notify"]
    assert pair.closed == 1
    pair.near.close()
    assert pair.closed == 1


async def test_a_vanished_peer_is_noticed_when_sending(pair: Pair) -> None:
    pair.far.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
    )  # close() resets
    pair.far.close()
    pair.near.send(SOUND)
    await settle()
    assert pair.closed == 1
