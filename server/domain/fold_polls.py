"""The fold of polls.

`counts` and `voters` are set when the poll was counted; before, a `tally` message
shows how many have voted.
"""

from __future__ import annotations

from server.domain import events
from server.domain.events import Logged
from server.domain.state import Poll, State


def poll_created(state: State, event: events.PollCreated, _logged: Logged) -> None:
    state.polls[event.poll_id] = Poll(
        poll_id=event.poll_id,
        question=event.question,
        kind=event.kind,
        options=list(event.options),
        is_anonymous=event.is_anonymous,
        limit_s=event.limit_s,
    )


def poll_opened(state: State, event: events.PollOpened, _logged: Logged) -> None:
    limit_s = None
    if event.closes_at_ms is not None:
        limit_s = (event.closes_at_ms - event.opened_at_ms) // 1000
    state.polls[event.poll_id] = Poll(
        poll_id=event.poll_id,
        question=event.question,
        kind=event.kind,
        options=list(event.options),
        is_anonymous=event.is_anonymous,
        limit_s=limit_s,
        status="open",
        opened_at_ms=event.opened_at_ms,
        closes_at_ms=event.closes_at_ms,
    )


def ballot_cast(state: State, event: events.BallotCast, _logged: Logged) -> None:
    poll = state.polls.get(event.poll_id)
    if poll is not None:
        poll.ballots[event.participant_id] = list(event.choices)


def poll_closed(state: State, event: events.PollClosed, _logged: Logged) -> None:
    poll = state.polls.get(event.poll_id)
    if poll is not None:
        poll.status = "closed"


def poll_counted(state: State, event: events.PollCounted, _logged: Logged) -> None:
    _set_result(state, event)


def poll_released(state: State, event: events.PollReleased, _logged: Logged) -> None:
    poll = _set_result(state, event)
    if poll is not None:
        poll.is_released = True


def _set_result(
    state: State, event: events.PollCounted | events.PollReleased
) -> Poll | None:
    poll = state.polls.get(event.poll_id)
    if poll is not None:
        poll.counts = list(event.counts)
        poll.voters = event.voters
    return poll
