"""Who comes to a session, comes back, leaves and is kept out."""

from __future__ import annotations

import asyncio

import pytest

from server.domain import events
from server.errors import (
    ForbiddenError,
    RemovedError,
    SeminarFullError,
    SessionOverError,
)
from server.services.admission import admit
from server.store.models import (
    SeminarRow,
)
from tests.fakes.academy import SEMINAR, TRAINER, Hall, person


async def test_a_person_with_two_devices_joins_once_and_leaves_with_the_last(
    hall: Hall,
) -> None:
    await hall.go_live()
    one = await hall.join(person(0), "phone")
    assert await hall.join(person(0), "laptop") == one
    session = await hall.session()
    await session.disconnect("phone")
    assert session.state.participants[one].is_present
    await session.disconnect("laptop")
    assert not session.state.participants[one].is_present
    joined = [
        e
        for e in hall.audience.published
        if isinstance(e.event, events.ParticipantJoined)
        and e.event.participant_id == one
    ]
    assert len(joined) == 1


async def test_a_second_device_that_comes_while_the_first_goes_keeps_them_here(
    hall: Hall,
) -> None:
    await hall.go_live()
    one = await hall.join(person(0), "phone")
    session = await hall.session()
    await asyncio.gather(hall.join(person(0), "laptop"), session.disconnect("phone"))
    assert session.state.participants[one].is_present


async def test_the_moment_of_joining_has_the_snapshot_with_the_join_in_it(
    hall: Hall,
) -> None:
    await hall.go_live()
    session = await hall.session()
    seen: list[tuple[str, int]] = []
    admission = await admit(hall.database, SEMINAR, person(0))
    one = await session.connect(
        admission, "c1", lambda p: seen.append((p, session.state.seq))
    )
    assert seen == [(one, session.state.seq)]
    assert session.memory.entries([one])[one].name == "Mayor 0"


async def test_strangers_and_people_of_other_centres_are_not_admitted(
    hall: Hall,
) -> None:
    with pytest.raises(ForbiddenError):
        await admit(hall.database, SEMINAR, "prs_stranger")
    assert (await admit(hall.database, SEMINAR, "prs_hall")).role == "coordinator"
    assert (await admit(hall.database, SEMINAR, "prs_admin")).role == "trainer"
    assert (await admit(hall.database, SEMINAR, TRAINER)).role == "trainer"


async def test_a_trainer_at_a_colleagues_seminar_needs_an_invitation(
    hall: Hall,
) -> None:
    with pytest.raises(ForbiddenError):
        await admit(hall.database, SEMINAR, "prs_other")


async def test_a_full_seminar_takes_staff_but_nobody_else(hall: Hall) -> None:
    async with hall.database.write() as db:
        row = await db.get(SeminarRow, SEMINAR)
        assert row is not None
        row.capacity = 1
    await hall.join(person(0))
    with pytest.raises(SeminarFullError):
        await hall.join(person(1))
    await hall.join(TRAINER)
    session = await hall.session()
    await session.disconnect(person(0))
    await hall.join(person(1))


async def test_a_removed_person_can_not_come_back_nor_act(hall: Hall) -> None:
    trainer = await hall.go_live()
    one = await hall.join(person(0))
    await hall.must(trainer, "participant.remove", participant_id=one)
    with pytest.raises(RemovedError):
        await hall.join(person(0), "again")
    ack = await hall.send(one, "chat.post", text="Still here")
    assert ack.error is not None
    assert ack.error.code == "removed"
    with pytest.raises(RemovedError):
        (await hall.session()).check_receive(person(0))


async def test_after_the_end_those_who_were_there_may_look_back(hall: Hall) -> None:
    trainer = await hall.go_live()
    one = await hall.join(person(0))
    await hall.must(trainer, "session.end")
    assert await hall.join(person(0), "again") == one
    with pytest.raises(SessionOverError):
        await hall.join(person(1))


async def test_who_does_not_return_after_a_restart_left_when_the_process_died(
    hall: Hall,
) -> None:
    trainer = await hall.go_live()
    one = await hall.join(person(0))
    await hall.must(one, "hand.raise")
    hall.clock.advance(4_000)
    await (await hall.session()).tick()
    alive_at_ms = hall.clock.now_ms()
    hall.clock.advance(3_000)
    await hall.restart()
    await hall.join(TRAINER, "back")
    session = await hall.session()
    hall.clock.advance(14_999)
    await session.tick()
    assert session.state.participants[one].is_present
    hall.clock.advance(1)
    await session.tick()
    assert session.state.participants[trainer].is_present
    assert not session.state.participants[one].is_present
    assert session.state.participants[one].left_at_ms == alive_at_ms
    await session.tick()
    assert session.state.queue == []


async def test_a_reload_keeps_hand_and_floor_a_long_absence_does_not(
    hall: Hall,
) -> None:
    trainer = await hall.go_live()
    one, two = await hall.join(person(0)), await hall.join(person(1))
    await hall.must(one, "hand.raise")
    await hall.must(trainer, "floor.give", participant_id=two)
    session = await hall.session()
    await session.disconnect(person(0))
    await session.disconnect(person(1))
    hall.clock.advance(5_000)
    await session.tick()
    assert session.state.queue == [one]
    await hall.join(person(0))
    hall.clock.advance(10_000)
    await session.tick()
    assert session.state.queue == [one]
    assert session.state.floor == []
