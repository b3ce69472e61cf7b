"""A session's log as one person may see it, for the replay.

The replay folds it with the reducer of the live room: `initial` is the state at the
moment of going live, `events` are what that person would have been sent since.
"""

from __future__ import annotations

from server.clock import Clock
from server.domain import fold
from server.domain.attendance import live_time
from server.domain.views import (
    Receiver,
    hidden_messages,
    may_see,
    people_in,
    people_in_view,
    redact,
    view_for,
)
from server.errors import SessionNotLiveError
from server.http.wire import Seminar, Timeline
from server.services.session_reader import SessionReader


class TimelineService:
    def __init__(self, reader: SessionReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    async def timeline(
        self, session_id: str, person_id: str, seminar: Seminar
    ) -> Timeline:
        """Build the timeline for a person in their role of `seminar`.

        Raises `not_found`, and `session_not_live` before the session began.
        """
        past = await self._reader.read(session_id)
        memory = past.memory
        live = live_time(memory.log, self._clock.now_ms())
        if live is None or memory.live_seq is None:
            raise SessionNotLiveError
        role = seminar.card.my_role
        receiver = Receiver(memory.participant_id_of(person_id) or "", role)
        initial = view_for(
            fold.fold(session_id, past.seminar_id, memory.log[: memory.live_seq]),
            receiver,
        )
        hidden = hidden_messages(memory.state)
        events = [
            redact(one, hidden)
            for one in memory.after(memory.live_seq)
            if may_see(one, receiver, memory.live_seq)
        ]
        people = people_in_view(initial).union(*(people_in(one) for one in events))
        return Timeline(
            initial=initial,
            events=events,
            roster=memory.entries(people),
            seminar=seminar,
            duration_ms=live.ended_at_ms - live.started_at_ms,
            chain_head=past.head_hash,
        )
