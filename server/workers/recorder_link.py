"""The web process's end of the recorder: connection, hello, dump, events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from media.channel import (
    REQUEST_TIMEOUT_S,
    ChannelClient,
    ChannelError,
    NotConnected,
    Wire,
)
from recordings import protocol

log = logging.getLogger(__name__)

RecorderClient = ChannelClient[protocol.Command, protocol.Result, protocol.Event]
WIRE: Wire[protocol.Command, protocol.Result, protocol.Event] = Wire(
    protocol.Request, protocol.Reply, protocol.Notice, protocol.Failure
)


class RecorderLink:
    """`sessions` is what the recorder is recording, by session id, while it is up."""

    def __init__(
        self,
        path: str,
        *,
        on_up: Callable[[], None],
        on_down: Callable[[], None],
        on_event: Callable[[protocol.Event], None],
    ) -> None:
        self.is_up = False
        self.sessions: dict[str, protocol.SessionInfo] = {}
        """As of the hello: what to adopt after a restart of the web process."""
        self._on_up = on_up
        self._on_down = on_down
        self._on_event = on_event
        self._attaching: asyncio.Task[None] | None = None
        self._client: RecorderClient = ChannelClient(
            path, WIRE, on_event=self._take, on_state=self._connection_changed
        )

    def open(self) -> None:
        self._client.start()

    async def close(self) -> None:
        if self._attaching is not None:
            self._attaching.cancel()
            await asyncio.gather(self._attaching, return_exceptions=True)
        await self._client.close()

    async def request(
        self, command: protocol.Command, timeout_s: float = REQUEST_TIMEOUT_S
    ) -> protocol.Result:
        """Send a command. Raise ChannelError."""
        if not self.is_up:
            raise NotConnected("the recorder is away")
        return await self._client.request(command, timeout_s)

    def _connection_changed(self, connected: bool) -> None:
        if connected:
            return
        was_up, self.is_up = self.is_up, False
        if self._attaching is not None:
            self._attaching.cancel()
        if was_up:
            self._on_down()

    def _take(self, event: protocol.Event) -> None:
        if isinstance(event, protocol.Hello):
            self._attaching = asyncio.create_task(self._attach(event))
        else:
            self._on_event(event)

    async def _attach(self, hello: protocol.Hello) -> None:
        if hello.protocol_version != protocol.PROTOCOL_VERSION:
            log.error("the recorder speaks protocol %d", hello.protocol_version)
            return
        try:
            dump = await self._client.request(protocol.RecorderDump())
        except ChannelError as error:
            log.warning("the recorder gave no dump: %s", error)
            return
        assert isinstance(dump, protocol.Dump)
        self.sessions = {one.session_id: one for one in dump.sessions}
        self.is_up = True
        self._on_up()
