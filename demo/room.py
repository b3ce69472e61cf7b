"""Take part in a seminar over Socket.IO, as the browser's room does."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

import aiohttp
import socketio

Json = dict[str, Any]
CONNECTION_ERRORS = (
    aiohttp.ClientError,
    OSError,
    TimeoutError,
    socketio.exceptions.SocketIOError,
)
"""What a server or a worker that restarts looks like from here."""
REQUESTED_WITH = {"X-Requested-With": "hallcast"}


class RefusedError(Exception):
    """The server refused a command; `code` is its stable error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Room:
    """One participant's connection.

    `on_event` gets each event of the session, `on_snapshot` the state at each
    (re)joining.
    """

    def __init__(
        self, http: aiohttp.ClientSession, base_url: str, seminar_id: str
    ) -> None:
        self.seminar_id = seminar_id
        self.welcome: Json = {}
        self.on_event: Callable[[Json], None] = lambda _event: None
        self.on_snapshot: Callable[[Json], None] = lambda _state: None
        self._base_url = base_url
        self._socket = socketio.AsyncClient(
            http_session=http, reconnection_delay=0.5, reconnection_delay_max=5
        )
        self._welcomed = asyncio.Event()
        self._socket.on("welcome", self._on_welcome)
        self._socket.on("events", self._on_events)

    @property
    def participant_id(self) -> str:
        return str(self.welcome["participant_id"])

    @property
    def snapshot(self) -> Json:
        """State at the time of (re)joining."""
        state: Json = self.welcome["snapshot"]
        return state

    async def join(self) -> None:
        """Connect and wait for the welcome."""
        auth = {"seminar_id": self.seminar_id}
        await self._socket.connect(self._base_url, auth=auth)
        async with asyncio.timeout(10):
            await self._welcomed.wait()

    async def leave(self) -> None:
        await self._socket.disconnect()

    async def send(self, kind: str, /, **fields: object) -> Json:
        """Send one command and return its ack; raises `RefusedError`."""
        request = {
            "key": secrets.token_urlsafe(16),
            "command": {"type": kind, **fields},
        }
        ack: Json = await self._socket.call("command", request, timeout=10)
        if not ack["ok"]:
            raise RefusedError(ack["error"]["code"], ack["error"]["message"])
        return ack

    def _on_welcome(self, body: Json) -> None:
        self.welcome = body
        self.on_snapshot(body["snapshot"])
        self._welcomed.set()

    def _on_events(self, batch: Json) -> None:
        for logged in batch["events"]:
            self.on_event(logged["event"])
