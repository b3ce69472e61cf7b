from __future__ import annotations

import pytest

from server.domain import system
from server.errors import (
    AlreadyInStateError,
    FloorBusyError,
    ForbiddenError,
    HandsLockedError,
    NotFoundError,
    NotInQueueError,
)
from tests.server.domain.classroom import live_classroom


def test_hands_queue_in_order_and_are_raised_once() -> None:
    room, _, one, two = live_classroom()
    room.send(two, "hand.raise")
    room.send(one, "hand.raise")
    assert room.state.queue == [two, one]
    with pytest.raises(AlreadyInStateError):
        room.send(one, "hand.raise")


def test_a_coordinator_raises_the_hand_of_the_hall() -> None:
    room, *_ = live_classroom()
    hall = room.join("hall", "coordinator")
    room.send(hall, "hand.raise")
    assert room.state.queue == [hall]


def test_locked_hands_stay_down() -> None:
    room, trainer, one, _ = live_classroom()
    room.send(trainer, "locks.set", chat=False, hands=True)
    with pytest.raises(HandsLockedError):
        room.send(one, "hand.raise")


def test_only_staff_lowers_the_hand_of_another() -> None:
    room, trainer, one, two = live_classroom()
    room.send(one, "hand.raise")
    with pytest.raises(ForbiddenError):
        room.send(two, "hand.lower", participant_id=one)
    room.send(trainer, "hand.lower", participant_id=one)
    with pytest.raises(NotInQueueError):
        room.send(one, "hand.lower")


def test_the_queue_is_reordered_within_its_length() -> None:
    room, trainer, one, two = live_classroom()
    room.send(one, "hand.raise")
    room.send(two, "hand.raise")
    room.send(trainer, "queue.move", participant_id=one, position=999)
    assert room.state.queue == [two, one]
    with pytest.raises(AlreadyInStateError):
        room.send(trainer, "queue.move", participant_id=one, position=5)
    room.send(one, "hand.lower")
    with pytest.raises(NotInQueueError):
        room.send(trainer, "queue.move", participant_id=one, position=0)


def test_two_speak_at_most_and_a_free_slot_is_used_again() -> None:
    room, trainer, one, two = live_classroom()
    three = room.join("three")
    room.send(one, "hand.raise")
    room.send(trainer, "floor.give", participant_id=one)
    room.send(trainer, "floor.give", participant_id=two)
    assert room.state.queue == []
    assert [speech.slot for speech in room.state.floor] == ["floor-1", "floor-2"]
    with pytest.raises(FloorBusyError):
        room.send(trainer, "floor.give", participant_id=three)
    with pytest.raises(AlreadyInStateError):
        room.send(trainer, "floor.give", participant_id=one)
    room.send(trainer, "floor.take", participant_id=one)
    room.send(trainer, "floor.give", participant_id=three)
    assert {s.participant_id: s.slot for s in room.state.floor} == {
        two: "floor-2",
        three: "floor-1",
    }


def test_nobody_gets_the_floor_who_is_not_here() -> None:
    room, trainer, one, _ = live_classroom()
    room.system(system.Leave(one, room.now_ms))
    for absent in (one, "par_unknown"):
        with pytest.raises(NotFoundError):
            room.send(trainer, "floor.give", participant_id=absent)


def test_a_speaker_ends_their_own_speech_and_their_sources_with_it() -> None:
    room, trainer, one, two = live_classroom()
    room.send(trainer, "floor.give", participant_id=one)
    room.system(system.SourceOpen(one, "camera", True, True))
    with pytest.raises(ForbiddenError):
        room.send(two, "floor.take", participant_id=one)
    room.send(one, "floor.take")
    assert room.state.floor == []
    assert room.state.sources == []
    with pytest.raises(AlreadyInStateError):
        room.send(one, "floor.take")


def test_media_of_somebody_without_the_floor_is_not_noted() -> None:
    room, _, one, _ = live_classroom()
    assert room.system(system.SourceOpen(one, "camera", True, True)) == []


def test_who_stays_away_gives_up_hand_and_floor() -> None:
    room, trainer, one, two = live_classroom()
    room.send(trainer, "floor.give", participant_id=one)
    room.send(two, "hand.raise")
    assert room.system(system.GiveUpPlace(one)) == []
    for participant_id in (one, two):
        room.system(system.Leave(participant_id, room.now_ms))
        room.system(system.GiveUpPlace(participant_id))
    assert room.state.floor == []
    assert room.state.queue == []
