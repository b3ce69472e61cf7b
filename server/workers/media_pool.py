"""All media workers of the node: which router lives where, and who hears its events.

A router has one origin, where its publishers are, and stays there; viewers that are too
many for one worker go to replicas (`placement`). When the origin dies its routers are
opened again as soon as the new process says hello, or elsewhere when it stays away.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence

from media import protocol
from media.channel import ChannelError, NotConnected
from server.workers.drain import close_router, move_viewers
from server.workers.media_link import MediaLink
from server.workers.placement import (
    WorkerState,
    choose_for_router,
    choose_for_viewer,
)
from server.workers.replicas import Replicas
from server.workers.router_owner import RouterDump, RouterOwner

log = logging.getLogger(__name__)

MOVE_AFTER_S = 2.0
"""A worker needs about one second to come back; only then is moving quicker."""
SETTLE_S = 2.0
"""After a start of the web process: a router may be on a worker not yet heard of."""
ORPHAN_GRACE_S = 60.0
"""After a start of the web process: sessions claim their routers within this time."""


class _Placement:
    """Where one router is."""

    def __init__(self, router_id: str, owner: RouterOwner) -> None:
        self.owner = owner
        self.link: MediaLink | None = None
        """Of the origin."""
        self.is_open = False
        self.opening: asyncio.Task[None] | None = None
        self.replicas = Replicas(
            router_id,
            origin=lambda: self.link if self.is_open else None,
            on_up=lambda link, dump: self.owner.on_replica_up(
                link.index, RouterDump.of(dump, router_id) if dump else RouterDump()
            ),
            on_down=lambda link: self.owner.on_replica_down(link.index),
        )

    def is_on(self, link: MediaLink) -> bool:
        """Tell whether the worker has the router, as origin or as replica."""
        if self.link is link:
            return self.is_open
        return link.index in self.replicas.indexes

    def cancel(self) -> list[asyncio.Task[None]]:
        """Stop opening; return the tasks to wait for."""
        tasks = self.replicas.cancel()
        if self.opening is not None:
            self.opening.cancel()
            tasks.append(self.opening)
        return tasks


class MediaPool:
    """Connects to every worker's socket; `paths` are the sockets by worker index."""

    def __init__(self, paths: Sequence[str], max_peers: int = 2_000) -> None:
        self._max_peers = max_peers
        self._links = [
            MediaLink(
                index,
                path,
                on_up=self._link_up,
                on_down=self._link_down,
                on_event=self._dispatch,
                on_draining=lambda link: self._spawn(self._drain(link)),
            )
            for index, path in enumerate(paths)
        ]
        self._placements: dict[str, _Placement] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._heard: set[int] = set()
        self._settled_at_s = 0.0

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
        self._settled_at_s = time.monotonic() + SETTLE_S
        for link in self._links:
            link.start()
        self._later(SETTLE_S, self._place_waiting)
        self._later(ORPHAN_GRACE_S, self._close_orphans)

    async def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        tasks = [task for one in self._placements.values() for task in one.cancel()]
        tasks += self._tasks
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
            placement = self._placements[router_id] = _Placement(router_id, owner)
        placement.owner = owner
        if placement.link is None:
            self._place(router_id, placement)
        for link in self._links:
            self._adopt_replica(link, router_id, placement)

    async def release(self, router_id: str) -> None:
        """Close a router with everything in it, on every worker."""
        placement = self._placements.pop(router_id, None)
        if placement is None:
            return
        placement.cancel()
        for index in placement.replicas.indexes:
            await placement.replicas.close(index)
        if placement.link is not None and placement.link.is_up:
            await close_router(placement.link, router_id)

    async def request(
        self, router_id: str, command: protocol.Command, index: int | None = None
    ) -> protocol.Result:
        """Send a command to the origin of a router, or to a replica.

        Raise ChannelError.
        """
        placement = self._placements.get(router_id)
        if placement is None or placement.link is None or not placement.is_open:
            raise NotConnected(f"router {router_id} is not open")
        link = placement.link
        if index is not None and index != link.index:
            link = placement.replicas.link(index)
        return await link.request(command)

    async def place_viewer(self, router_id: str) -> int:
        """Return the worker for one more viewer, which then has the router.

        Raise ChannelError.
        """
        placement = self._placements.get(router_id)
        if placement is None or placement.link is None or not placement.is_open:
            raise NotConnected(f"router {router_id} is not open")
        origin = placement.link.index
        index = choose_for_viewer(self._states(), origin, placement.replicas.indexes)
        if index is None or index == origin:
            return origin
        try:
            await placement.replicas.ensure(self._links[index])
        except ChannelError as error:
            log.warning("router=%s viewer stays at the origin: %s", router_id, error)
            return origin
        return index

    def close_replica(self, router_id: str, index: int) -> None:
        """Close a replica that nobody needs any more; returns at once."""
        placement = self._placements.get(router_id)
        if placement is not None:
            self._spawn(placement.replicas.close(index))

    def _states(self) -> list[WorkerState]:
        homes = [placement.link for placement in self._placements.values()]
        return [
            link.state(homes.count(link), self._max_peers)
            for link in self._links
            if link.is_up
        ]

    # Opening origins.

    def _place(self, router_id: str, placement: _Placement) -> None:
        link = self._holder(router_id)
        if link is None and self._is_settled:
            index = choose_for_router(self._states())
            link = None if index is None else self._links[index]
        if link is not None:  # else the next worker to say hello takes it
            self._place_on(link, router_id, placement)

    @property
    def _is_settled(self) -> bool:
        """Every worker told what it holds, or had the time for it."""
        has_all = len(self._heard) == len(self._links)
        return has_all or time.monotonic() >= self._settled_at_s

    def _place_waiting(self) -> None:
        for router_id, placement in self._placements.items():
            if placement.link is None:
                self._place(router_id, placement)

    def _holder(self, router_id: str) -> MediaLink | None:
        for link in self._links:
            dump = link.dump
            if dump and router_id in dump.routers and router_id not in dump.replicas:
                return link
        return None

    def _place_on(self, link: MediaLink, router_id: str, place: _Placement) -> None:
        place.link = link
        was_replica = place.replicas.lose(link)
        place.opening = asyncio.create_task(
            self._open(router_id, place, link, was_replica)
        )

    async def _open(
        self, router_id: str, placement: _Placement, link: MediaLink, was_replica: bool
    ) -> None:
        """Open the router on `link` and hand the owner what is in it."""
        dump = link.dump
        was_replica |= dump is not None and router_id in dump.replicas
        is_fresh = was_replica or dump is None or router_id not in dump.routers
        try:
            if was_replica:  # an origin begins without its leftovers
                await link.request(protocol.RouterClose(router_id=router_id))
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
        placement.owner.on_router_up(link.index, held, is_fresh)
        placement.replicas.relay_anew()

    # What links tell.

    def _link_up(self, link: MediaLink, dump: protocol.Dump) -> None:
        self._heard.add(link.index)
        for router_id, placement in self._placements.items():
            if placement.link is link:
                self._place_on(link, router_id, placement)
            else:
                self._adopt_replica(link, router_id, placement)
        self._place_waiting()

    def _adopt_replica(
        self, link: MediaLink, router_id: str, placement: _Placement
    ) -> None:
        dump = link.dump
        if dump is None or router_id not in dump.replicas or placement.link is link:
            return
        if link.index not in placement.replicas.indexes:
            self._spawn(self._read_replica(link, router_id, placement))

    async def _read_replica(
        self, link: MediaLink, router_id: str, placement: _Placement
    ) -> None:
        try:
            # The dump of the hello may be old by now.
            dump = await link.request(protocol.WorkerDump())
        except ChannelError as error:
            log.warning("replica of %s not taken over: %s", router_id, error)
            return
        assert isinstance(dump, protocol.Dump)
        if router_id in dump.replicas and placement.link is not link:
            placement.replicas.adopt(link, dump)

    def _link_down(self, link: MediaLink) -> None:
        for placement in self._placements.values():
            placement.replicas.lose(link)
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

    async def _drain(self, link: MediaLink) -> None:
        """Move everything away from a worker, which then ends by itself."""
        try:
            await move_viewers(link, self._owner_of)
        except ChannelError as error:
            log.warning("media-%d drained no further: %s", link.index, error)
            return
        for placement in list(self._placements.values()):
            await placement.replicas.close(link.index)
        for router_id, placement in list(self._placements.items()):
            if placement.link is link and placement.is_open:
                placement.is_open = False
                placement.owner.on_router_down()
                await close_router(link, router_id)
                self._move(router_id, placement)

    def _move(self, router_id: str, placement: _Placement) -> None:
        """Open a router elsewhere; without an elsewhere it waits for the successor."""
        index = choose_for_router(
            [one for one in self._states() if not one.is_draining]
        )
        if index is not None:
            self._place_on(self._links[index], router_id, placement)

    def _owner_of(self, router_id: str) -> RouterOwner | None:
        placement = self._placements.get(router_id)
        return None if placement is None else placement.owner

    def _close_orphans(self) -> None:
        """Close routers of sessions that ended while the web process was away."""
        for link in self._links:
            for router_id in link.dump.routers if link.dump else ():
                if router_id not in self._placements:
                    log.warning("closing router %s, which no session owns", router_id)
                    self._spawn(close_router(link, router_id))

    def _dispatch(self, link: MediaLink, event: protocol.Event) -> None:
        router_id = getattr(event, "router_id", None)
        if isinstance(event, protocol.PublicationOpened):
            router_id = event.publication.router_id
        placement = self._placements.get(router_id or "")
        if placement is None:
            return
        if isinstance(event, protocol.RelayClosed):
            placement.replicas.relay_closed(event.relay_id)
        elif placement.is_on(link):
            placement.owner.on_media_event(link.index, event)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _later(self, delay_s: float, call: Callable[[], None]) -> None:
        def run() -> None:
            self._timers.discard(timer)
            call()

        timer = asyncio.get_running_loop().call_later(delay_s, run)
        self._timers.add(timer)
