"""What is shown but not logged: audience counts, running tallies, slots, bad lines.

Only the newest value counts, so it is sent on change and at most twice a second (slots
at once), and whole to a newcomer.
"""

from __future__ import annotations

from collections import Counter

from pydantic import BaseModel

from server.domain import events
from server.domain.events import Logged
from server.domain.polls import count_ballots
from server.domain.stage import stage_of
from server.domain.state import Poll
from server.http.wire import Lines, Presence, SlotMap, Tally
from server.services.live import LiveSession

Message = tuple[str, BaseModel]


class Chatter:
    def __init__(self, session: LiveSession) -> None:
        self._session = session
        self.speaking: list[str] = []
        self._lines: Lines | None = None
        self._are_lines_new = False
        self._shown_slots: SlotMap | None = None
        self._is_crowd_changed = True
        self._changed_polls: set[str] = set()

    def see(self, logged: Logged) -> None:
        """Note what an event changes."""
        match logged.event:
            case (
                events.ParticipantJoined()
                | events.ParticipantLeft()
                | events.SessionWentLive()
            ):
                self._is_crowd_changed = True
            case (
                events.BallotCast(poll_id=poll_id) | events.PollOpened(poll_id=poll_id)
            ):
                self._changed_polls.add(poll_id)
            case _:
                pass

    def see_lines(self, lines: Lines) -> None:
        self._lines = lines
        self._are_lines_new = True

    @property
    def is_changed(self) -> bool:
        has_slots = self._shown_slots != self._slots()
        has_counts = self._is_crowd_changed or self._are_lines_new
        return has_slots or has_counts or bool(self._changed_polls)

    def due(self, is_staff: bool, is_time: bool, whole: bool) -> list[Message]:
        """List what to tell staff or others; `whole` is for newcomers."""
        if not is_staff and self._session.state.started_at_ms is None:
            return []
        due: list[Message] = []
        if whole or (is_time and self._is_crowd_changed):
            due.append(("presence", self._presence()))
        if whole or is_time:
            due += self._tallies(is_staff, whole)
        slots = self._slots()
        if whole or slots != self._shown_slots:
            due.append(("slots", slots))
        are_lines_due = whole or (is_time and self._are_lines_new)
        if is_staff and are_lines_due and self._lines is not None:
            due.append(("lines", self._lines))
        return due

    def settle(self, is_time: bool) -> None:
        """Count what was due as told."""
        self._shown_slots = self._slots()
        if is_time:
            self._is_crowd_changed = self._are_lines_new = False
            self._changed_polls.clear()

    def _presence(self) -> Presence:
        by_centre: Counter[str] = Counter()
        present = 0
        for one in self._session.state.participants.values():
            if one.is_present:
                present += 1
                if one.centre_id is not None:
                    by_centre[one.centre_id] += 1
        return Presence(present=present, by_centre=dict(by_centre))

    def _tallies(self, is_staff: bool, whole: bool) -> list[Message]:
        return [
            ("tally", _tally(poll, is_staff))
            for poll in self._session.state.polls.values()
            if poll.status == "open" and (whole or poll.poll_id in self._changed_polls)
        ]

    def _slots(self) -> SlotMap:
        slots = stage_of(self._session.state).slots
        return SlotMap(
            video={
                slot: None if ref is None else ref.participant_id
                for slot, ref in slots.items()
            },
            speaking=self.speaking,
        )


def _tally(poll: Poll, is_staff: bool) -> Tally:
    # Counts that move while votes of known people come in would tell who chose what:
    # an anonymous poll shows them after its end only.
    may_count = is_staff and not poll.is_anonymous
    counts = count_ballots(poll) if may_count else None
    return Tally(poll_id=poll.poll_id, voters=len(poll.ballots), counts=counts)
