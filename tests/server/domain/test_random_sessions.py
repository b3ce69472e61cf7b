"""Random commands by random people: what holds for every session, however it goes."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from server.domain import system
from server.domain.attendance import attend
from server.domain.chain import GENESIS, link, verify
from server.domain.events import Logged
from server.domain.fold import apply, fold
from server.domain.polls import count_ballots
from server.domain.stage import may_publish, stage_of
from server.domain.state import State
from server.domain.views import Receiver, may_see, view_for
from server.errors import HallcastError
from tests.server.domain.classroom import Classroom

_STATE: TypeAdapter[State] = TypeAdapter(State)
NAMES = ("trainer", "other", "hall", "one", "two", "three")
ROLES = {"trainer": "trainer", "other": "trainer", "hall": "coordinator"}
_person = st.sampled_from(NAMES)
_nth = st.integers(0, 3)
Step = tuple[Any, ...]

_commands: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.one_of(
    st.sampled_from(
        [
            ("session.open", {}),
            ("session.go_live", {}),
            ("hand.raise", {}),
            ("hand.lower", {}),
            ("floor.take", {}),
        ]
    ),
    st.tuples(
        st.sampled_from(
            [
                "floor.give",
                "floor.give",
                "floor.take",
                "hand.lower",
                "participant.remove",
            ]
        ),
        st.fixed_dictionaries({"person": _person}),
    ),
    st.tuples(
        st.just("queue.move"),
        st.fixed_dictionaries({"person": _person, "position": _nth}),
    ),
    st.tuples(
        st.just("participant.mute"),
        st.fixed_dictionaries({"person": _person, "muted": st.booleans()}),
    ),
    st.tuples(
        st.just("slide.show"),
        st.fixed_dictionaries(
            {"deck_id": st.just("deck_law1"), "page": st.integers(1, 7)}
        ),
    ),
    st.tuples(st.just("chat.post"), st.fixed_dictionaries({"text": st.just("hello")})),
    st.tuples(st.just("chat.hide"), st.fixed_dictionaries({"message": _nth})),
    st.tuples(
        st.just("poll.create"),
        st.fixed_dictionaries(
            {
                "question": st.just("Which?"),
                "kind": st.sampled_from(["single", "multiple"]),
                "options": st.just(["a", "b", "c"]),
                "is_anonymous": st.booleans(),
                "limit_s": st.sampled_from([None, 10]),
                "open_now": st.booleans(),
            }
        ),
    ),
    st.tuples(
        st.sampled_from(["poll.open", "poll.close", "poll.release"]),
        st.fixed_dictionaries({"poll": _nth}),
    ),
    st.tuples(
        st.just("poll.vote"),
        st.fixed_dictionaries(
            {"poll": _nth, "choices": st.lists(_nth, min_size=1, max_size=3)}
        ),
    ),
    st.tuples(
        st.just("locks.set"),
        st.fixed_dictionaries({"chat": st.booleans(), "hands": st.booleans()}),
    ),
)
_steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("join"), _person),
    st.tuples(st.just("leave"), _person),
    st.tuples(st.just("away"), _person),
    st.tuples(
        st.just("source"),
        _person,
        st.sampled_from(["camera", "screen"]),
        st.booleans(),
    ),
    st.tuples(st.just("wait"), st.integers(0, 20_000)),
    st.tuples(st.just("restart")),
    *(st.tuples(st.just("send"), _person, _commands) for _ in range(4)),
)


def _begin() -> Classroom:
    room = Classroom()
    room.system(system.DeckAdd("deck_law1", "Law", 5))
    for name in NAMES[:5]:
        room.join(name, ROLES.get(name, "participant"))
    return room


def _id(room: Classroom, name: str) -> str:
    found = (
        p for p in room.state.participants.values() if p.person_id == f"prs_{name}"
    )
    return next((one.participant_id for one in found), "par_nobody")


def _fill(room: Classroom, fields: dict[str, Any]) -> dict[str, Any]:
    """Replace names and numbers by the ids they stand for."""
    filled = dict(fields)
    if "person" in filled:
        filled["participant_id"] = _id(room, filled.pop("person"))
    for number, field, ids in (
        ("poll", "poll_id", list(room.state.polls)),
        ("message", "message_id", [m.message_id for m in room.state.chat]),
    ):
        if number in filled:
            nth = filled.pop(number)
            filled[field] = ids[nth] if nth < len(ids) else "none_0000"
    return filled


def _step(room: Classroom, step: Step) -> None:
    match step:
        case ("join", name):
            room.join(name, ROLES.get(name, "participant"))
        case ("leave", name):
            room.system(system.Leave(_id(room, name), room.now_ms))
        case ("away", name):
            room.system(system.GiveUpPlace(_id(room, name)))
        case ("source", name, source, True):
            room.system(system.SourceOpen(_id(room, name), source, True, True))
        case ("source", name, source, False):
            room.system(system.SourceClose(_id(room, name), source))
        case ("wait", ms):
            _wait(room, ms)
        case ("restart",):
            room.system(system.MediaRestart())
        case ("send", name, (type_, fields)):
            _send(room, _id(room, name), type_, fields)


def _wait(room: Classroom, ms: int) -> None:
    room.now_ms += ms
    for poll_id in list(room.state.polls):
        room.system(system.PollTimeout(poll_id))


def _send(room: Classroom, sender: str, type_: str, fields: dict[str, Any]) -> None:
    if sender in room.state.participants:
        room.send(sender, type_, **_fill(room, fields))


def _run(steps: list[Step]) -> Classroom:
    room = _begin()
    for step in steps:
        before, seq = copy.deepcopy(room.state), room.state.seq
        try:
            _step(room, step)
        except HallcastError:
            assert room.state == before, "a refusal changed the state"
        # The fold: the state before and the events give the state after.
        for logged in room.log[seq:]:
            apply(before, logged)
        assert before == room.state
        _check(room)
    return room


def _check(room: Classroom) -> None:
    state = room.state
    speakers = [speech.participant_id for speech in state.floor]
    assert len(speakers) <= 2
    assert len({speech.slot for speech in state.floor}) == len(speakers)
    assert len(set(state.queue)) == len(state.queue)
    assert not set(state.queue) & set(speakers)
    assert {one.participant_id for one in state.sources} <= may_publish(state)
    removed = {p for p, one in state.participants.items() if one.is_removed}
    assert not removed & {*state.queue, *speakers, *stage_of(state).publishers}
    for poll in state.polls.values():
        if poll.counts is not None and not poll.is_anonymous:
            assert poll.counts == count_ballots(poll)
        if poll.counts is not None and poll.kind == "single":
            assert sum(poll.counts) == poll.voters
        if poll.is_anonymous:
            assert not any(poll.ballots.values())


@given(st.lists(_steps, max_size=60))
@settings(max_examples=150, deadline=None)
def test_invariants_hold_and_the_log_gives_the_state(steps: list[Step]) -> None:
    room = _run(steps)
    assert [one.seq for one in room.log] == list(range(1, len(room.log) + 1))
    assert fold("ses_test", "sem_test", room.log) == room.state


@given(st.lists(_steps, max_size=60))
@settings(max_examples=100, deadline=None)
def test_what_a_receiver_folds_is_its_view_of_the_whole(steps: list[Step]) -> None:
    room = _run([("send", "trainer", ("session.go_live", {})), *steps])
    live_seq = next(o.seq for o in room.log if o.event.type == "session.went_live")
    for participant in room.state.participants.values():
        receiver = Receiver(participant.participant_id, participant.role)
        _check_view(room, receiver, live_seq)


def _check_view(room: Classroom, receiver: Receiver, live_seq: int) -> None:
    whole = fold("ses_test", "sem_test", room.log[:live_seq])
    mine = _copy(view_for(whole, receiver))
    for logged in room.log[live_seq:]:
        apply(whole, logged)
        if may_see(logged, receiver, live_seq):
            apply(mine, _over_the_wire(logged))
    expected = _copy(view_for(whole, receiver))
    mine.seq = expected.seq
    assert mine == expected


@given(st.lists(_steps, max_size=60))
@settings(max_examples=50, deadline=None)
def test_attendance_has_no_overlap_and_nothing_negative(steps: list[Step]) -> None:
    room = _run([("send", "trainer", ("session.go_live", {})), *steps])
    for one in attend(room.log, room.now_ms).values():
        ends = [moment for interval in one.intervals for moment in interval]
        assert ends == sorted(ends)
        assert 0 <= one.present_ms <= room.now_ms


@given(st.lists(_steps, max_size=40))
@settings(max_examples=30, deadline=None)
def test_every_log_makes_a_chain_that_verifies(steps: list[Step]) -> None:
    links, prev_hash = [], GENESIS
    for logged in _run(steps).log:
        links.append(link("ses_test", prev_hash, logged))
        prev_hash = links[-1].hash
    assert verify("ses_test", links, [], "") == []


def _copy(state: State) -> State:
    return _STATE.validate_python(json.loads(_STATE.dump_json(state)))


def _over_the_wire(logged: Logged) -> Logged:
    return Logged.model_validate_json(logged.model_dump_json())
