from __future__ import annotations

from server.domain import system
from server.domain.stage import SourceRef, stage_of
from tests.server.domain.classroom import Classroom, live_classroom


def test_the_trainers_camera_is_presenter_and_programme() -> None:
    room, trainer, *_ = live_classroom()
    room.system(system.SourceOpen(trainer, "camera", True, True))
    slots = stage_of(room.state).slots
    assert slots["presenter"] == slots["programme"] == SourceRef(trainer, "camera")


def test_the_newest_speaker_with_a_picture_takes_the_programme() -> None:
    room, trainer, one, two = live_classroom()
    room.system(system.SourceOpen(trainer, "camera", True, True))
    for speaker, has_video in ((one, True), (two, False)):
        room.send(trainer, "floor.give", participant_id=speaker)
        room.system(system.SourceOpen(speaker, "camera", has_video, True))
    slots = stage_of(room.state).slots
    assert slots["programme"] == slots["floor-1"] == SourceRef(one, "camera")
    assert slots["floor-2"] is None
    assert slots["presenter"] == SourceRef(trainer, "camera")
    room.system(system.SourceOpen(two, "camera", True, True))
    assert stage_of(room.state).slots["programme"] == SourceRef(two, "camera")
    room.send(trainer, "floor.take", participant_id=two)
    room.send(trainer, "floor.take", participant_id=one)
    assert stage_of(room.state).slots["programme"] == SourceRef(trainer, "camera")


def test_the_newest_screen_is_shown() -> None:
    room, trainer, *_ = live_classroom()
    other = room.join("co-trainer", "trainer")
    room.system(system.SourceOpen(trainer, "screen", True, False))
    room.system(system.SourceOpen(other, "screen", True, False))
    assert stage_of(room.state).slots["screen"] == SourceRef(other, "screen")
    room.system(system.SourceClose(other, "screen"))
    assert stage_of(room.state).slots["screen"] == SourceRef(trainer, "screen")


def test_who_may_publish_and_receive_follows_the_session() -> None:
    room = Classroom()
    trainer, one = room.join("trainer", "trainer"), room.join("one")
    seen = []
    for type_ in ("session.open", "session.go_live", "session.end"):
        stage = stage_of(room.state)
        seen.append((stage.receivers, set(stage.publishers)))
        room.send(trainer, type_)
    assert seen == [
        ("nobody", set()),
        ("staff", {trainer}),
        ("everyone", {trainer}),
    ]
    over = stage_of(room.state)
    assert (over.receivers, over.publishers) == ("nobody", frozenset())
    assert over.ended_at_ms == room.now_ms
    assert one not in over.staff


def test_a_removed_trainer_publishes_no_more() -> None:
    room, trainer, *_ = live_classroom()
    other = room.join("co-trainer", "trainer")
    room.system(system.SourceOpen(other, "camera", True, True))
    room.send(trainer, "participant.remove", participant_id=other)
    stage = stage_of(room.state)
    assert stage.removed == {other}
    assert other not in stage.publishers
    assert stage.slots["presenter"] is None
