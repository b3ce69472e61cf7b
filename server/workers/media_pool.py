"""All media workers of the node: which router lives where, and who hears its events.

A router stays on its worker. When the worker dies its routers are opened again as
soon as the new process says hello, or on another worker when it stays away.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from media import protocol
from media.channel import ChannelError, NotConnected
from server.workers.media_link import MediaLink

log = logging.getLogger(__name__)

MOVE_AFTER_S = 2.0
"""A worker needs about one second to come back; only then is moving quicker."""
ORPHAN_GRACE_S = 60.0
"""After a start of the web process: sessions claim their routers within this time."""


@dataclass(frozen=True)
class RouterDump:
    """What a worker holds of one router."""

    peers: dict[str, protocol.PeerInfo] = field(default_factory=dict)
    publications: dict[str, protocol.PublicationInfo] = field(default_factory=dict)
    slots: dict[str, str | None] = field(default_factory=dict)
    sinks: frozenset[str] = frozenset()

    @classmethod
    def of(cls, dump: protocol.Dump, router_id: str) -> RouterDump:
        return cls(
            peers={p.peer_id: p for p in dump.peers if p.router_id == router_id},
            publications={
                p.publication_id: p
                for p in dump.publications
                if p.router_id == router_id
            },
            slots={
                s.slot: s.publication_id for s in dump.slots if s.router_id == router_id
            },
            sinks=frozenset(dump.sinks),
        )


class RouterOwner(Protocol):
    """Whom the pool tells about one router; called on the event loop, never blocks."""

    def on_router_up(self, dump: RouterDump, is_fresh: bool) -> None:
        """The router is open. `is_fresh`: an empty one, all media began anew."""

    def on_router_down(self) -> None:
        """The worker is away."""

    def on_media_event(self, event: protocol.Event) -> None: ...


@dataclass(slots=True)
class _Placement:
    owner: RouterOwner
    link: MediaLink | None = None
    is_open: bool = False
    opening: asyncio.Task[None] | None = None


class MediaPool:
    """Connects to every worker's socket; `paths` are the sockets by worker index."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._links = [
            MediaLink(
                index,
                path,
                on_up=self._link_up,
                on_down=self._link_down,
                on_event=self._dispatch,
            )
            for index, path in enumerate(paths)
        ]
        self._placements: dict[str, _Placement] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def is_ready(self) -> bool:
        """Every worker is connected."""
        return all(link.is_up for link in self._links)

    @property
    def loads(self) -> dict[int, protocol.WorkerLoad]:
        """The newest load report by worker index."""
        return {link.index: link.load for link in self._links if link.load is not None}

    @property
    def totals(self) -> dict[int, protocol.WorkerTotals]:
        """The newest totals by worker index."""
        return {
            link.index: link.totals for link in self._links if link.totals is not None
        }

    @property
    def workers(self) -> dict[int, bool]:
        """Whether each worker is connected, by its index."""
        return {link.index: link.is_up for link in self._links}

    def open(self) -> None:
        for link in self._links:
            link.start()
        self._later(ORPHAN_GRACE_S, self._close_orphans)

    async def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        tasks = [p.opening for p in self._placements.values() if p.opening]
        tasks += self._closing
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for link in self._links:
            await link.close()

    def claim(self, router_id: str, owner: RouterOwner) -> None:
        """Open a router, or take over the one a worker already holds.

        Returns at once; the owner hears `on_router_up` when it is there.
        """
        placement = self._placements.get(router_id)
        if placement is None:
            self._placements[router_id] = placement = _Placement(owner)
        placement.owner = owner
        if placement.link is None:
            self._place(router_id, placement)

    async def release(self, router_id: str) -> None:
        """Close a router with everything in it."""
        placement = self._placements.pop(router_id, None)
        if placement is None:
            return
        if placement.opening is not None:
            placement.opening.cancel()
        if placement.link is not None and placement.link.is_up:
            await _close_router(placement.link, router_id)

    async def request(
        self, router_id: str, command: protocol.Command
    ) -> protocol.Result:
        """Send a command to the worker of a router. Raise ChannelError."""
        placement = self._placements.get(router_id)
        if placement is None or placement.link is None or not placement.is_open:
            raise NotConnected(f"router {router_id} is not open")
        return await placement.link.request(command)

    def _place(self, router_id: str, placement: _Placement) -> None:
        link = self._holder(router_id) or self._least_loaded()
        if link is None:
            return  # the next worker to say hello takes it
        placement.link = link
        placement.opening = asyncio.create_task(self._open(router_id, placement, link))

    def _holder(self, router_id: str) -> MediaLink | None:
        for link in self._links:
            if link.dump is not None and router_id in link.dump.routers:
                return link
        return None

    def _least_loaded(self) -> MediaLink | None:
        up = [link for link in self._links if link.is_up]
        routers = [placement.link for placement in self._placements.values()]
        return min(
            up,
            key=lambda link: (
                link.load.cpu_percent // 10 if link.load else 0,
                routers.count(link),
            ),
            default=None,
        )

    async def _open(
        self, router_id: str, placement: _Placement, link: MediaLink
    ) -> None:
        """Open the router on `link` and hand the owner what is in it."""
        dump = link.dump
        is_fresh = dump is None or router_id not in dump.routers
        try:
            if is_fresh:
                await link.request(protocol.RouterOpen(router_id=router_id))
            else:  # the dump of the hello may be old by now
                newest = await link.request(protocol.WorkerDump())
                assert isinstance(newest, protocol.Dump)
                dump = newest
        except ChannelError as error:
            log.warning("router %s was not opened: %s", router_id, error)
            return
        placement.is_open = True
        held = (
            RouterDump() if is_fresh or dump is None else RouterDump.of(dump, router_id)
        )
        placement.owner.on_router_up(held, is_fresh)

    def _link_up(self, link: MediaLink, dump: protocol.Dump) -> None:
        for router_id, placement in self._placements.items():
            if placement.link is link or placement.link is None:
                self._place_on(link, router_id, placement)

    def _place_on(self, link: MediaLink, router_id: str, place: _Placement) -> None:
        place.link = link
        place.opening = asyncio.create_task(self._open(router_id, place, link))

    def _link_down(self, link: MediaLink) -> None:
        for placement in self._placements.values():
            if placement.link is link:
                placement.is_open = False
                placement.owner.on_router_down()
        self._later(MOVE_AFTER_S, lambda: self._move_from(link))

    def _move_from(self, link: MediaLink) -> None:
        if link.is_up:
            return
        for router_id, placement in self._placements.items():
            if placement.link is link:
                placement.link = None
                self._place(router_id, placement)

    def _close_orphans(self) -> None:
        """Close routers of sessions that ended while the web process was away."""
        for link in self._links:
            for router_id in link.dump.routers if link.dump else ():
                if router_id not in self._placements:
                    log.warning("closing router %s, which no session owns", router_id)
                    task = asyncio.create_task(_close_router(link, router_id))
                    self._closing.add(task)
                    task.add_done_callback(self._closing.discard)

    def _dispatch(self, link: MediaLink, event: protocol.Event) -> None:
        router_id = getattr(event, "router_id", None)
        if isinstance(event, protocol.PublicationOpened):
            router_id = event.publication.router_id
        placement = self._placements.get(router_id or "")
        if placement is not None and placement.link is link and placement.is_open:
            placement.owner.on_media_event(event)

    def _later(self, delay_s: float, call: Callable[[], None]) -> None:
        def run() -> None:
            self._timers.discard(timer)
            call()

        timer = asyncio.get_running_loop().call_later(delay_s, run)
        self._timers.add(timer)


async def _close_router(link: MediaLink, router_id: str) -> None:
    try:
        await link.request(protocol.RouterClose(router_id=router_id))
    except ChannelError as error:
        log.warning("router %s was not closed: %s", router_id, error)
