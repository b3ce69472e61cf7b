"""The web process's end of one media worker: connection, hello, load."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from media import protocol
from media.channel import ChannelClient, ChannelError, Wire
from server.workers.join_meter import JoinMeter
from server.workers.placement import WorkerState

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
        on_draining: Callable[[MediaLink], None],
    ) -> None:
        self.index = index
        self.dump: protocol.Dump | None = None
        """What the worker held when it was attached."""
        self.load: protocol.WorkerLoad | None = None
        self.totals: protocol.WorkerTotals | None = None
        self.relay_path = ""
        """Where other workers bring their relays to it."""
        self.is_draining = False
        self._joins = JoinMeter()
        self._on_up = on_up
        self._on_down = on_down
        self._on_event = on_event
        self._on_draining = on_draining
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
        if not isinstance(command, protocol.PeerOffer):
            return await self._client.request(command)
        self._joins.begin()
        is_joined = False
        try:
            result = await self._client.request(command)
            is_joined = True
        finally:
            self._joins.end(time.monotonic(), is_joined=is_joined)
        return result

    def state(self, routers: int, max_peers: int) -> WorkerState:
        """Tell how busy it is, as far as is known here."""
        now_s = time.monotonic()
        load = self.load
        return WorkerState(
            index=self.index,
            cpu_percent=load.cpu_percent if load else 0.0,
            loop_lag_ms=load.loop_lag_ms if load else 0.0,
            shed_step=load.shed_step if load else 0,
            packets_out=load.packets_out if load else 0,
            peers=load.peers if load else 0,
            young_peers=self._joins.young(now_s),
            joins=self._joins.joining(now_s),
            routers=routers,
            max_peers=max_peers,
            is_draining=self.is_draining,
        )

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
            case protocol.WorkerDraining():
                self._drain()
            case protocol.WorkerError():
                log.warning("media-%d: %s %s", self.index, event.object_id, event)
            case _:
                if self.is_up:
                    self._on_event(self, event)
                else:  # told after the dump, which may already hold it
                    self._early.append(event)

    def _drain(self) -> None:
        self.is_draining = True
        if self.is_up:
            self._on_draining(self)

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
        self.relay_path = hello.relay_path
        self.dump = dump
        self.is_draining = dump.is_draining
        self._on_up(self, dump)
        if dump.is_draining:
            self._drain()
        early, self._early = self._early, []
        for event in early:
            self._on_event(self, event)
