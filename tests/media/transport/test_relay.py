"""The socket between two workers: whole, in order, bounded, and its end is noticed."""

from __future__ import annotations

import asyncio
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from media.transport.relay import (
    MAX_WAITING_BYTES,
    RelayListener,
    RelaySocket,
    connect_relay,
)


class End:
    def __init__(self, sock: socket.socket) -> None:
        self.messages: list[bytes] = []
        self.drains = 0
        self.lost = 0
        self.socket = RelaySocket(
            sock, asyncio.get_running_loop(), self._take, self._drain, self._lose
        )

    def _take(self, _: RelaySocket, message: bytes) -> None:
        self.messages.append(message)

    def _drain(self) -> None:
        self.drains += 1

    def _lose(self, _: RelaySocket) -> None:
        self.lost += 1


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.002)


def pair() -> tuple[End, End]:
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return End(one), End(other)


async def test_messages_that_come_together_are_drained_together() -> None:
    one, other = pair()
    sent = [bytes((number,)) * (1 + 900 * number) for number in range(40)]
    for message in sent:
        one.socket.send(message)
    await until(lambda: len(other.messages) == 40)
    assert other.messages == sent
    assert other.drains == 1
    one.socket.close()
    other.socket.close()


async def test_what_the_kernel_does_not_take_waits_in_order() -> None:
    one, other = pair()
    asyncio.get_running_loop().remove_reader(other.socket._sock.fileno())
    one.socket._sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 200_000)
    sent = [number.to_bytes(4, "big") * 12_000 for number in range(100)]
    for message in sent:
        one.socket.send(message)
    assert one.socket.messages_sent < 100
    other.socket._loop.add_reader(
        other.socket._sock.fileno(), other.socket._on_readable
    )
    await until(lambda: len(other.messages) == 100)
    assert other.messages == sent
    one.socket.close()
    other.socket.close()


async def test_a_reader_that_stays_behind_is_given_up() -> None:
    one, other = pair()
    asyncio.get_running_loop().remove_reader(other.socket._sock.fileno())
    message = bytes(60_000)
    for _ in range(2 * MAX_WAITING_BYTES // len(message)):
        one.socket.send(message)
    await until(lambda: one.lost)
    assert one.socket.is_over
    one.socket.send(message)
    other.socket.close()
    assert one.lost == 1


async def test_the_end_of_the_other_process_is_noticed_once() -> None:
    one, other = pair()
    other.socket.close()
    one.socket.send(b"x")
    await until(lambda: one.lost)
    await asyncio.sleep(0.01)
    assert (one.lost, other.lost) == (1, 0)


async def test_only_the_own_user_may_bring_a_relay(tmp_path: Path) -> None:
    path = tmp_path / "relay.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stale:
        stale.bind(str(path))
    accepted: list[socket.socket] = []
    loop = asyncio.get_running_loop()
    listener = RelayListener(str(path), loop, accepted.append)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    sock = connect_relay(str(path))
    await until(lambda: accepted)
    sock.close()
    accepted[0].close()
    listener.close()
    assert not path.exists()
    with pytest.raises(OSError):
        connect_relay(str(path))
