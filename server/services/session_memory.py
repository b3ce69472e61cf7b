"""What a live session holds in memory: state, log, names, counters, replies.

All of it is folded from the store; after a failed commit it is simply loaded again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.domain import events, fold
from server.domain.events import Logged
from server.domain.state import State
from server.http.wire import CommandAck, RosterEntry
from server.services.session_log import ReplyKey, Stored


class SessionMemory:
    def __init__(self, session_id: str, seminar_id: str) -> None:
        self.state = State(session_id=session_id, seminar_id=seminar_id)
        self.log: list[Logged] = []
        self.live_seq: int | None = None
        """Place of `session.went_live`."""
        self.replies: dict[ReplyKey, CommandAck] = {}
        self.tallies: dict[str, list[int]] = {}
        """Votes per option of anonymous polls."""
        self.roster: dict[str, RosterEntry] = {}
        """Names by participant id."""
        self._by_person: dict[str, str] = {}

    def restore(self, stored: Stored) -> None:
        """Begin again from what is stored; names stay."""
        self.state = State(
            session_id=self.state.session_id, seminar_id=self.state.seminar_id
        )
        self.log = []
        self.live_seq = None
        self._by_person = {}
        self.replies = stored.replies
        self.tallies = stored.tallies
        for logged in stored.log:
            self.add(logged)

    def add(self, logged: Logged) -> None:
        """Fold in one more event."""
        fold.apply(self.state, logged)
        self.log.append(logged)
        match logged.event:
            case events.SessionWentLive():
                self.live_seq = logged.seq
            case events.ParticipantJoined(participant_id=one, person_id=person_id):
                self._by_person[person_id] = one
            case events.PollCreated(is_anonymous=True, poll_id=poll_id) as poll:
                self.tallies.setdefault(poll_id, [0] * len(poll.options))
            case _:
                pass

    def name(self, by_person: Mapping[str, RosterEntry]) -> None:
        """Take name tags by person id for everyone who is in the state."""
        for one in self.state.participants.values():
            if one.person_id in by_person:
                self.roster[one.participant_id] = by_person[one.person_id]

    @property
    def last_at_ms(self) -> int:
        return self.log[-1].at_ms if self.log else 0

    def participant_id_of(self, person_id: str) -> str | None:
        return self._by_person.get(person_id)

    def after(self, seq: int) -> list[Logged]:
        """Return the events with a greater `seq`; sequence numbers start at 1."""
        return self.log[max(seq, 0) :]

    def entries(self, participant_ids: Iterable[str]) -> dict[str, RosterEntry]:
        """Return name tags; people who were erased have an empty one."""
        nobody = RosterEntry(name="", post="", centre_id=None)
        return {one: self.roster.get(one, nobody) for one in participant_ids}
