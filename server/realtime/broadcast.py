"""Who has been told what: one live session's receivers, and what is due to each.

`take` gives the messages that are due now. It is asked at once after ordinary events;
arrivals, departures and ballots wait up to half a second for company, so that a join
storm costs two messages a second per receiver and not one per joiner. Each receiver
gets all that it may see, in order, exactly once after its snapshot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from server.domain import events
from server.domain.events import Logged
from server.domain.lines import Shed
from server.domain.views import (
    Receiver,
    hidden_messages,
    may_see,
    people_in,
    people_in_view,
    redact,
    view_for,
)
from server.http.wire import (
    EventBatch,
    Lines,
    MediaMoved,
    MediaShed,
    Seminar,
    Welcome,
)
from server.realtime.chatter import Chatter
from server.services.live import LiveSession

COALESCE_MS = 500
"""DESIGN.md 5: audience counts, tallies and roster changes at most twice a second."""
_LAZY = (events.ParticipantJoined, events.ParticipantLeft, events.BallotCast)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message for some connections; `body` is ready for JSON."""

    to: tuple[str, ...]
    name: str
    body: dict[str, Any]


@dataclass(slots=True)
class _Connection:
    connection_id: str
    receiver: Receiver
    seminar: Seminar
    sent_seq: int
    """What the client has seen: the `after` of its next batch."""
    read_seq: int
    """How far we looked for it; nothing between was for its eyes."""
    known: set[str] = field(default_factory=set)
    """Participants whose name tag the client has."""
    is_open: bool = False
    """The client was told that it is connected; before, it listens to nothing."""
    is_new: bool = True
    """It has had none of the chatter yet."""
    shed: Shed = "nothing"
    """What it was last told that a full server keeps back."""
    welcome: dict[str, Any] | None = None
    """To be sent before anything else."""


