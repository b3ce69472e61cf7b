"""Deciders of polls: one person one vote over all devices, closed on the server's time.

A named vote may be changed until the poll closes. An anonymous vote is final: the event
says only who voted, the choice goes into counters (`anonymous_choices`), so there is
nothing to take back.
"""

from __future__ import annotations

from server.domain import events
from server.domain.commands import (
    PollClose,
    PollCreate,
    PollOpen,
    PollRelease,
    PollVote,
)
from server.domain.context import Context
from server.domain.events import Event
from server.domain.state import Poll, State
from server.domain.system import PollTimeout
from server.errors import (
    AlreadyInStateError,
    AlreadyVotedError,
    ChoiceInvalidError,
    PollClosedError,
    PollNotFoundError,
)


def create(_state: State, command: PollCreate, context: Context) -> list[Event]:
    poll = Poll(
        poll_id=context.new_id("poll"),
        question=command.question,
        kind=command.kind,
        options=list(command.options),
        is_anonymous=command.is_anonymous,
        limit_s=command.limit_s,
    )
    created = events.PollCreated(
        poll_id=poll.poll_id,
        question=poll.question,
        kind=poll.kind,
        options=poll.options,
        is_anonymous=poll.is_anonymous,
        limit_s=poll.limit_s,
    )
    return [created, _opened(poll, context.now_ms)] if command.open_now else [created]


def open_poll(state: State, command: PollOpen, context: Context) -> list[Event]:
    poll = _find(state, command.poll_id)
    if poll.status == "closed":
        raise PollClosedError
    if poll.status == "open":
        raise AlreadyInStateError
    return [_opened(poll, context.now_ms)]


def vote(state: State, command: PollVote, context: Context) -> list[Event]:
    poll = _find(state, command.poll_id)
    if poll.status == "draft":
        raise PollNotFoundError
    if poll.status == "closed" or _is_late(poll, context.now_ms):
        raise PollClosedError
    choices = _checked(poll, command.choices)
    before = poll.ballots.get(context.actor.participant_id)
    if before is not None and poll.is_anonymous:
        raise AlreadyVotedError
    if before == choices:
        return []
    return [
        events.BallotCast(
            poll_id=poll.poll_id,
            participant_id=context.actor.participant_id,
            choices=[] if poll.is_anonymous else choices,
        )
    ]


def close(state: State, command: PollClose, context: Context) -> list[Event]:
    poll = _find(state, command.poll_id)
    if poll.status != "open":
        raise PollClosedError
    return close_poll(poll, context)


def time_out(state: State, wish: PollTimeout, context: Context) -> list[Event]:
    poll = state.polls.get(wish.poll_id)
    if poll is None or poll.status != "open" or not _is_late(poll, context.now_ms):
        return []
    return close_poll(poll, context)


def release(state: State, command: PollRelease, context: Context) -> list[Event]:
    """Show the result to everyone; an open poll is closed by it."""
    poll = _find(state, command.poll_id)
    if poll.status == "draft":
        raise PollNotFoundError
    if poll.is_released:
        raise AlreadyInStateError
    closing = close_poll(poll, context) if poll.status == "open" else []
    counts = _counts(poll, context) if poll.counts is None else poll.counts
    voters = len(poll.ballots)
    released = events.PollReleased(poll_id=poll.poll_id, counts=counts, voters=voters)
    return [*closing, released]


def close_poll(poll: Poll, context: Context) -> list[Event]:
    """Close at the deadline when it has passed, however late the timer came."""
    closed_at_ms = min(context.now_ms, poll.closes_at_ms or context.now_ms)
    return [
        events.PollClosed(poll_id=poll.poll_id, closed_at_ms=closed_at_ms),
        events.PollCounted(
            poll_id=poll.poll_id,
            counts=_counts(poll, context),
            voters=len(poll.ballots),
        ),
    ]


def anonymous_choices(
    state: State, command: object, decided: list[Event]
) -> tuple[Poll, list[int]] | None:
    """Tell what an accepted anonymous vote adds to the counters, if it is one."""
    if not isinstance(command, PollVote) or not decided:
        return None
    poll = state.polls[command.poll_id]
    return (poll, sorted(command.choices)) if poll.is_anonymous else None


def count_ballots(poll: Poll) -> list[int]:
    """Count a named poll."""
    counts = [0] * len(poll.options)
    for choices in poll.ballots.values():
        for choice in choices:
            counts[choice] += 1
    return counts


def _counts(poll: Poll, context: Context) -> list[int]:
    if not poll.is_anonymous:
        return count_ballots(poll)
    return list(context.tallies.get(poll.poll_id, [0] * len(poll.options)))


def _checked(poll: Poll, choices: list[int]) -> list[int]:
    is_one = len(choices) == 1
    is_set = len(set(choices)) == len(choices)
    in_range = all(0 <= choice < len(poll.options) for choice in choices)
    if not (in_range and is_set and (is_one or poll.kind == "multiple")):
        raise ChoiceInvalidError
    return sorted(choices)


def _is_late(poll: Poll, now_ms: int) -> bool:
    return poll.closes_at_ms is not None and now_ms >= poll.closes_at_ms


def _find(state: State, poll_id: str) -> Poll:
    poll = state.polls.get(poll_id)
    if poll is None:
        raise PollNotFoundError
    return poll


def _opened(poll: Poll, now_ms: int) -> events.PollOpened:
    return events.PollOpened(
        poll_id=poll.poll_id,
        question=poll.question,
        kind=poll.kind,
        options=poll.options,
        is_anonymous=poll.is_anonymous,
        opened_at_ms=now_ms,
        closes_at_ms=None if poll.limit_s is None else now_ms + poll.limit_s * 1000,
    )
