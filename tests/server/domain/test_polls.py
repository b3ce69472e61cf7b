from __future__ import annotations

import pytest

from server.domain import system
from server.domain.events import BallotCast
from server.errors import (
    AlreadyInStateError,
    AlreadyVotedError,
    ChoiceInvalidError,
    ForbiddenError,
    PollClosedError,
    PollNotFoundError,
    SessionNotLiveError,
)
from tests.server.domain.classroom import Classroom, live_classroom


def test_a_named_vote_is_changed_until_the_poll_closes() -> None:
    room, trainer, one, _ = live_classroom()
    poll_id = room.poll(trainer)
    room.send(one, "poll.vote", poll_id=poll_id, choices=[0])
    room.send(one, "poll.vote", poll_id=poll_id, choices=[2])
    assert room.send(one, "poll.vote", poll_id=poll_id, choices=[2]) == []
    room.send(trainer, "poll.close", poll_id=poll_id)
    poll = room.state.polls[poll_id]
    assert (poll.counts, poll.voters) == ([0, 0, 1], 1)
    with pytest.raises(PollClosedError):
        room.send(one, "poll.vote", poll_id=poll_id, choices=[0])


def test_an_anonymous_ballot_holds_no_choice_and_is_final() -> None:
    room, trainer, one, two = live_classroom()
    poll_id = room.poll(trainer, is_anonymous=True)
    (cast,) = room.send(one, "poll.vote", poll_id=poll_id, choices=[1])
    assert isinstance(cast, BallotCast)
    assert cast.choices == []
    with pytest.raises(AlreadyVotedError):
        room.send(one, "poll.vote", poll_id=poll_id, choices=[1])
    room.send(two, "poll.vote", poll_id=poll_id, choices=[1])
    room.send(trainer, "poll.close", poll_id=poll_id)
    assert room.state.polls[poll_id].counts == [0, 2, 0]


@pytest.mark.parametrize(
    ("kind", "choices"),
    [("single", [0, 1]), ("single", [3]), ("multiple", [1, 1]), ("multiple", [0, 3])],
    ids=["two-of-one", "out-of-range", "twice", "one-out-of-range"],
)
def test_impossible_choices_are_refused(kind: str, choices: list[int]) -> None:
    room, trainer, one, _ = live_classroom()
    poll_id = room.poll(trainer, kind=kind)
    with pytest.raises(ChoiceInvalidError):
        room.send(one, "poll.vote", poll_id=poll_id, choices=choices)


def test_a_draft_is_unknown_to_voters_and_opens_once() -> None:
    room, trainer, one, _ = live_classroom()
    poll_id = room.poll(trainer, open_now=False)
    for wrong in (poll_id, "poll_unknown"):
        with pytest.raises(PollNotFoundError):
            room.send(one, "poll.vote", poll_id=wrong, choices=[0])
    room.send(trainer, "poll.open", poll_id=poll_id)
    with pytest.raises(AlreadyInStateError):
        room.send(trainer, "poll.open", poll_id=poll_id)
    room.send(trainer, "poll.close", poll_id=poll_id)
    with pytest.raises(PollClosedError):
        room.send(trainer, "poll.open", poll_id=poll_id)
    with pytest.raises(PollClosedError):
        room.send(trainer, "poll.close", poll_id=poll_id)


def test_trainers_do_not_vote() -> None:
    room, trainer, *_ = live_classroom()
    with pytest.raises(ForbiddenError):
        room.send(trainer, "poll.vote", poll_id=room.poll(trainer), choices=[0])


@pytest.mark.parametrize(("late_ms", "is_counted"), [(-1, True), (0, False)])
def test_the_deadline_is_exact_to_the_millisecond(
    late_ms: int, is_counted: bool
) -> None:
    room, trainer, one, _ = live_classroom()
    poll_id = room.poll(trainer, limit_s=30)
    room.now_ms += 30_000 + late_ms
    if is_counted:
        room.send(one, "poll.vote", poll_id=poll_id, choices=[0])
        assert room.system(system.PollTimeout(poll_id)) == []
    else:
        with pytest.raises(PollClosedError):
            room.send(one, "poll.vote", poll_id=poll_id, choices=[0])
        room.system(system.PollTimeout(poll_id))
        assert room.state.polls[poll_id].status == "closed"


def test_a_timer_that_comes_late_closes_at_the_deadline_and_only_once() -> None:
    room, trainer, *_ = live_classroom()
    poll_id = room.poll(trainer, limit_s=30)
    room.now_ms += 45_000
    closed, _ = room.system(system.PollTimeout(poll_id))
    assert closed.model_dump()["closed_at_ms"] == room.now_ms - 15_000
    assert room.system(system.PollTimeout(poll_id)) == []


def test_releasing_an_open_poll_closes_and_counts_it() -> None:
    room, trainer, one, _ = live_classroom()
    poll_id = room.poll(trainer, is_anonymous=True)
    room.send(one, "poll.vote", poll_id=poll_id, choices=[1])
    room.send(trainer, "poll.release", poll_id=poll_id)
    poll = room.state.polls[poll_id]
    assert (poll.status, poll.counts, poll.is_released) == ("closed", [0, 1, 0], True)
    with pytest.raises(AlreadyInStateError):
        room.send(trainer, "poll.release", poll_id=poll_id)


def test_the_end_of_the_session_closes_open_polls() -> None:
    room, trainer, one, _ = live_classroom()
    poll_id = room.poll(trainer)
    room.send(one, "poll.vote", poll_id=poll_id, choices=[1])
    room.send(trainer, "session.end")
    assert room.state.polls[poll_id].counts == [0, 1, 0]


def test_a_poll_is_prepared_but_not_opened_in_the_green_room() -> None:
    room = Classroom()
    trainer = room.join("trainer", "trainer")
    room.send(trainer, "session.open")
    poll_id = room.poll(trainer, open_now=False)
    with pytest.raises(SessionNotLiveError):
        room.send(trainer, "poll.open", poll_id=poll_id)