class Broadcast:
    """Implements `Audience` together with the gateway that sends the parcels."""

    def __init__(self, session: LiveSession, wake: Callable[[], None]) -> None:
        self._session = session
        self._wake = wake
        self._connections: dict[str, _Connection] = {}
        self._chatter = Chatter(session)
        self._is_urgent = False
        self._sent_at_ms = 0
        self._removed: list[str] = []
        self._moved: set[str] = set()
        """Participants who are to receive anew; who is away comes anew by themself."""
        self._shed: Mapping[str, Shed] = {}

    # Receivers come and go.

    def add(
        self,
        connection_id: str,
        participant_id: str,
        seminar: Seminar,
        after_seq: int | None,
    ) -> None:
        """Add a receiver at this moment of the log; `open` lets it listen."""
        role = self._session.state.participants[participant_id].role
        connection = _Connection(
            connection_id, Receiver(participant_id, role), seminar, 0, 0
        )
        self._welcome(connection, after_seq)
        self._connections[connection_id] = connection

    def open(self, connection_id: str) -> None:
        connection = self._connections.get(connection_id)
        if connection is not None:
            connection.is_open = True
            self._is_urgent = True
            self._wake()

    def remove(self, connection_id: str) -> None:
        self._connections.pop(connection_id, None)

    # The session tells.

    def publish(self, logged: Sequence[Logged]) -> None:
        for one in logged:
            self._chatter.see(one)
            match one.event:
                case events.SessionWentLive():
                    self._let_in()
                case events.ParticipantRemoved(participant_id=participant_id):
                    self._removed.extend(
                        connection_id
                        for connection_id, connection in self._connections.items()
                        if connection.receiver.participant_id == participant_id
                    )
                case _:
                    pass
        if any(not isinstance(one.event, _LAZY) for one in logged):
            self._is_urgent = True
        self._wake()

    def show_speakers(self, participant_ids: Sequence[str]) -> None:
        self._chatter.speaking = list(participant_ids)
        self._wake()

    def show_lines(self, lines: Lines) -> None:
        self._chatter.see_lines(lines)
        self._wake()

    def tell_shed(self, shed: Mapping[str, Shed]) -> None:
        self._shed = shed
        self._wake()

    def move_viewers(self, participant_ids: Sequence[str]) -> None:
        self._moved.update(participant_ids)
        self._is_urgent = True
        self._wake()

    # The gateway asks.

    def take(self, now_ms: int) -> list[Parcel]:
        """Return what is due now, in sending order."""
        is_time = now_ms - self._sent_at_ms >= COALESCE_MS
        if not (self._is_urgent or is_time):
            return []
        ready = [one for one in self._connections.values() if one.is_open]
        parcels = [*self._take_welcomes(ready), *self._take_events(ready)]
        parcels += self._take_chatter(ready, is_time)
        parcels += self._take_moves(ready)
        parcels += self._take_shed(ready)
        self._is_urgent = False
        if is_time:
            self._sent_at_ms = now_ms
        return parcels

    def take_removed(self) -> list[str]:
        """Return the connections to close now: their people were removed."""
        removed, self._removed = self._removed, []
        return removed

    @property
    def has_waiting(self) -> bool:
        """Something may become due without a further call."""
        newest = self._session.state.seq
        behind = any(one.read_seq < newest for one in self._connections.values())
        told = all(one.shed == self._shed_of(one) for one in self._connections.values())
        return behind or self._chatter.is_changed or not told

    def _welcome(self, connection: _Connection, after_seq: int | None) -> None:
        memory = self._session.memory
        receiver, state = connection.receiver, memory.state
        missed = self._missed(receiver, after_seq)
        snapshot = view_for(state, receiver) if missed is None else None
        people = {receiver.participant_id}
        people |= people_in_view(snapshot) if snapshot else _people(missed or [])
        connection.known |= people
        connection.sent_seq = connection.read_seq = state.seq
        connection.welcome = _dump(
            Welcome(
                participant_id=receiver.participant_id,
                role=receiver.role,
                seminar=connection.seminar,
                session_id=state.session_id,
                snapshot=snapshot,
                missed=missed or [],
                seq=state.seq,
                roster=memory.entries(people),
                server_time_ms=self._session.clock.now_ms(),
            )
        )

    def _missed(self, receiver: Receiver, after_seq: int | None) -> list[Logged] | None:
        """List what a receiver missed, or None when it needs a snapshot."""
        memory = self._session.memory
        if after_seq is None or not 0 <= after_seq <= memory.state.seq:
            return None
        live_seq = memory.live_seq
        was_waiting = live_seq is not None and after_seq < live_seq
        if was_waiting and not receiver.is_staff:
            return None
        return self._visible(receiver, after_seq)

    def _let_in(self) -> None:
        """Give the waiting a snapshot: they saw nothing of what was prepared."""
        for connection in self._connections.values():
            if not connection.receiver.is_staff:
                self._welcome(connection, None)

    def _take_welcomes(self, ready: Iterable[_Connection]) -> list[Parcel]:
        parcels: list[Parcel] = []
        for connection in ready:
            if connection.welcome is not None:
                to = (connection.connection_id,)
                parcels.append(Parcel(to, "welcome", connection.welcome))
                connection.welcome = None
        return parcels

    def _take_events(self, ready: Iterable[_Connection]) -> list[Parcel]:
        """Build one batch for all who have seen and may see the same."""
        seq = self._session.state.seq
        groups: dict[tuple[object, ...], list[_Connection]] = defaultdict(list)
        lists: dict[tuple[object, ...], list[Logged]] = {}
        own = self._own_events(ready, seq)
        for connection in ready:
            if connection.read_seq == seq:
                continue
            receiver, after = connection.receiver, connection.read_seq
            is_own = receiver.participant_id in own and not receiver.is_staff
            kind = (after, receiver.is_staff, receiver.participant_id if is_own else "")
            if kind not in lists:
                lists[kind] = self._visible(receiver, after)
            connection.read_seq = seq
            if lists[kind]:
                unknown = frozenset(_people(lists[kind]) - connection.known)
                groups[(*kind, connection.sent_seq, unknown)].append(connection)
        return [
            self._batch(lists[key[:3]], members, seq) for key, members in groups.items()
        ]

    def _batch(
        self, logged: list[Logged], members: list[_Connection], seq: int
    ) -> Parcel:
        first = members[0]
        unknown = _people(logged) - first.known
        body = EventBatch(
            after=first.sent_seq,
            seq=seq,
            events=logged,
            roster=self._session.memory.entries(unknown),
        )
        for connection in members:
            connection.sent_seq = seq
            connection.known |= unknown
        return Parcel(
            tuple(one.connection_id for one in members), "events", _dump(body)
        )

    def _own_events(self, ready: Iterable[_Connection], seq: int) -> set[str]:
        """Name those of whom something is told that others do not see."""
        oldest = min((one.read_seq for one in ready), default=seq)
        return {
            str(getattr(one.event, "participant_id", ""))
            for one in self._session.memory.after(oldest)
            if one.event.audience == "self"
        }

    def _visible(self, receiver: Receiver, after_seq: int) -> list[Logged]:
        memory = self._session.memory
        hidden = hidden_messages(memory.state)
        return [
            redact(one, hidden)
            for one in memory.after(after_seq)
            if may_see(one, receiver, memory.live_seq)
        ]

    def _take_moves(self, ready: Iterable[_Connection]) -> list[Parcel]:
        moved, self._moved = self._moved, set()
        to = tuple(
            one.connection_id for one in ready if one.receiver.participant_id in moved
        )
        return [Parcel(to, "media_moved", _dump(MediaMoved()))] if to else []

    def _take_shed(self, ready: Iterable[_Connection]) -> list[Parcel]:
        groups: dict[Shed, list[str]] = defaultdict(list)
        for one in ready:
            kept_back = self._shed_of(one)
            if one.shed != kept_back:
                one.shed = kept_back
                groups[kept_back].append(one.connection_id)
        return [
            Parcel(tuple(to), "media_shed", _dump(MediaShed(kept_back=kept_back)))
            for kept_back, to in groups.items()
        ]

    def _shed_of(self, connection: _Connection) -> Shed:
        return self._shed.get(connection.receiver.participant_id, "nothing")

    def _take_chatter(self, ready: list[_Connection], is_time: bool) -> list[Parcel]:
        parcels: list[Parcel] = []
        for is_staff in (True, False):
            group = [one for one in ready if one.receiver.is_staff is is_staff]
            old = tuple(one.connection_id for one in group if not one.is_new)
            new = tuple(one.connection_id for one in group if one.is_new)
            for to, whole in ((old, False), (new, True)):
                if to:
                    parcels += [
                        Parcel(to, name, _dump(body))
                        for name, body in self._chatter.due(is_staff, is_time, whole)
                    ]
        for connection in ready:
            connection.is_new = False
        self._chatter.settle(is_time)
        return parcels


def _people(logged: Iterable[Logged]) -> set[str]:
    return {person for one in logged for person in people_in(one)}


def _dump(body: BaseModel) -> dict[str, Any]:
    return body.model_dump(mode="json")
