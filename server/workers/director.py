"""The media side of all live sessions: the `MediaDirector` that services speak to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Literal

from media import protocol
from media.channel import ChannelError, NotConnected, RequestRefused
from recordings import protocol as recording
from server.domain.stage import Stage
from server.errors import (
    BadRequestError,
    MediaUnavailableError,
    NoCommonCodecError,
    NotFoundError,
)
from server.services.media_port import MediaListener
from server.workers.hls_edges import HlsEdges
from server.workers.media_pool import MediaPool
from server.workers.peers import PeerOwner, group_of, new_peer_id
from server.workers.recorder_link import RecorderLink
from server.workers.router_owner import RouterDump
from server.workers.session_media import SessionMedia
from server.workers.take import Take

log = logging.getLogger(__name__)

ROUTER_WAIT_S = 3.0
"""How long an offer waits for a worker that is just being restarted."""
RETRY_AFTER_S = 2


class Director:
    """Implements `MediaDirector`; also where WHIP and WHEP bring their offers."""

    def __init__(
        self,
        media_paths: list[str],
        recorder_path: str,
        edges: HlsEdges,
        listener_of: Callable[[str], MediaListener | None],
        archive_ms: Callable[[str], int | None],
        max_peers: int = 2_000,
    ) -> None:
        self._edges = edges
        self.pool = MediaPool(media_paths, max_peers)
        self.recorder = RecorderLink(
            recorder_path,
            on_up=self._recorder_up,
            on_down=self._recorder_down,
            on_event=self._on_recorder_event,
        )
        self._listener_of = listener_of
        self._archive_ms = archive_ms
        self._sessions: dict[str, SessionMedia] = {}
        self._takes: dict[str, Take] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def session_count(self) -> int:
        """Sessions that have media now."""
        return len(self._sessions)

    @property
    def is_ready(self) -> bool:
        return self.pool.is_ready and self.recorder.is_up

    def open(self) -> None:
        self.pool.open()
        self.recorder.open()

    async def close(self) -> None:
        """Let go of workers and recorder; media and recording go on."""
        for take in list(self._takes.values()):
            await take.close()
        for session in self._sessions.values():
            await session.detach()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1.0)
        await self.recorder.close()
        await self.pool.close()

    # What services ask for.

    def direct(self, session_id: str, stage: Stage) -> None:
        """Take `stage` as the desired one (see `MediaDirector`)."""
        if stage.ended_at_ms is not None:
            self._end(session_id, stage.ended_at_ms)
            return
        session = self._sessions.get(session_id)
        if session is not None:
            session.set_stage(stage)
        elif stage.receivers != "nobody":
            self._open(session_id, stage)
        if stage.is_live and stage.started_at_ms is not None:
            self._takes[session_id].record(stage.started_at_ms)

    def stage(self, session_id: str) -> Stage | None:
        """Return the desired stage of a session that has media."""
        session = self._sessions.get(session_id)
        return None if session is None else session.stage

    def _open(self, session_id: str, stage: Stage) -> None:
        def listener() -> MediaListener | None:
            return self._listener_of(session_id)

        take = self._add_take(session_id)

        def on_router(how: Literal["fresh", "kept", "down"], dump: RouterDump) -> None:
            match how:
                case "fresh":
                    take.router_fresh()
                case "kept":
                    take.router_kept(dump.sinks)
                case "down":
                    take.router_down()

        self._sessions[session_id] = SessionMedia(
            session_id, stage, self.pool, listener, on_router
        )

    def _end(self, session_id: str, ended_at_ms: int) -> None:
        session = self._sessions.pop(session_id, None)
        take = self._takes.get(session_id)
        if take is None:  # ended while no web process was there to stop it
            take = self._add_take(session_id)
        take.stop(ended_at_ms)
        if session is not None:
            self._spawn(session.close())
        self._edges.advance(session_id)

    def _add_take(self, session_id: str) -> Take:
        take = Take(
            session_id,
            self.pool,
            self.recorder,
            lambda: self._listener_of(session_id),
            self._archive_ms,
        )
        self._takes[session_id] = take
        take.task.add_done_callback(lambda _: self._takes.pop(session_id, None))
        return take

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # What WHIP and WHEP ask for.

    async def offer(
        self,
        session_id: str,
        owner: PeerOwner,
        offer_sdp: str,
        profile: tuple[protocol.VideoSlot, ...] = ("programme",),
    ) -> tuple[str, protocol.Answered]:
        """Open a peer; return its id and the worker's answer.

        Raise MediaUnavailableError, NoCommonCodecError, BadRequestError.
        """
        session = self._sessions.get(session_id)
        if session is None:
            raise MediaUnavailableError
        peer_id = new_peer_id(owner)
        offer = protocol.PeerOffer(
            router_id=session_id,
            peer_id=peer_id,
            direction="publish" if owner.source else "receive",
            offer_sdp=offer_sdp,
            profile=profile,
            group=group_of(owner),
        )
        try:
            try:
                answered = await self._offer(session, offer)
            except NotConnected:  # a replica that had just died: placed anew
                session.drop_peer(peer_id)
                answered = await self._offer(session, offer)
        except (TimeoutError, ChannelError) as error:
            session.drop_peer(peer_id)
            raise _refusal(error) from error
        assert isinstance(answered, protocol.Answered)
        session.etags[peer_id] = answered.etag
        return peer_id, answered

    async def _offer(
        self, session: SessionMedia, offer: protocol.PeerOffer
    ) -> protocol.Result:
        """Publishers go to the origin, viewers where there is room."""
        index: int | None = None
        async with asyncio.timeout(ROUTER_WAIT_S):
            await session.up.wait()
            if offer.direction == "receive":
                index = await self.pool.place_viewer(session.session_id)
        session.add_peer(offer.peer_id, offer.direction, index)
        return await self.pool.request(session.session_id, offer, index)

    def etag(self, session_id: str, peer_id: str) -> str | None:
        """Return the ETag of a peer's ICE session; None when it is not known here.

        Raise NotFoundError when there is no such peer.
        """
        session = self._sessions.get(session_id)
        if session is None or peer_id not in session.peer_ids:
            raise NotFoundError
        return session.etags.get(peer_id)

    async def restart(
        self, session_id: str, peer_id: str, remote_ufrag: str
    ) -> protocol.Restarted:
        """Restart a peer's ICE. Raise NotFoundError or MediaUnavailableError."""
        self.etag(session_id, peer_id)
        try:
            restarted = await self.pool.request(
                session_id,
                protocol.PeerRestart(peer_id=peer_id, remote_ufrag=remote_ufrag),
                self._sessions[session_id].worker_of(peer_id),
            )
        except RequestRefused as error:
            if error.code == "not_found":
                raise NotFoundError from error
            raise _refusal(error) from error
        except ChannelError as error:
            raise MediaUnavailableError from error
        assert isinstance(restarted, protocol.Restarted)
        self._sessions[session_id].etags[peer_id] = restarted.etag
        return restarted

    async def prefer(
        self, session_id: str, peer_id: str, max_heights: dict[protocol.VideoSlot, int]
    ) -> None:
        """Tell the worker what a viewer can use of each picture, heights in pixels.

        Raise NotFoundError or MediaUnavailableError.
        """
        self.etag(session_id, peer_id)
        try:
            await self.pool.request(
                session_id,
                protocol.ViewerPrefer(peer_id=peer_id, max_heights=max_heights),
                self._sessions[session_id].worker_of(peer_id),
            )
        except RequestRefused as error:
            # The peer has just ended; its wish with it.
            raise NotFoundError from error
        except ChannelError as error:
            raise MediaUnavailableError from error

    async def hang_up(self, session_id: str, peer_id: str) -> None:
        """Close a peer. Raise NotFoundError or MediaUnavailableError."""
        self.etag(session_id, peer_id)
        session = self._sessions[session_id]
        try:
            await self.pool.request(
                session_id,
                protocol.PeerClose(peer_id=peer_id),
                session.worker_of(peer_id),
            )
        except RequestRefused as error:
            log.debug("session=%s %s", session_id, error)
        except ChannelError as error:
            raise MediaUnavailableError from error
        session.drop_peer(peer_id)

    # What the recorder tells.

    def _recorder_up(self) -> None:
        for take in self._takes.values():
            take.recorder_up()

    def _recorder_down(self) -> None:
        for take in self._takes.values():
            take.recorder_down()

    def _on_recorder_event(self, event: recording.Event) -> None:
        match event:
            case recording.Hello():
                return
            case recording.HlsEdge():
                self._edges.advance(event.session_id)
                return
            case recording.ArchiveReady():
                self._edges.advance(event.session_id)
            case _:
                pass
        take = self._takes.get(event.session_id)
        if take is not None:
            take.on_event(event)


def _refusal(error: Exception) -> Exception:
    """Turn a worker's refusal into what the person is told."""
    if isinstance(error, RequestRefused):
        if error.code == "no_common_codec":
            return NoCommonCodecError()
        if error.code in {"bad_sdp", "bad_request"}:
            return BadRequestError(reason=error.message)
    log.warning("an offer was not answered: %s", error)
    return MediaUnavailableError()
