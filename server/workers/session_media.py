"""The media side of one live session: brings its router to the desired stage.

What should be comes as a `Stage`; what is comes from the worker's events and dumps. One
task compares the two and sends the difference, so that a lost reply, a restarted
worker and a restarted web process are all the same case.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Literal

from media import protocol
from media.channel import ChannelError, RequestRefused
from server.domain.events import Source
from server.domain.stage import Stage
from server.services.media_port import MediaListener
from server.workers.line_reports import media_lines
from server.workers.media_pool import MediaPool, RouterDump
from server.workers.peers import owner_of, peer_of

log = logging.getLogger(__name__)

RETRY_S = 0.25
SourceKey = tuple[str, Source]
Flow = tuple[bool, bool]
"""Has video, has audio."""


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
        self._peers: dict[str, protocol.PeerInfo] = {}
        """In the order they came: of two for one source the later counts."""
        self._publications: dict[str, protocol.PublicationInfo] = {}
        self._slots: dict[str, str | None] = {}
        self._paused: dict[str, bool] = {}
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

    @property
    def peer_ids(self) -> tuple[str, ...]:
        return tuple(self._peers)

    def set_stage(self, stage: Stage) -> None:
        self.stage = stage
        self._wake.set()

    def add_peer(self, peer_id: str, direction: protocol.Direction) -> None:
        """Expect a peer whose offer is about to be sent."""
        self._peers[peer_id] = protocol.PeerInfo(
            peer_id=peer_id,
            router_id=self.session_id,
            direction=direction,
            state="new",
        )

    def drop_peer(self, peer_id: str) -> None:
        """Forget a peer that is gone, with its publications."""
        self._peers.pop(peer_id, None)
        self.etags.pop(peer_id, None)
        for publication_id in list(self._publications):
            if peer_of(publication_id) == peer_id:
                self._drop_publication(publication_id)
        self._wake.set()

    async def close(self) -> None:
        """Stop directing and close the router with everything in it."""
        await self.detach()
        await self._pool.release(self.session_id)

    async def detach(self) -> None:
        """Stop directing; the router stays for the next web process."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    # What the worker tells.

    def on_router_up(self, dump: RouterDump, is_fresh: bool) -> None:
        self._peers = {
            peer_id: peer for peer_id, peer in dump.peers.items() if owner_of(peer_id)
        }
        self._publications = dict(dump.publications)
        self._slots = dict(dump.slots)
        self._paused = {p.publication_id: p.paused for p in dump.publications.values()}
        if is_fresh and self._was_up:
            self._has_restarted = True
        self._was_up = self._is_known = True
        self.up.set()
        self._on_router("fresh" if is_fresh else "kept", dump)
        self._wake.set()

    def on_router_down(self) -> None:
        self.up.clear()
        self._on_router("down", RouterDump())

    def on_media_event(self, event: protocol.Event) -> None:
        match event:
            case protocol.PeerStateChanged(state="closed"):
                self.drop_peer(event.peer_id)
            case protocol.PublicationOpened():
                publication = event.publication
                self._publications[publication.publication_id] = publication
                self._paused[publication.publication_id] = publication.paused
            case protocol.PublicationClosed():
                self._drop_publication(event.publication_id)
            case protocol.SpeakersChanged():
                self._tell_speakers(event.publication_ids)
                return
            case protocol.ViewerQuality():
                if listener := self._listener():
                    listener.on_lines_reported(media_lines(event, self._peers.values()))
                return
            case _:
                return
        self._wake.set()

    def _drop_publication(self, publication_id: str) -> None:
        self._publications.pop(publication_id, None)
        self._paused.pop(publication_id, None)

    def _tell_speakers(self, publication_ids: Sequence[str]) -> None:
        owners = [owner_of(peer_of(one)) for one in publication_ids]
        heard = dict.fromkeys(owner.participant_id for owner in owners if owner)
        if listener := self._listener():
            listener.on_speakers_changed(list(heard))

    # Bringing the worker and the listener up to date.

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._tell_listener()
                if self.up.is_set():
                    await self._direct()
            except ChannelError as error:
                log.info("session=%s media not directed: %s", self.session_id, error)
                await asyncio.sleep(RETRY_S)
                self._wake.set()
            except Exception:
                # The outermost loop of a session's media; a fault ends no session.
                log.exception("session=%s media not directed", self.session_id)
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
        for one in self._publications.values():
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

    async def _direct(self) -> None:
        await self._close_peers(lambda peer_id: not self._may_stay(peer_id))
        for publication_id, paused in self._wanted_pauses().items():
            if self._paused.get(publication_id) != paused:
                self._paused[publication_id] = paused
                await self._request(
                    protocol.PublicationPause(
                        publication_id=publication_id, paused=paused
                    )
                )
        for slot, wanted in self._wanted_slots().items():
            if self._slots.get(slot) != wanted:
                await self._request(
                    protocol.SlotAssign(
                        router_id=self.session_id, slot=slot, publication_id=wanted
                    )
                )
                self._slots[slot] = wanted
        # Last, so that a slot never shows what has gone while the new picture waits.
        await self._close_peers(self._is_replaced)

    async def _close_peers(self, is_due: Callable[[str], bool]) -> None:
        for peer_id in [one for one in self._peers if is_due(one)]:
            await self._request(protocol.PeerClose(peer_id=peer_id))
            self.drop_peer(peer_id)

    async def _request(self, command: protocol.Command) -> None:
        """Send, taking `not_found` as done: the thing left by itself meanwhile."""
        try:
            await self._pool.request(self.session_id, command)
        except RequestRefused as error:
            if error.code != "not_found":
                raise
            log.debug("session=%s %s", self.session_id, error)

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
        alike = [one for one in self._peers if owner_of(one) == owner]
        newer = alike[alike.index(peer_id) + 1 :]
        return any(one.peer_id in newer for one in self._publications.values())

    def _wanted_pauses(self) -> dict[str, bool]:
        return {
            one.publication_id: (
                one.kind == "audio"
                and (owner := owner_of(one.peer_id)) is not None
                and owner.participant_id in self.stage.muted
            )
            for one in self._publications.values()
        }

    def _wanted_slots(self) -> dict[protocol.VideoSlot, str | None]:
        order = {peer_id: index for index, peer_id in enumerate(self._peers)}
        videos: dict[SourceKey, str] = {}
        for one in sorted(
            self._publications.values(), key=lambda one: order.get(one.peer_id, -1)
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
