"""The media side of one live session: brings its routers to the desired stage.

What should be comes as a `Stage`; what is comes from the workers' events and dumps. One
task compares the two and sends the difference, so that a lost reply, a restarted
worker and a restarted web process are all the same case. Each replica has a task of its
own: one that does not answer holds nobody up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

import msgspec

from media import protocol
from media.channel import ChannelError
from server.domain.events import Source
from server.domain.stage import Stage
from server.services.media_port import MediaListener
from server.workers.line_reports import media_lines
from server.workers.media_pool import MediaPool
from server.workers.peers import KEY_HOLDER, owner_of, peer_of
from server.workers.router_copy import RouterCopy, Wanted
from server.workers.router_owner import RouterDump

log = logging.getLogger(__name__)

RETRY_S = 0.25
IDLE_S = 30.0
"""A replica without viewers is kept so long: they may just be reconnecting."""
MAX_TIMERS = 64
SourceKey = tuple[str, Source]
Flow = tuple[bool, bool]
"""Has video, has audio."""


class _Replica:
    """A copy with the task that directs it."""

    def __init__(self, copy: RouterCopy, run: Callable[[_Replica], Awaitable[None]]):
        self.copy = copy
        self.wake = asyncio.Event()
        self.wake.set()
        self.task = asyncio.ensure_future(run(self))


class SessionMedia:
    """A `RouterOwner`. `listener` may be None while the session is not loaded."""

    def __init__(
        self,
        session_id: str,
        stage: Stage,
        pool: MediaPool,
        listener: Callable[[], MediaListener | None],
        on_router: Callable[[Literal["fresh", "kept", "down"], RouterDump], None],
    ) -> None:
        self.session_id = session_id
        self.stage = stage
        self.up = asyncio.Event()
        self.etags: dict[str, str] = {}
        """By peer; those of peers from before a restart are not known."""
        self._pool = pool
        self._listener = listener
        self._on_router = on_router
        self._origin = self._copy(-1, RouterDump())
        self._replicas: dict[int, _Replica] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._is_known = False
        """The router was up at least once, so an absent source is really gone."""
        self._told: dict[SourceKey, Flow] = {
            (ref.participant_id, ref.source): (True, False)
            for ref in stage.slots.values()
            if ref is not None
        }
        self._has_restarted = False
        self._was_up = stage.is_live or any(stage.slots.values())
        """Media flowed before: a fresh router now means that it was lost."""
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._run())
        pool.claim(session_id, self)

    def _copy(self, index: int, dump: RouterDump) -> RouterCopy:
        def request(command: protocol.Command) -> Awaitable[protocol.Result]:
            return self._pool.request(self.session_id, command, index)

        return RouterCopy(index, request, dump)

    @property
    def _copies(self) -> tuple[RouterCopy, ...]:
        return (self._origin, *(one.copy for one in self._replicas.values()))

    @property
    def peer_ids(self) -> tuple[str, ...]:
        return tuple(peer_id for copy in self._copies for peer_id in copy.peers)

    def worker_of(self, peer_id: str) -> int | None:
        """Return the worker a peer is on; None when it is not known."""
        for copy in self._copies:
            if peer_id in copy.peers:
                return copy.index
        return None

    def set_stage(self, stage: Stage) -> None:
        self.stage = stage
        self._wake_all()

    def add_peer(
        self, peer_id: str, direction: protocol.Direction, index: int | None
    ) -> None:
        """Expect a peer whose offer is about to be sent to this worker."""
        replica = self._replicas.get(-1 if index is None else index)
        copy = replica.copy if replica else self._origin
        copy.add_peer(self.session_id, peer_id, direction)

    def drop_peer(self, peer_id: str) -> None:
        """Forget a peer that is gone, with its publications."""
        for copy in self._copies:
            copy.drop_peer(peer_id)
        self.etags.pop(peer_id, None)
        self._wake_all()

    async def close(self) -> None:
        """Stop directing and close the router with everything in it."""
        await self.detach()
        await self._pool.release(self.session_id)

    async def detach(self) -> None:
        """Stop directing; the router stays for the next web process."""
        for timer in self._timers:
            timer.cancel()
        tasks = [self._task, *(one.task for one in self._replicas.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # What the workers tell.

    def on_router_up(self, index: int, dump: RouterDump, is_fresh: bool) -> None:
        self._origin = self._copy(index, dump)
        if is_fresh and self._was_up:
            self._has_restarted = True
        self._was_up = self._is_known = True
        self.up.set()
        self._on_router("fresh" if is_fresh else "kept", dump)
        self._wake_all()

    def on_router_down(self) -> None:
        self.up.clear()
        self._on_router("down", RouterDump())

    def on_replica_up(self, index: int, dump: RouterDump) -> None:
        self._replicas[index] = _Replica(self._copy(index, dump), self._run_replica)
        self._close_if_idle_later(index)

    def on_replica_down(self, index: int) -> None:
        replica = self._replicas.pop(index, None)
        if replica is not None:
            replica.task.cancel()
            self._tell_moved(replica.copy.viewers)

    def on_viewers_closed(self, peer_ids: Sequence[str]) -> None:
        owners = [owner_of(peer_id) for peer_id in peer_ids]
        self._tell_moved({one.participant_id for one in owners if one} - {KEY_HOLDER})

    def _tell_moved(self, participant_ids: set[str]) -> None:
        listener = self._listener()
        if listener is not None and participant_ids:
            listener.on_viewers_moved(sorted(participant_ids))

    def on_media_event(self, index: int, event: protocol.Event) -> None:
        replica = self._replicas.get(index)
        if isinstance(event, protocol.ViewerQuality):
            self._tell_lines(event, has_publishers=replica is None)
            return
        if replica is not None:
            if replica.copy.on_event(event):
                replica.wake.set()
            if not replica.copy.peers:
                self._close_if_idle_later(index)
        elif isinstance(event, protocol.SpeakersChanged):
            self._tell_speakers(event.publication_ids)
        elif self._origin.on_event(event):
            self._wake_all()
        if isinstance(event, protocol.PeerStateChanged) and event.state == "closed":
            self.etags.pop(event.peer_id, None)

    def _tell_lines(
        self, event: protocol.ViewerQuality, *, has_publishers: bool
    ) -> None:
        if not has_publishers:  # relayed ones, of whom the origin tells
            event = msgspec.structs.replace(event, publishers=())
        peers = [peer for copy in self._copies for peer in copy.peers.values()]
        if listener := self._listener():
            listener.on_lines_reported(media_lines(event, peers))

    def _close_if_idle_later(self, index: int) -> None:
        def close() -> None:
            self._timers.discard(timer)
            replica = self._replicas.get(index)
            if replica is not None and not replica.copy.peers:
                self._pool.close_replica(self.session_id, index)

        if len(self._timers) < MAX_TIMERS:
            timer = asyncio.get_running_loop().call_later(IDLE_S, close)
            self._timers.add(timer)

    def _tell_speakers(self, publication_ids: Sequence[str]) -> None:
        owners = [owner_of(peer_of(one)) for one in publication_ids]
        heard = dict.fromkeys(owner.participant_id for owner in owners if owner)
        if listener := self._listener():
            listener.on_speakers_changed(list(heard))

    def _wake_all(self) -> None:
        self._wake.set()
        for replica in self._replicas.values():
            replica.wake.set()

    # Bringing the workers and the listener up to date.

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._tell_listener()
                if self.up.is_set():
                    await self._direct(self._origin)
            except ChannelError as error:
                log.info("session=%s media not directed: %s", self.session_id, error)
                await asyncio.sleep(RETRY_S)
                self._wake.set()
            except Exception:
                # The outermost loop of a session's media; a fault ends no session.
                log.exception("session=%s media not directed", self.session_id)
                await asyncio.sleep(RETRY_S)

    async def _run_replica(self, replica: _Replica) -> None:
        while True:
            await replica.wake.wait()
            replica.wake.clear()
            try:
                if self.up.is_set():
                    await self._direct(replica.copy)
            except ChannelError as error:
                log.info("session=%s replica not directed: %s", self.session_id, error)
                await asyncio.sleep(RETRY_S)
                replica.wake.set()
            except Exception:
                # The outermost loop of a replica; the others go on.
                log.exception("session=%s replica not directed", self.session_id)
                await asyncio.sleep(RETRY_S)

    async def _tell_listener(self) -> None:
        """Report what flows now, where that differs from what was told."""
        listener = self._listener()
        if listener is None or not self._is_known:
            return
        if self._has_restarted:
            self._has_restarted = False
            self._told.clear()
            await listener.on_media_restarted()
        flows = self._flows()
        for key, (has_video, has_audio) in flows.items():
            if self._told.get(key) != (has_video, has_audio):
                self._told[key] = (has_video, has_audio)
                await listener.on_source_opened(*key, has_video, has_audio)
        for key in [key for key in self._told if key not in flows]:
            del self._told[key]
            await listener.on_source_closed(*key)

    def _flows(self) -> dict[SourceKey, Flow]:
        flows: dict[SourceKey, Flow] = {}
        for one in self._origin.publications.values():
            owner = owner_of(one.peer_id)
            if owner is None or owner.source is None:
                continue
            key = (owner.participant_id, owner.source)
            has_video, has_audio = flows.get(key, (False, False))
            flows[key] = (
                has_video or one.kind == "video",
                has_audio or one.kind == "audio",
            )
        return flows

    async def _direct(self, copy: RouterCopy) -> None:
        self._forget(await copy.close_peers(lambda one: not self._may_stay(one)))
        wanted = Wanted(self.stage, self._wanted_slots())
        await copy.direct(self.session_id, wanted)
        # Last, so that a slot never shows what has gone while the new picture waits.
        self._forget(await copy.close_peers(self._is_replaced))

    def _forget(self, closed: Sequence[str]) -> None:
        for peer_id in closed:
            self.etags.pop(peer_id, None)
        if closed:
            self._wake_all()

    def _may_stay(self, peer_id: str) -> bool:
        owner = owner_of(peer_id)
        if owner is None:
            return False
        if owner.source is None:
            return may_receive(self.stage, owner.participant_id)
        return owner.participant_id in self.stage.publishers

    def _is_replaced(self, peer_id: str) -> bool:
        """Publishing again replaces the older peer, once the newer one has media."""
        owner = owner_of(peer_id)
        if owner is None or owner.source is None:
            return False
        origin = self._origin
        alike = [one for one in origin.peers if owner_of(one) == owner]
        newer = alike[alike.index(peer_id) + 1 :]
        return any(one.peer_id in newer for one in origin.publications.values())

    def _wanted_slots(self) -> dict[protocol.VideoSlot, str | None]:
        origin = self._origin
        order = {peer_id: index for index, peer_id in enumerate(origin.peers)}
        videos: dict[SourceKey, str] = {}
        for one in sorted(
            origin.publications.values(), key=lambda one: order.get(one.peer_id, -1)
        ):
            owner = owner_of(one.peer_id)
            if one.kind == "video" and owner and owner.source:
                videos[owner.participant_id, owner.source] = one.publication_id
        return {
            slot: videos.get((ref.participant_id, ref.source)) if ref else None
            for slot, ref in self.stage.slots.items()
        }


def may_receive(stage: Stage, participant_id: str) -> bool:
    """Tell whether this participant (or `KEY_HOLDER`) may see and hear now."""
    if participant_id in stage.removed or stage.receivers == "nobody":
        return False
    return stage.receivers == "everyone" or participant_id in stage.staff
