"""The gateway on a real loopback port, and clients that keep what they hear."""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import socketio
from aiohttp import web

from server.clock import SystemClock
from server.domain.events import Role
from server.http.wire import Person, Seminar, SeminarCard, SeminarDraft
from server.limits import Crowd
from server.realtime.broadcast import Parcel
from server.realtime.gateway import Gateway
from server.services.admission import admit
from server.services.live import LiveSession
from tests.fakes.academy import SEMINAR, Hall


def seminar_body(role: Role = "participant") -> Seminar:
    draft = SeminarDraft(
        title="67 functions",
        summary="",
        starts_at_ms=1,
        duration_min=60,
        time_zone="Asia/Almaty",
        centre_ids=[],
    )
    card = SeminarCard(
        seminar_id=SEMINAR,
        title=draft.title,
        starts_at_ms=1,
        duration_min=60,
        time_zone=draft.time_zone,
        trainer_name="Trainer",
        status="planned",
        session=None,
        my_role=role,
        may_edit=False,
        invited=3,
    )
    return Seminar(card=card, draft=draft, decks=[], centres=[])


async def _authenticate(request: web.Request) -> Person | None:
    person_id = request.headers.get("X-Person")
    if person_id is None:
        return None
    return Person(
        person_id=person_id,
        name="",
        post="",
        centre_id=None,
        role="participant",
        locale="en",
    )


async def _seminar_of(_seminar_id: str, _person_id: str) -> Seminar:
    return seminar_body()


class Client:
    """One Socket.IO connection of a person."""

    def __init__(self, url: str, person_id: str | None, **headers: str) -> None:
        self._url = url
        self._headers = headers | ({"X-Person": person_id} if person_id else {})
        self.heard: list[tuple[str, Any]] = []
        self.refusal: dict[str, Any] | None = None
        self.gone = asyncio.Event()
        self._news = asyncio.Event()
        self._io = socketio.AsyncClient(reconnection=False)
        for name in ("welcome", "events", "presence", "tally", "slots", "lines"):
            self._io.on(name, self._hearer(name))
        self._io.on("connect_error", self._refused)
        self._io.on("disconnect", lambda *_: self.gone.set())

    def _hearer(self, name: str) -> Any:
        def hear(body: Any) -> None:
            self.heard.append((name, body))
            self._news.set()

        return hear

    def _refused(self, body: Any) -> None:
        self.refusal = body.get("data") if isinstance(body, dict) else None

    async def open(
        self, transports: tuple[str, ...] = ("websocket",), **hello: object
    ) -> Client:
        auth = {"seminar_id": SEMINAR, **hello}
        await self._io.connect(
            self._url,
            headers=self._headers,
            auth=auth,
            transports=list(transports),
            wait_timeout=5,
        )
        return self

    async def hear(self, name: str, wants: Any = lambda _: True) -> Any:
        """Wait for a message of this name that `wants` accepts, old ones included."""
        async with asyncio.timeout(5):
            while True:
                for heard, body in self.heard:
                    if heard == name and wants(body):
                        return body
                self._news.clear()
                await self._news.wait()

    async def hear_event(self, type_: str) -> dict[str, Any]:
        """Wait for an event of this type."""

        def has(body: dict[str, Any]) -> bool:
            return any(one["event"]["type"] == type_ for one in body["events"])

        body = await self.hear("events", has)
        return next(
            one["event"] for one in body["events"] if one["event"]["type"] == type_
        )

    def event_types(self) -> list[str]:
        return [
            one["event"]["type"]
            for name, body in self.heard
            if name == "events"
            for one in body["events"]
        ]

    async def command(self, type_: str, /, **fields: object) -> dict[str, Any]:
        command = {"type": type_, **fields}
        return await self.ask("command", {"key": uuid.uuid4().hex, "command": command})

    async def ask(self, name: str, payload: object) -> dict[str, Any]:
        return await self._io.call(name, payload, timeout=5)  # type: ignore[no-any-return]

    async def send(self, name: str, payload: object) -> None:
        await self._io.emit(name, payload)

    async def send_raw(self, packet: str | bytes) -> None:
        """Send an Engine.IO message as it is."""
        await self._io.eio.send(packet)

    async def close(self) -> None:
        await self._io.disconnect()


class SocketStack:
    def __init__(self, hall: Hall, url: str, gateway: Gateway) -> None:
        self.hall = hall
        self.url = url
        self.gateway = gateway
        self._clients: list[Client] = []

    def client(self, person_id: str | None, **headers: str) -> Client:
        client = Client(self.url, person_id, **headers)
        self._clients.append(client)
        return client

    async def deaf_client(self, person_id: str) -> socket.socket:
        """Connect a websocket that takes part but never reads again."""
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        port = int(self.url.rpartition(":")[2])
        await asyncio.to_thread(line.connect, ("127.0.0.1", port))
        request = (
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{port}\r\nX-Person: {person_id}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        await asyncio.to_thread(line.sendall, request.encode())
        await asyncio.to_thread(line.recv, 1024)
        hello = b'40{"seminar_id":"%s"}' % SEMINAR.encode()
        # A masked text frame (RFC 6455 5.2) under an all-zero mask.
        frame = bytes([0x81, 0x80 | len(hello)]) + bytes(4) + hello
        await asyncio.to_thread(line.sendall, frame)
        async with asyncio.timeout(5):
            while self.gateway.connections == 0:
                await asyncio.sleep(0.02)
        return line

    def parcel_for(self, session: LiveSession, body: dict[str, Any]) -> Parcel:
        """Make a message for every connection of a session."""
        return Parcel(tuple(session._connections), "events", body)

    async def close(self) -> None:
        for client in self._clients:
            await client.close()


@asynccontextmanager
async def open_stack(hall: Hall, strangers: int = 400) -> AsyncIterator[SocketStack]:
    hall.live._clock = clock = SystemClock()
    gateway = Gateway(
        hall.live,
        clock,
        _authenticate,
        partial(admit, hall.database),
        _seminar_of,
        Crowd(strangers),
        lambda request: request.headers.get("X-Address", ""),
    )
    app = web.Application()
    gateway.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    stack = SocketStack(hall, f"http://127.0.0.1:{port}", gateway)
    try:
        yield stack
    finally:
        await stack.close()
        await gateway.close()
        await runner.cleanup()
