"""Connections that have not said who they are: few of one address, and not for long."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSServerHandshakeError

from server.realtime import strict_server
from tests.fakes.academy import SEMINAR, TRAINER, Hall
from tests.fakes.socket_stack import SocketStack, open_stack

LINE = "/socket.io/?EIO=4&transport=websocket"


@pytest.fixture
async def small(hall: Hall) -> AsyncIterator[SocketStack]:
    """A gateway that takes two strangers of an address."""
    async with open_stack(hall, strangers=2) as stack:
        yield stack


async def knock(
    http: ClientSession, stack: SocketStack, **headers: str
) -> ClientWebSocketResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await http.ws_connect(stack.url + LINE, headers=named)


async def knock_until_let_in(
    http: ClientSession, stack: SocketStack
) -> ClientWebSocketResponse:
    async with asyncio.timeout(3):
        while True:
            try:
                return await knock(http, stack)
            except WSServerHandshakeError:
                await asyncio.sleep(0.02)


async def test_a_third_stranger_of_an_address_is_refused(small: SocketStack) -> None:
    async with ClientSession() as http:
        first, second = await knock(http, small), await knock(http, small)
        with pytest.raises(WSServerHandshakeError) as refusal:
            await knock(http, small)
        assert refusal.value.status == 401
        polling = await http.get(small.url + "/socket.io/?EIO=4&transport=polling")
        assert polling.status == 401
        other = await knock(http, small, X_Address="another")
        await first.close()
        third = await knock_until_let_in(http, small)
        for line in (second, other, third):
            await line.close()


async def test_who_said_hello_is_a_stranger_no_more(small: SocketStack) -> None:
    hello = json.dumps({"seminar_id": SEMINAR})
    async with ClientSession() as http:
        lines = []
        for _ in range(5):
            line = await knock(http, small, X_Person=TRAINER)
            lines.append(line)
            await line.send_str(f"40{hello}")
            async with asyncio.timeout(5):
                while "welcome" not in await line.receive_str():
                    pass
        assert small.gateway.connections == 5
        for line in lines:
            await line.close()


async def test_strangers_make_room_when_their_time_is_over(
    small: SocketStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strict_server, "HELLO_WITHIN_S", 0.2)
    async with ClientSession() as http:
        lines = [await knock(http, small) for _ in range(2)]
        async with asyncio.timeout(3):
            for line in lines:
                while not line.closed:
                    await line.receive()
        await (await knock(http, small)).close()
