"""The replicas of one router: which workers have one, and that its relay is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from media import protocol
from media.channel import ChannelError, NotConnected
from server.workers.media_link import MediaLink

log = logging.getLogger(__name__)

RETRY_S = 0.25


class _Replica:
    def __init__(self, link: MediaLink) -> None:
        self.link = link
        self.is_up = False
        self.opening: asyncio.Task[None] | None = None
        self.relaying: asyncio.Task[None] | None = None


class Replicas:
    """Opened on demand, kept while their worker lives; the origin may change."""

    def __init__(
        self,
        router_id: str,
        origin: Callable[[], MediaLink | None],
        on_up: Callable[[MediaLink, protocol.Dump | None], None],
        on_down: Callable[[MediaLink], None],
    ) -> None:
        self._router_id = router_id
        self._origin = origin
        """The worker of the publishers, while the router is open there."""
        self._on_up = on_up
        self._on_down = on_down
        self._replicas: dict[int, _Replica] = {}

    @property
    def indexes(self) -> tuple[int, ...]:
        """Workers that have a replica, or will in a moment."""
        return tuple(self._replicas)

    def link(self, index: int) -> MediaLink:
        """Return the worker of a replica. Raise NotConnected."""
        replica = self._replicas.get(index)
        if replica is None or not replica.is_up:
            raise NotConnected(f"router {self._router_id} has no replica {index}")
        return replica.link

    async def ensure(self, link: MediaLink) -> None:
        """Return once the worker has a replica. Raise ChannelError.

        Its relay may still be on its way: viewers can join before media flows.
        """
        replica = self._replicas.get(link.index)
        if replica is None:
            replica = self._replicas[link.index] = _Replica(link)
            replica.opening = asyncio.create_task(self._open(replica))
        if replica.opening is not None:
            # Not awaited itself: many join by one opening, and one may give up.
            await asyncio.wait({replica.opening})
        if not replica.is_up:
            raise NotConnected(f"media-{link.index} has no {self._router_id}")

    def adopt(self, link: MediaLink, dump: protocol.Dump) -> None:
        """Take a replica that the worker already holds."""
        before = self._replicas.pop(link.index, None)
        if before is not None:
            self._cancel(before)
        replica = self._replicas[link.index] = _Replica(link)
        self._up(replica, dump)

    def lose(self, link: MediaLink) -> bool:
        """Forget the replica of a worker that is away, or that becomes the origin.

        Who watched there comes back and is placed anew. Tells whether it had one.
        """
        replica = self._replicas.pop(link.index, None)
        if replica is None:
            return False
        self._cancel(replica)
        self._on_down(link)
        return True

    async def close(self, index: int) -> None:
        """Close a replica with its viewers."""
        replica = self._replicas.pop(index, None)
        if replica is None:
            return
        self._cancel(replica)
        self._on_down(replica.link)
        await self._ask(self._origin(), protocol.RelayClose(relay_id=self._id(replica)))
        await self._ask(replica.link, protocol.RouterClose(router_id=self._router_id))

    def relay_anew(self) -> None:
        """The origin is new."""
        for replica in self._replicas.values():
            if replica.is_up:
                self._begin_relay(replica)

    def relay_closed(self, relay_id: str) -> None:
        """The origin told that a relay broke."""
        for replica in self._replicas.values():
            if replica.is_up and self._id(replica) == relay_id:
                self._begin_relay(replica, RETRY_S)

    def cancel(self) -> list[asyncio.Task[None]]:
        """Stop working; return the tasks to wait for."""
        return [
            task
            for replica in self._replicas.values()
            for task in self._cancel(replica)
        ]

    def _id(self, replica: _Replica) -> str:
        return f"{self._router_id}.{replica.link.index}"

    def _cancel(self, replica: _Replica) -> list[asyncio.Task[None]]:
        tasks = [one for one in (replica.opening, replica.relaying) if one is not None]
        for task in tasks:
            task.cancel()
        return tasks

    async def _open(self, replica: _Replica) -> None:
        try:
            await replica.link.request(
                protocol.RouterOpen(router_id=self._router_id, is_replica=True)
            )
        except ChannelError as error:
            log.warning("router=%s no replica: %s", self._router_id, error)
            self._replicas.pop(replica.link.index, None)
            return
        log.info("router=%s replica on media-%d", self._router_id, replica.link.index)
        self._up(replica, None)

    def _up(self, replica: _Replica, dump: protocol.Dump | None) -> None:
        replica.is_up = True
        self._on_up(replica.link, dump)
        self._begin_relay(replica)

    def _begin_relay(self, replica: _Replica, delay_s: float = 0.0) -> None:
        if replica.relaying is not None:
            replica.relaying.cancel()
        replica.relaying = asyncio.create_task(self._relay(replica, delay_s))

    async def _relay(self, replica: _Replica, delay_s: float) -> None:
        """Ask the origin until the relay is open; while it is away, nobody."""
        await asyncio.sleep(delay_s)
        while (origin := self._origin()) is not None:
            try:
                await origin.request(
                    protocol.RelayOpen(
                        router_id=self._router_id,
                        relay_id=self._id(replica),
                        path=replica.link.relay_path,
                    )
                )
                return
            except ChannelError as error:
                log.warning("router=%s not relayed: %s", self._router_id, error)
                await asyncio.sleep(RETRY_S)

    async def _ask(self, link: MediaLink | None, command: protocol.Command) -> None:
        if link is None or not link.is_up:
            return
        try:
            await link.request(command)
        except ChannelError as error:
            log.warning("router=%s %s", self._router_id, error)
