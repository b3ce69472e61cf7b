from __future__ import annotations

import pytest

from server.domain import system
from server.errors import (
    AlreadyInStateError,
    ForbiddenError,
    NotFoundError,
    RemovedError,
    SeminarFullError,
    SessionOverError,
)
from tests.server.domain.classroom import live_classroom


def test_a_person_is_one_participant_however_often_they_join() -> None:
    room, _, one, _ = live_classroom()
    assert room.system(system.Join("prs_one", "participant", None, 100)) == []
    room.system(system.Leave(one, room.now_ms))
    assert room.join("one") == one
    assert room.state.participants[one].left_at_ms is None


def test_capacity_counts_who_is_here_without_staff() -> None:
    room, _, one, _ = live_classroom()
    with pytest.raises(SeminarFullError) as refused:
        room.join("three", capacity=2)
    assert refused.value.args_by_name == {"capacity": 2}
    room.join("co-trainer", "trainer", capacity=2)
    room.system(system.Leave(one, room.now_ms))
    room.join("three", capacity=2)


def test_leaving_twice_is_leaving_once() -> None:
    room, _, one, _ = live_classroom()
    room.system(system.Leave(one, room.now_ms))
    assert room.system(system.Leave(one, room.now_ms)) == []


def test_removal_takes_everything_and_bans() -> None:
    room, trainer, one, _ = live_classroom()
    room.send(trainer, "floor.give", participant_id=one)
    room.system(system.SourceOpen(one, "camera", True, True))
    room.send(trainer, "participant.remove", participant_id=one)
    assert room.state.floor == []
    assert room.state.sources == []
    assert not room.state.participants[one].is_present
    with pytest.raises(RemovedError):
        room.join("one")
    with pytest.raises(AlreadyInStateError):
        room.send(trainer, "participant.remove", participant_id=one)


def test_nobody_removes_themself_nor_a_stranger() -> None:
    room, trainer, *_ = live_classroom()
    with pytest.raises(ForbiddenError):
        room.send(trainer, "participant.remove", participant_id=trainer)
    with pytest.raises(NotFoundError):
        room.send(trainer, "participant.remove", participant_id="par_nobody")


def test_a_mute_is_set_and_lifted() -> None:
    room, trainer, one, _ = live_classroom()
    room.send(trainer, "participant.mute", participant_id=one, muted=True)
    assert room.state.participants[one].is_muted
    with pytest.raises(AlreadyInStateError):
        room.send(trainer, "participant.mute", participant_id=one, muted=True)
    room.send(trainer, "participant.mute", participant_id=one, muted=False)
    assert not room.state.participants[one].is_muted


def test_nobody_joins_or_leaves_after_the_end() -> None:
    room, trainer, one, _ = live_classroom()
    room.send(trainer, "session.end")
    assert room.system(system.Leave(one, room.now_ms)) == []
    with pytest.raises(SessionOverError):
        room.join("three")
