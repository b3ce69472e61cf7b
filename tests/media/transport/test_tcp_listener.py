"""Who is let in over TCP, how many strangers, and for how long."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from media.transport import tcp_listener
from media.transport.tcp import TcpConnection
from media.transport.tcp_listener import (
    STRANGER_NS,
    TcpListener,
    listen_beside,
    open_media_ports,
)
from media.transport.udp import open_sockets


class House:
    """A listener with time by hand; `admits` tells whom its mux knows."""

    def __init__(self) -> None:
        self.now_ns = 0
        udp, sockets = open_media_ports("127.0.0.1", 0)
        self.port = udp[0].port
        udp[0].close()
        self.listener = TcpListener(sockets, lambda: self.now_ns)
        self.admits = True
        self.closed: list[TcpConnection] = []
        self.listener.start(asyncio.get_running_loop(), self, lambda: None)
        self.callers: list[socket.socket] = []

    def on_frame(self, connection: TcpConnection, packet: bytes) -> None:
        if packet == b"known":
            connection.admit()

    def on_closed(self, connection: TcpConnection) -> None:
        self.closed.append(connection)

    async def call(self, source: str = "127.0.0.1") -> socket.socket:
        sock = socket.socket()
        self.callers.append(sock)
        sock.bind((source, 0))
        sock.connect(("127.0.0.1", self.port))
        sock.setblocking(False)
        await asyncio.sleep(0.002)
        return sock

    def close(self) -> None:
        self.listener.close()
        for sock in self.callers:
            sock.close()


def is_cut(sock: socket.socket) -> bool:
    try:
        return sock.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    house.close()


async def test_a_stranger_leaves_after_5_seconds_and_a_known_one_stays(
    house: House,
) -> None:
    silent, known = await house.call(), await house.call()
    known.send(b"\0\5known")
    await asyncio.sleep(0.01)
    house.listener.check(STRANGER_NS - 1)
    assert not is_cut(silent)
    house.listener.check(STRANGER_NS)
    await asyncio.sleep(0.01)
    assert is_cut(silent)
    assert not is_cut(known)
    assert len(house.listener.connections) == 1
    assert not house.listener.strangers


async def test_of_too_many_strangers_the_oldest_leaves(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_listener, "MAX_STRANGERS", 3)
    callers = [await house.call(f"127.0.0.{n}") for n in range(1, 6)]
    assert [is_cut(caller) for caller in callers] == [True, True, False, False, False]
    assert len(house.listener.strangers) == 3


async def test_one_address_does_not_push_out_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_listener, "MAX_STRANGERS_PER_ADDRESS", 2)
    honest = await house.call("127.0.0.7")
    flood = [await house.call("127.0.0.8") for _ in range(5)]
    assert not is_cut(honest)
    assert [is_cut(one) for one in flood] == [True] * 3 + [False] * 2


async def test_beyond_the_limit_nobody_is_let_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp_listener, "MAX_CONNECTIONS", 1)
    first, second = await house.call(), await house.call()
    assert (is_cut(first), is_cut(second)) == (False, True)


async def test_closing_ends_every_connection(house: House) -> None:
    callers = [await house.call() for _ in range(3)]
    house.listener.close()
    await asyncio.sleep(0.01)
    assert all(is_cut(caller) for caller in callers)
    assert len(house.closed) == 3
    assert not house.listener.connections
    with pytest.raises(ConnectionRefusedError):
        await house.call()


def test_a_number_taken_on_tcp_is_not_used_for_udp() -> None:
    udp = open_sockets("127.0.0.1", 0)[0]
    taken = listen_beside(udp)
    udp.close()
    try:
        with pytest.raises(OSError, match="in use"):
            open_media_ports("127.0.0.1", taken.getsockname()[1])
        # Nothing of the failed try is left.
        open_sockets("127.0.0.1", taken.getsockname()[1])[0].close()
    finally:
        taken.close()
