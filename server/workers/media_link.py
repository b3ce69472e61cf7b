"""The web process's end of one media worker: connection, hello, load."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from media import protocol
from media.channel import ChannelClient, ChannelError, Wire

log = logging.getLogger(__name__)

MediaClient = ChannelClient[protocol.Command, protocol.Result, protocol.Event]
WIRE: Wire[protocol.Command, protocol.Result, protocol.Event] = Wire(
    protocol.Request, protocol.Reply, protocol.Notice, protocol.Failure
)


class MediaLink:
    """One worker. `is_up` from its hello and dump until the connection is lost."""

    def __init__(
        self,
        index: int,
        path: str,
        *,
        on_up: Callable[[MediaLink, protocol.Dump], None],
        on_down: Callable[[MediaLink], None],
        on_event: Callable[[MediaLink, protocol.Event], None],
    ) -> None:
        self.index = index
        self.dump: protocol.Dump | None = None
        """What the worker held when it was attached."""
        self.load: protocol.WorkerLoad | None = None
        self.totals: protocol.WorkerTotals | None = None
        self._on_up = on_up
        self._on_down = on_down
        self._on_event = on_event
        self._early: list[protocol.Event] = []
        self._attaching: asyncio.Task[None] | None = None
        self._client: MediaClient = ChannelClient(
            path, WIRE, on_event=self._take, on_state=self._connection_changed
        )

    @property
    def is_up(self) -> bool:
        return self.dump is not None

    def start(self) -> None:
        self._client.start()

    async def close(self) -> None:
        if self._attaching is not None:
            self._attaching.cancel()
            await asyncio.gather(self._attaching, return_exceptions=True)
        await self._client.close()

    async def request(self, command: protocol.Command) -> protocol.Result:
        """Send a command. Raise ChannelError."""
        return await self._client.request(command)

    def _connection_changed(self, connected: bool) -> None:
        self._early.clear()
        if connected:
            return
        was_up, self.dump = self.is_up, None
        self.load = self.totals = None
        if self._attaching is not None:
            self._attaching.cancel()
        if was_up:
            self._on_down(self)

    def _take(self, event: protocol.Event) -> None:
        match event:
            case protocol.Hello():
                self._attaching = asyncio.create_task(self._attach(event))
            case protocol.WorkerLoad():
                self.load = event
            case protocol.WorkerTotals():
                self.totals = event
            case protocol.WorkerError():
                log.warning("media-%d: %s %s", self.index, event.object_id, event)
            case _:
                if self.is_up:
                    self._on_event(self, event)
                else:  # told after the dump, which may already hold it
                    self._early.append(event)

    async def _attach(self, hello: protocol.Hello) -> None:
        """Read what the worker holds, then call it up."""
        if hello.protocol_version != protocol.PROTOCOL_VERSION:
            log.error("media-%d speaks protocol %d", self.index, hello.protocol_version)
            return
        try:
            dump = await self.request(protocol.WorkerDump())
        except ChannelError as error:
            log.warning("media-%d gave no dump: %s", self.index, error)
            return
        assert isinstance(dump, protocol.Dump)
        self.dump = dump
        self._on_up(self, dump)
        early, self._early = self._early, []
        for event in early:
            self._on_event(self, event)
