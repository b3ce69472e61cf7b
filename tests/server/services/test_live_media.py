"""What a session asks of media and recording, and hears from them."""

from __future__ import annotations

import pytest

from server.errors import (
    ForbiddenError,
    SessionNotLiveError,
)
from server.store.models import (
    SessionRow,
)
from tests.fakes.academy import DECK, TRAINER, Hall, person


async def test_publishing_follows_role_and_floor(hall: Hall) -> None:
    trainer = await hall.join(TRAINER)
    one = await hall.join(person(0))
    session = await hall.session()
    with pytest.raises(SessionNotLiveError):
        session.check_publish(TRAINER)
    await hall.must(trainer, "session.go_live")
    assert session.check_publish(TRAINER) == trainer
    with pytest.raises(ForbiddenError):
        session.check_publish(person(0))
    await hall.must(trainer, "floor.give", participant_id=one)
    assert session.check_publish(person(0)) == one
    assert hall.media.stages[session.session_id].publishers == {trainer, one}


async def test_receiving_waits_for_the_start(hall: Hall) -> None:
    trainer = await hall.join(TRAINER)
    one = await hall.join(person(0))
    session = await hall.session()
    await hall.must(trainer, "session.open")
    assert session.check_receive(TRAINER) == trainer
    with pytest.raises(SessionNotLiveError):
        session.check_receive(person(0))
    with pytest.raises(SessionNotLiveError):
        session.check_open()
    await hall.must(trainer, "session.go_live")
    assert session.check_receive(person(0)) == one


async def test_a_source_reaches_the_programme_slot(hall: Hall) -> None:
    trainer = await hall.go_live()
    session = await hall.session()
    await session.on_source_opened(trainer, "camera", True, True)
    slots = hall.media.stages[session.session_id].slots
    assert slots["presenter"] == slots["programme"]
    assert slots["programme"] is not None
    assert slots["programme"].participant_id == trainer


async def test_decks_of_the_seminar_are_there_when_the_session_opens(
    hall: Hall,
) -> None:
    trainer = await hall.go_live()
    await hall.must(trainer, "slide.show", deck_id=DECK, page=5)
    ack = await hall.send(trainer, "slide.show", deck_id=DECK, page=6)
    assert ack.error is not None
    assert ack.error.code == "not_found"


async def test_the_recording_may_become_ready_after_the_end(hall: Hall) -> None:
    trainer = await hall.go_live()
    session = await hall.session()
    await session.on_recording_changed("recording")
    await hall.must(trainer, "session.end")
    await session.on_archive_ready(60_000)
    assert session.state.recording == "ready"
    async with hall.database.read() as db:
        row = await db.get(SessionRow, session.session_id)
    assert row is not None
    assert row.archive_duration_ms == 60_000
