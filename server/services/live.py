"""A session while it runs: command -> decide -> COMMIT -> broadcast -> ack.

What people, media and timers want goes through the session's one writer; here is who
may ask for what, who is connected, and whom to tell.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from server.clock import Clock
from server.domain import events
from server.domain.commands import Command
from server.domain.context import SYSTEM, Actor
from server.domain.events import Logged, Source
from server.domain.lines import PageLine
from server.domain.stage import Stage, may_publish, stage_of
from server.domain.state import State
from server.domain.system import (
    DeckAdd,
    Leave,
    MediaRestart,
    RecordingChange,
    SourceClose,
    SourceOpen,
    SystemWish,
)
from server.errors import (
    ForbiddenError,
    HallcastError,
    RemovedError,
    SessionNotLiveError,
    SessionOverError,
)
from server.http.error_body import error_body
from server.http.wire import CommandAck
from server.services.admission import Admission
from server.services.audience import Audience, NoAudience
from server.services.line_board import LineBoard, MediaLines
from server.services.media_port import MediaDirector, RecordingState
from server.services.session_log import SessionLog
from server.services.session_memory import SessionMemory
from server.services.session_timers import SessionTimers
from server.services.session_writer import SessionWriter
from server.store.database import StoreError

log = logging.getLogger(__name__)

_OFF_STAGE = (events.ChatPosted, events.ChatHidden, events.BallotCast)
"""The frequent events that never change what media should do."""


class LiveSession:
    """Implements `MediaListener`. `memory` is to be looked at, not changed."""

    def __init__(
        self,
        memory: SessionMemory,
        session_log: SessionLog,
        clock: Clock,
        director: MediaDirector,
        timers: SessionTimers,
    ) -> None:
        self.memory = memory
        self.audience: Audience = NoAudience()
        self.clock = clock
        self.lines = LineBoard()
        self._log = session_log
        self._director = director
        self._timers = timers
        self._connections: dict[str, str] = {}
        """Connection id to person id, from the first attempt on."""
        self._stage: Stage | None = None
        self._writer = SessionWriter(memory, session_log, clock, self._tell)

    @property
    def state(self) -> State:
        return self.memory.state

    @property
    def session_id(self) -> str:
        return self.state.session_id

    @property
    def seminar_id(self) -> str:
        return self.state.seminar_id

    @property
    def head_hash(self) -> str:
        return self._log.head_hash

    @property
    def is_idle(self) -> bool:
        """Over, recorded, and without anybody connected: may be unloaded."""
        is_recorded = self.state.recording in ("off", "ready", "failed")
        return self.state.status == "ended" and is_recorded and not self._connections

    async def close(self) -> None:
        """Carry out what waits, then stop. Nobody leaves: a restart closes nothing."""
        await self._writer.close()
        await self.audience.close()

    # What people do.

    async def command(
        self, participant_id: str, key: str, command: Command
    ) -> CommandAck:
        """Carry out a client's command; refusals come as an ack too, never raised.

        A key repeated by the same participant gets the stored reply. A refusal changed
        nothing and is not stored: its repetition is decided anew.
        """
        one = self.state.participants.get(participant_id)
        if one is None:
            return refusal(ForbiddenError())
        actor = Actor(participant_id, one.role)
        try:
            return await self._writer.submit(command, actor, (participant_id, key))
        except HallcastError as error:
            return refusal(error)

    async def connect(
        self,
        admission: Admission,
        connection_id: str,
        when_joined: Callable[[str], None] = lambda _: None,
    ) -> str:
        """Join a person with one more connection; return their participant id.

        `when_joined` gets it right after the commit and before any later event: the
        place to take a snapshot. Raises `removed`, `seminar_full`, `session_over`.
        """
        person_id = admission.person_id
        if self.state.status == "ended":
            return self._look_back(person_id, connection_id, when_joined)
        self._connections[connection_id] = person_id

        def joined() -> None:
            participant_id = self._participant_id(person_id)
            self.memory.roster[participant_id] = admission.entry
            when_joined(participant_id)

        try:
            await self._writer.submit(admission.join(), SYSTEM, when_done=joined)
        except BaseException:
            await self.disconnect(connection_id)
            raise
        return self._participant_id(person_id)

    async def disconnect(self, connection_id: str) -> None:
        """Note that a connection is gone; with a person's last one they leave."""
        person_id = self._connections.pop(connection_id, None)
        if person_id is None or person_id in self._connections.values():
            return
        participant_id = self.memory.participant_id_of(person_id)
        if participant_id is not None:
            await self._try(Leave(participant_id, self.clock.now_ms()))

    # What media may do and tells (`MediaListener`).

    def check_publish(self, person_id: str) -> str:
        """Return the participant id of a person who may publish now, or refuse."""
        participant_id = self._check_here(person_id)
        if participant_id in may_publish(self.state):
            return participant_id
        if self.state.participants[participant_id].role == "trainer":
            raise SessionNotLiveError
        raise ForbiddenError

    def check_receive(self, person_id: str) -> str:
        """Return the participant id of a person who may receive now, or refuse."""
        participant_id = self._check_here(person_id)
        role = self.state.participants[participant_id].role
        allowed = ("green_room", "live") if role == "trainer" else ("live",)
        if self.state.status not in allowed:
            raise SessionNotLiveError
        return participant_id

    def check_open(self) -> None:
        """Refuse a player with the seminar's key unless the session is live."""
        if self.state.status == "ended":
            raise SessionOverError(session_id=self.session_id)
        if self.state.status != "live":
            raise SessionNotLiveError

    async def on_source_opened(
        self, participant_id: str, source: Source, has_video: bool, has_audio: bool
    ) -> None:
        await self._try(SourceOpen(participant_id, source, has_video, has_audio))

    async def on_source_closed(self, participant_id: str, source: Source) -> None:
        await self._try(SourceClose(participant_id, source))

    async def on_media_restarted(self) -> None:
        await self._try(MediaRestart())

    async def on_recording_changed(self, health: RecordingState) -> None:
        await self._try(RecordingChange(health))

    async def on_archive_ready(self, duration_ms: int) -> None:
        await self._log.set_archive(duration_ms)
        await self._try(RecordingChange("ready"))

    def on_viewers_moved(self, participant_ids: Sequence[str]) -> None:
        self.audience.move_viewers(participant_ids)

    def on_speakers_changed(self, participant_ids: Sequence[str]) -> None:
        self.audience.show_speakers(participant_ids)

    def on_lines_reported(self, told: MediaLines) -> None:
        self.lines.note_media(told, self.clock.now_ms())

    def note_page(self, participant_id: str, page: PageLine) -> None:
        """Take a page's word on its own line."""
        self.lines.note_page(participant_id, page)

    # What the server does.

    async def add_deck(self, deck_id: str, title: str, pages: int) -> None:
        """Offer a rendered deck to the trainer."""
        await self._try(DeckAdd(deck_id, title, pages))

    async def tick(self) -> None:
        """Do what is due: close polls, let the lost leave, sign, note being alive."""
        now_ms = self.clock.now_ms()
        if self.lines.survey(self.state, now_ms):
            self.audience.show_lines(self.lines.shown)
            self.audience.tell_shed(self.lines.shed)
        connected = self._connected()
        for wish in self._timers.due(self.state, connected, now_ms):
            await self._try(wish)
        try:
            if self.state.status != "ended" and self._timers.wants_beat(now_ms):
                await self._log.beat(now_ms)
            if not self._writer.is_stale and self._timers.wants_signature(now_ms):
                await self._log.sign(now_ms)
        except (StoreError, OSError):
            log.exception(
                "session=%s the database did not take a tick", self.session_id
            )

    def direct(self) -> None:
        """Tell media the stage if it changed."""
        stage = stage_of(self.state)
        if stage != self._stage:
            self._stage = stage
            self._director.direct(self.session_id, stage)

    def _connected(self) -> set[str]:
        ids = (self.memory.participant_id_of(p) for p in self._connections.values())
        return {one for one in ids if one is not None}

    def _participant_id(self, person_id: str) -> str:
        participant_id = self.memory.participant_id_of(person_id)
        assert participant_id is not None, "asked only after their join"
        return participant_id

    def _look_back(
        self, person_id: str, connection_id: str, when_joined: Callable[[str], None]
    ) -> str:
        """Let those who took part see how it ended; nobody joins any more."""
        participant_id = self.memory.participant_id_of(person_id)
        if participant_id is None:
            raise SessionOverError(session_id=self.session_id)
        if self.state.participants[participant_id].is_removed:
            raise RemovedError
        self._connections[connection_id] = person_id
        when_joined(participant_id)
        return participant_id

    def _check_here(self, person_id: str) -> str:
        participant_id = self.memory.participant_id_of(person_id)
        if self.state.status == "ended":
            raise SessionOverError(session_id=self.session_id)
        if participant_id is None:
            raise ForbiddenError
        if self.state.participants[participant_id].is_removed:
            raise RemovedError
        return participant_id

    async def _try(self, wish: SystemWish) -> None:
        """Submit what nobody waits for; it comes again or is found at the next tick."""
        try:
            await self._writer.submit(wish, SYSTEM)
        except HallcastError as error:
            log.warning(
                "session=%s %s refused: %s",
                self.session_id,
                type(wish).__name__,
                error.code,
            )

    def _tell(self, logged: Sequence[Logged]) -> None:
        self.audience.publish(logged)
        if any(not isinstance(one.event, _OFF_STAGE) for one in logged):
            self.direct()


def refusal(error: HallcastError) -> CommandAck:
    return CommandAck(ok=False, error=error_body(error))
