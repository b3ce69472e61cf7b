"""Fold events into the state. Can not fail: an event is a fact, whatever the state.

A receiver's state lacks what it may not see, so an event may name something unknown;
it then changes only what is known. `web/src/state/reduce.ts` is the same fold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from server.domain import events, fold_people, fold_polls, fold_room
from server.domain.events import Logged
from server.domain.state import State

FOLDS: dict[type, Callable[[State, Any, Logged], None]] = {
    events.SessionOpened: fold_room.session_opened,
    events.SessionWentLive: fold_room.session_went_live,
    events.SessionEnded: fold_room.session_ended,
    events.ParticipantJoined: fold_people.participant_joined,
    events.ParticipantLeft: fold_people.participant_left,
    events.ParticipantRemoved: fold_people.participant_removed,
    events.ParticipantMuted: fold_people.participant_muted,
    events.HandRaised: fold_people.hand_raised,
    events.HandLowered: fold_people.hand_lowered,
    events.QueueMoved: fold_people.queue_moved,
    events.FloorGiven: fold_people.floor_given,
    events.FloorTaken: fold_people.floor_taken,
    events.SourceOpened: fold_room.source_opened,
    events.SourceClosed: fold_room.source_closed,
    events.DeckAdded: fold_room.deck_added,
    events.SlideShown: fold_room.slide_shown,
    events.ChatPosted: fold_room.chat_posted,
    events.ChatHidden: fold_room.chat_hidden,
    events.PollCreated: fold_polls.poll_created,
    events.PollOpened: fold_polls.poll_opened,
    events.BallotCast: fold_polls.ballot_cast,
    events.PollClosed: fold_polls.poll_closed,
    events.PollCounted: fold_polls.poll_counted,
    events.PollReleased: fold_polls.poll_released,
    events.LocksChanged: fold_room.locks_changed,
    events.MediaRestarted: fold_room.media_restarted,
    events.RecordingChanged: fold_room.recording_changed,
}


def apply(state: State, logged: Logged) -> None:
    """Change `state` by one event, in place."""
    FOLDS[type(logged.event)](state, logged.event, logged)
    state.seq = logged.seq


def fold(session_id: str, seminar_id: str, log: Iterable[Logged]) -> State:
    """Make the state from the log."""
    state = State(session_id=session_id, seminar_id=seminar_id)
    for logged in log:
        apply(state, logged)
    return state
