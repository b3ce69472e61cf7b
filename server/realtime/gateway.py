"""The Socket.IO gateway: who connects, what they send, what they are sent.

Handlers here translate; they decide nothing. `authenticate` and `seminar_of` come from
the HTTP side, so that a socket is as good as the login it was opened with.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import ValidationError
from socketio.exceptions import ConnectionRefusedError as Refused

from server.clock import Clock
from server.errors import (
    HallcastError,
    InternalError,
    NotLoggedInError,
    RateLimitedError,
)
from server.http.error_body import bad_request, error_body
from server.http.wire import Hello, Person, Seminar
from server.limits import Crowd
from server.meters import Meters
from server.realtime import inbox
from server.realtime.broadcast import Broadcast, Parcel
from server.realtime.pump import Pump
from server.realtime.rate_limit import Bucket
from server.realtime.strict_server import StrictServer
from server.services.admission import Admission
from server.services.live import LiveSession, refusal
from server.services.live_registry import Live

log = logging.getLogger(__name__)

COMMANDS_PER_S = 30.0
COMMANDS_BURST = 60
LINES_PER_S = 0.5
LINES_BURST = 10
"""A page tells what has lasted for 3 s; after a change of network several at once."""
MAX_UNREAD = 300
"""Messages a receiver may be behind before we hang up: it comes back with its `seq`
and gets what it missed in one message. At 10 messages a second, half a minute."""


@dataclass(slots=True)
class _Client:
    session: LiveSession
    participant_id: str
    bucket: Bucket
    line_bucket: Bucket


class Gateway:
    """Owns the Socket.IO server. Construct before `Live` opens its first session."""

    def __init__(
        self,
        live: Live,
        clock: Clock,
        authenticate: Callable[[web.Request], Awaitable[Person | None]],
        admit: Callable[[str, str], Awaitable[Admission]],
        seminar_of: Callable[[str, str], Awaitable[Seminar]],
        strangers: Crowd,
        address_of: Callable[[web.Request], str],
        origins: list[str] | None = None,
        meters: Meters | None = None,
    ) -> None:
        """`admit` and `seminar_of` take seminar and person id.

        `strangers` limits, by `address_of` a request, who has not said hello yet.
        `origins` None is same-origin.
        """
        self._live = live
        self._clock = clock
        self._authenticate = authenticate
        self._admit = admit
        self._seminar_of = seminar_of
        self._clients: dict[str, _Client] = {}
        self._broadcasts: dict[str, Broadcast] = {}
        self._is_closing = False
        self._meters = meters or Meters()
        self._meters.sockets.set_function(lambda: self.connections)
        self._server = StrictServer(clock, origins, strangers, address_of)
        self._server.on("connect", self._on_connect)
        self._server.on("disconnect", self._on_disconnect)
        self._server.on("command", self._on_command)
        self._server.on("clock", self._on_clock)
        self._server.on("line", self._on_line)
        live.audience_of = self._audience_of

    def attach(self, app: web.Application) -> None:
        """Serve Socket.IO under `/socket.io` of `app`."""
        self._server.attach(app)

    async def close(self) -> None:
        """Close every connection. Nobody leaves: they come back to the next process."""
        if not self._is_closing:
            self._is_closing = True
            await self._server.close()

    @property
    def connections(self) -> int:
        return len(self._clients)

    # What clients do.

    async def _on_connect(
        self, sid: str, environ: dict[str, Any], auth: object = None
    ) -> None:
        try:
            await self._connect(sid, environ["aiohttp.request"], auth)
        except HallcastError as error:
            raise _refused(error) from None
        except Exception:  # outermost: the client gets a reason and tries again
            log.exception("a connection failed")
            raise _refused(InternalError()) from None

    async def _connect(self, sid: str, request: web.Request, auth: object) -> None:
        person = await self._authenticate(request)
        if person is None:
            raise NotLoggedInError
        try:
            hello = Hello.model_validate(auth or {})
        except ValidationError as error:
            raise bad_request(error) from None
        admission = await self._admit(hello.seminar_id, person.person_id)
        seminar = await self._seminar_of(hello.seminar_id, person.person_id)
        session = await self._live.session_of(hello.seminar_id)
        is_same = hello.session_id == session.session_id
        after_seq = hello.after_seq if is_same else None

        def joined(participant_id: str) -> None:
            self._broadcasts[session.session_id].add(
                sid, participant_id, seminar, after_seq
            )

        participant_id = await session.connect(admission, sid, joined)
        now_ms = self._clock.now_ms()
        self._clients[sid] = _Client(
            session,
            participant_id,
            Bucket(COMMANDS_PER_S, COMMANDS_BURST, now_ms),
            Bucket(LINES_PER_S, LINES_BURST, now_ms),
        )
        # After this handler the client is told that it is connected; only then may
        # it hear anything.
        asyncio.get_running_loop().call_soon(self._open, sid)

    def _open(self, sid: str) -> None:
        client = self._clients.get(sid)
        if client is None:
            return
        eio_sid = self._server.manager.eio_sid_from_sid(sid, "/")
        if eio_sid is None or not self._server.manager.is_connected(sid, "/"):
            # It broke off while we let it in: no disconnect comes any more.
            task = asyncio.ensure_future(self._on_disconnect(sid))
            task.add_done_callback(lambda done: done.exception())
            return
        self._server.greet(eio_sid)
        self._broadcasts[client.session.session_id].open(sid)

    async def _on_disconnect(self, sid: str, _reason: str = "") -> None:
        client = self._clients.pop(sid, None)
        if client is None or self._is_closing:
            return
        broadcast = self._broadcasts.get(client.session.session_id)
        if broadcast is not None:
            broadcast.remove(sid)
        await client.session.disconnect(sid)

    async def _on_command(self, sid: str, payload: object = None, *_: object) -> Any:
        client = self._clients.get(sid)
        if client is None:
            ack = refusal(NotLoggedInError())
        elif not client.bucket.take(self._clock.now_ms()):
            ack = refusal(RateLimitedError())
        else:
            ack = await inbox.receive(client.session, client.participant_id, payload)
        self._meters.note_command(ack.ok)
        return ack.model_dump(mode="json")

    async def _on_line(self, sid: str, payload: object = None, *_: object) -> None:
        """Note a page's word on its line; what is no such word is not answered."""
        client = self._clients.get(sid)
        if client is None or not client.line_bucket.take(self._clock.now_ms()):
            return
        page = inbox.read_line(payload)
        if page is not None:
            client.session.note_page(client.participant_id, page)

    async def _on_clock(self, _sid: str, *_: object) -> dict[str, int]:
        return {"server_time_ms": self._clock.now_ms()}

    # What clients are sent.

    def _audience_of(self, session: LiveSession) -> _SessionAudience:
        pump = Pump(self._clock, self._send, self._close_connection)
        broadcast = Broadcast(session, pump.wake)
        pump.start(broadcast)
        self._broadcasts[session.session_id] = broadcast
        return _SessionAudience(broadcast, pump, self._forget)

    def _forget(self, broadcast: Broadcast) -> None:
        for session_id, one in list(self._broadcasts.items()):
            if one is broadcast:
                del self._broadcasts[session_id]

    async def _send(self, parcel: Parcel) -> None:
        to = [sid for sid in parcel.to if self._keeps_up(sid)]
        if to:
            await self._server.emit(parcel.name, parcel.body, to=to)

    def _keeps_up(self, sid: str) -> bool:
        eio_sid = self._server.manager.eio_sid_from_sid(sid, "/")
        if eio_sid is None:
            return False
        if self._server.waiting_packets(eio_sid) <= MAX_UNREAD:
            return True
        log.info("hung up on a receiver that does not read")
        self._server.hang_up(eio_sid)
        return False

    async def _close_connection(self, sid: str) -> None:
        eio_sid = self._server.manager.eio_sid_from_sid(sid, "/")
        await self._server.disconnect(sid)
        if eio_sid is not None:
            self._server.hang_up(eio_sid)


class _SessionAudience:
    """A `Broadcast` with its pump, as the session's `Audience`."""

    def __init__(
        self, broadcast: Broadcast, pump: Pump, forget: Callable[[Broadcast], None]
    ) -> None:
        self.publish = broadcast.publish
        self.show_speakers = broadcast.show_speakers
        self.show_lines = broadcast.show_lines
        self.tell_shed = broadcast.tell_shed
        self.move_viewers = broadcast.move_viewers
        self._broadcast = broadcast
        self._pump = pump
        self._forget = forget

    async def close(self) -> None:
        await self._pump.close()
        self._forget(self._broadcast)


def _refused(error: HallcastError) -> Refused:
    body = error_body(error)
    return Refused(body.message, body.model_dump(mode="json"))
