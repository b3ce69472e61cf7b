"""Attendance, computed from the log alone: the same log gives the same report.

Intervals of presence within the live time, one list per person over all devices;
absences up to the grace count as present (a lost connection is no absence).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from server.domain import events
from server.domain.events import Logged, Role

GRACE_MS = 90_000
"""DESIGN.md 5.1: intervals are joined over gaps up to this."""
LATE_AFTER_MS = 5 * 60_000
"""Coming, or going, this far from the start or the end has no effect on the status."""

AttendanceStatus = Literal["present", "late", "left_early", "absent"]
Interval = tuple[int, int]
"""From and to, Unix ms."""


@dataclass(slots=True)
class Attendance:
    """One person's part in a session."""

    person_id: str
    role: Role
    centre_id: str | None
    intervals: list[Interval] = field(default_factory=list)
    voted_in: set[str] = field(default_factory=set)
    messages: int = 0
    speeches: int = 0

    @property
    def present_ms(self) -> int:
        return sum(end - begin for begin, end in self.intervals)


@dataclass(frozen=True, slots=True)
class LiveTime:
    """From going live to the end, or to now while it lasts. Unix ms."""

    started_at_ms: int
    ended_at_ms: int


def attend(log: Iterable[Logged], now_ms: int) -> dict[str, Attendance]:
    """Compute the attendance of everyone who ever came, by person id."""
    walk = _Walk()
    for logged in log:
        walk.see(logged)
    walk.finish(now_ms)
    return walk.people


def live_time(log: Iterable[Logged], now_ms: int) -> LiveTime | None:
    """Find the live time, None when the session never went live."""
    started_at_ms = ended_at_ms = None
    for logged in log:
        if isinstance(logged.event, events.SessionWentLive):
            started_at_ms = logged.event.started_at_ms
        elif isinstance(logged.event, events.SessionEnded):
            ended_at_ms = logged.event.ended_at_ms
    if started_at_ms is None:
        return None
    return LiveTime(started_at_ms, now_ms if ended_at_ms is None else ended_at_ms)


def status_of(attendance: Attendance | None, live: LiveTime) -> AttendanceStatus:
    if attendance is None or not attendance.intervals:
        return "absent"
    if attendance.intervals[-1][1] < live.ended_at_ms - LATE_AFTER_MS:
        return "left_early"
    if attendance.intervals[0][0] > live.started_at_ms + LATE_AFTER_MS:
        return "late"
    return "present"


def percent_of(attendance: Attendance | None, live: LiveTime) -> int:
    """Give the share of the live time, 0 to 100, rounded down."""
    length_ms = live.ended_at_ms - live.started_at_ms
    if attendance is None or length_ms <= 0:
        return 0
    return min(100, attendance.present_ms * 100 // length_ms)


def join_intervals(
    intervals: list[Interval], grace_ms: int = GRACE_MS
) -> list[Interval]:
    """Join overlapping intervals and those with a gap up to `grace_ms`."""
    joined: list[Interval] = []
    for begin, end in sorted(intervals):
        if joined and begin - joined[-1][1] <= grace_ms:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


class _Walk:
    """One pass over a log."""

    def __init__(self) -> None:
        self.people: dict[str, Attendance] = {}
        self._by_participant: dict[str, Attendance] = {}
        self._here_since_ms: dict[str, int] = {}
        self._started_at_ms: int | None = None
        self._ended_at_ms: int | None = None

    def see(self, logged: Logged) -> None:
        match logged.event:
            case events.SessionWentLive(started_at_ms=started_at_ms):
                self._started_at_ms = started_at_ms
            case events.SessionEnded(ended_at_ms=ended_at_ms):
                self._ended_at_ms = ended_at_ms
            case events.ParticipantJoined() as joined:
                self._join(joined, logged.at_ms)
            case events.ParticipantLeft() as left:
                self._leave(left.participant_id, left.left_at_ms)
            case events.BallotCast() as ballot:
                self._of(ballot.participant_id).voted_in.add(ballot.poll_id)
            case events.ChatPosted() as message:
                self._of(message.participant_id).messages += 1
            case events.FloorGiven() as floor:
                self._of(floor.participant_id).speeches += 1
            case _:
                pass

    def finish(self, now_ms: int) -> None:
        if self._started_at_ms is None:
            return
        end_ms = now_ms if self._ended_at_ms is None else self._ended_at_ms
        for participant_id in list(self._here_since_ms):
            self._leave(participant_id, end_ms)
        for one in self.people.values():
            one.intervals = _clip(
                join_intervals(one.intervals), self._started_at_ms, end_ms
            )

    def _join(self, event: events.ParticipantJoined, at_ms: int) -> None:
        one = self.people.setdefault(
            event.person_id, Attendance(event.person_id, event.role, event.centre_id)
        )
        one.role, one.centre_id = event.role, event.centre_id
        self._by_participant[event.participant_id] = one
        self._here_since_ms.setdefault(event.participant_id, at_ms)

    def _leave(self, participant_id: str, left_at_ms: int) -> None:
        since_ms = self._here_since_ms.pop(participant_id, None)
        if since_ms is not None and left_at_ms > since_ms:
            self._of(participant_id).intervals.append((since_ms, left_at_ms))

    def _of(self, participant_id: str) -> Attendance:
        # Whoever acts has joined; a stranger's facts count for nobody.
        return self._by_participant.get(participant_id) or Attendance(
            "", "participant", None
        )


def _clip(intervals: list[Interval], from_ms: int, to_ms: int) -> list[Interval]:
    clipped = [(max(begin, from_ms), min(end, to_ms)) for begin, end in intervals]
    return [(begin, end) for begin, end in clipped if end > begin]
