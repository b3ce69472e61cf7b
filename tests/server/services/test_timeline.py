from __future__ import annotations

import pytest

from server.domain.events import Role
from server.domain.fold import apply
from server.errors import NotFoundError, SessionNotLiveError
from server.http.wire import Timeline
from server.services.session_reader import SessionReader
from server.services.timeline import TimelineService
from tests.fakes.academy import TRAINER, Hall, person
from tests.fakes.socket_stack import seminar_body


async def _timeline(hall: Hall, person_id: str, role: Role) -> Timeline:
    service = TimelineService(SessionReader(hall.database, hall.live), hall.clock)
    session_id = (await hall.session()).session_id
    return await service.timeline(session_id, person_id, seminar_body(role))


async def _seminar(hall: Hall) -> tuple[str, str]:
    """Run a short seminar with a green room, a chat with a hidden line, a poll."""
    trainer = await hall.join(TRAINER)
    await hall.must(trainer, "session.open")
    await hall.must(trainer, "chat.post", text="among us")
    await hall.must(trainer, "session.go_live")
    one = await hall.join(person(0))
    await hall.must(one, "chat.post", text="rude")
    session = await hall.session()
    rude = session.state.chat[-1].message_id
    await hall.must(trainer, "chat.hide", message_id=rude)
    poll_id = await hall.poll(trainer)
    await hall.must(one, "poll.vote", poll_id=poll_id, choices=[0])
    hall.clock.advance(60_000)
    await hall.must(trainer, "session.end")
    return trainer, one


async def test_an_absentee_sees_what_everyone_saw_from_the_start_on(
    hall: Hall,
) -> None:
    await _seminar(hall)
    timeline = await _timeline(hall, person(1), "participant")
    types = [one.event.type for one in timeline.events]
    assert types == [
        "chat.posted",
        "chat.hidden",
        "poll.opened",
        "poll.closed",
        "session.ended",
    ]
    assert "among us" not in timeline.model_dump_json()
    assert "rude" not in timeline.model_dump_json()
    assert timeline.initial.status == "live"
    assert timeline.duration_ms == 60_000


async def test_a_voter_finds_their_own_ballot(hall: Hall) -> None:
    _, one = await _seminar(hall)
    timeline = await _timeline(hall, person(0), "participant")
    state = timeline.initial
    for logged in timeline.events:
        apply(state, logged)
    assert [poll.ballots for poll in state.polls.values()] == [{one: [0]}]


async def test_it_is_the_same_from_the_store_as_from_memory(hall: Hall) -> None:
    await _seminar(hall)
    for person_id, role in ((TRAINER, "trainer"), (person(0), "participant")):
        running = await _timeline(hall, person_id, role)  # type: ignore[arg-type]
        session = await hall.session()
        assert running.chain_head == session.head_hash
        for connection in (TRAINER, person(0)):
            await session.disconnect(connection)
        await hall.live.tick()
        assert hall.live.loaded(session.session_id) is None
        service = TimelineService(SessionReader(hall.database, hall.live), hall.clock)
        stored = await service.timeline(
            session.session_id,
            person_id,
            seminar_body(role),  # type: ignore[arg-type]
        )
        assert stored == running


async def test_before_the_start_there_is_no_timeline(hall: Hall) -> None:
    await hall.join(TRAINER)
    with pytest.raises(SessionNotLiveError):
        await _timeline(hall, TRAINER, "trainer")
    service = TimelineService(SessionReader(hall.database, hall.live), hall.clock)
    with pytest.raises(NotFoundError):
        await service.timeline("ses_nosuch", TRAINER, seminar_body())
