from __future__ import annotations

import asyncio
from dataclasses import asdict

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from server.domain import events
from server.errors import (
    ForbiddenError,
    RemovedError,
    SeminarFullError,
    SessionNotLiveError,
    SessionOverError,
)
from server.services.admission import admit
from server.services.session_log import SessionLog
from server.store.models import (
    AnonymousTallyRow,
    CommandKeyRow,
    EventRow,
    SeminarRow,
    SessionRow,
)
from tests.fakes.academy import DECK, SEMINAR, TRAINER, Hall, person


async def test_a_command_is_logged_published_and_acked_with_its_seq(hall: Hall) -> None:
    trainer = await hall.go_live()
    ack = await hall.send(trainer, "chat.post", text="Welcome")
    session = await hall.session()
    assert ack.ok
    assert ack.seq == session.state.seq == hall.audience.published[-1].seq
    assert session.state.chat[-1].text == "Welcome"
    async with hall.database.read() as db:
        row = await db.get(EventRow, (session.session_id, ack.seq))
    assert row is not None
    assert row.kind == "chat.posted"
    assert "Welcome" not in str(row.payload)
    assert row.personal == {"text": "Welcome"}


async def test_the_columns_of_the_session_follow_its_events(hall: Hall) -> None:
    trainer = await hall.go_live()
    hall.clock.advance(60_000)
    await hall.must(trainer, "session.end")
    session = await hall.session()
    async with hall.database.read() as db:
        row = await db.get(SessionRow, session.session_id)
    assert row is not None
    assert (row.status, row.started_at_ms, row.ended_at_ms) == (
        "ended",
        session.state.started_at_ms,
        hall.clock.now_ms(),
    )


async def test_a_repeated_key_returns_the_stored_reply_and_does_nothing(
    hall: Hall,
) -> None:
    trainer = await hall.go_live()
    first = await hall.send(trainer, "chat.post", key="k" * 16, text="Once")
    await hall.send(trainer, "chat.post", text="Between")
    again = await hall.send(trainer, "chat.post", key="k" * 16, text="Once")
    assert again == first
    assert [m.text for m in (await hall.session()).state.chat] == ["Once", "Between"]


async def test_a_repeated_key_is_known_after_a_restart(hall: Hall) -> None:
    trainer = await hall.go_live()
    first = await hall.send(trainer, "chat.post", key="k" * 16, text="Once")
    await hall.restart()
    assert await hall.send(trainer, "chat.post", key="k" * 16, text="Once") == first
    assert len((await hall.session()).state.chat) == 1


async def test_the_same_key_of_another_person_is_another_key(hall: Hall) -> None:
    trainer = await hall.go_live()
    one = await hall.join(person(0))
    await hall.send(trainer, "chat.post", key="k" * 16, text="A")
    await hall.send(one, "chat.post", key="k" * 16, text="B")
    assert len((await hall.session()).state.chat) == 2


async def test_repetitions_in_one_burst_act_once(hall: Hall) -> None:
    trainer = await hall.go_live()
    acks = await asyncio.gather(
        *(hall.send(trainer, "chat.post", key="k" * 16, text="Once") for _ in range(5))
    )
    assert len({ack.seq for ack in acks}) == 1
    assert len((await hall.session()).state.chat) == 1


async def test_a_refusal_comes_as_an_ack_with_its_code(hall: Hall) -> None:
    await hall.go_live()
    one = await hall.join(person(0))
    ack = await hall.send(one, "session.end")
    assert not ack.ok
    assert ack.error is not None
    assert ack.error.code == "forbidden"


async def test_a_lost_commit_tells_nobody_and_leaves_no_trace(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = await hall.go_live()
    session = await hall.session()
    before, told = asdict(session.state), len(hall.audience.published)

    async def fail(*_: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    with monkeypatch.context() as patch:
        patch.setattr(SessionLog, "commit", fail)
        ack = await hall.send(trainer, "chat.post", key="k" * 16, text="Lost")
    assert ack.error is not None
    assert ack.error.code == "internal"
    assert asdict(session.state) == before
    assert len(hall.audience.published) == told
    again = await hall.send(trainer, "chat.post", key="k" * 16, text="Lost")
    assert again.ok
    assert [m.text for m in session.state.chat] == ["Lost"]


async def test_a_commit_that_was_kept_though_it_failed_is_told_after_all(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = await hall.go_live()
    commit = SessionLog.commit

    async def keep_and_fail(self: SessionLog, *args: object) -> None:
        await commit(self, *args)  # type: ignore[arg-type]  # passed through
        raise OperationalError("COMMIT", {}, Exception("connection lost"))

    with monkeypatch.context() as patch:
        patch.setattr(SessionLog, "commit", keep_and_fail)
        ack = await hall.send(trainer, "chat.post", key="k" * 16, text="Kept")
    assert not ack.ok
    again = await hall.send(trainer, "chat.post", key="k" * 16, text="Kept")
    assert again.ok
    seqs = [one.seq for one in hall.audience.published]
    assert seqs == list(range(1, len(seqs) + 1))
    assert [m.text for m in (await hall.session()).state.chat] == ["Kept"]


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


async def test_a_session_is_not_run_twice(hall: Hall) -> None:
    trainer = await hall.go_live()
    session_id = (await hall.session()).session_id
    await hall.must(trainer, "session.end")
    await hall.restart()
    assert (await hall.session()).session_id == session_id


async def test_two_first_joiners_share_one_session(hall: Hall) -> None:
    first, second = await asyncio.gather(hall.session(), hall.session())
    assert first is second


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


async def test_a_poll_closes_by_itself_and_refuses_the_late_by_a_millisecond(
    hall: Hall,
) -> None:
    trainer = await hall.go_live()
    one, two = await hall.join(person(0)), await hall.join(person(1))
    poll_id = await hall.poll(trainer, limit_s=10)
    hall.clock.advance(9_999)
    await hall.must(one, "poll.vote", poll_id=poll_id, choices=[1])
    hall.clock.advance(1)
    late = await hall.send(two, "poll.vote", poll_id=poll_id, choices=[1])
    assert late.error is not None
    assert late.error.code == "poll_closed"
    session = await hall.session()
    assert session.state.polls[poll_id].status == "open"
    hall.clock.advance(100)
    await session.tick()
    poll = session.state.polls[poll_id]
    assert (poll.status, poll.counts, poll.voters) == ("closed", [0, 1, 0], 1)
    closed = [
        e.event
        for e in hall.audience.published
        if isinstance(e.event, events.PollClosed)
    ]
    assert closed[0].closed_at_ms == poll.closes_at_ms


async def test_an_anonymous_vote_is_final_counted_and_not_linked(hall: Hall) -> None:
    trainer = await hall.go_live()
    one, two = await hall.join(person(0)), await hall.join(person(1))
    poll_id = await hall.poll(trainer, is_anonymous=True)
    await hall.must(one, "poll.vote", poll_id=poll_id, choices=[2])
    again = await hall.send(one, "poll.vote", poll_id=poll_id, choices=[0])
    assert again.error is not None
    assert again.error.code == "already_voted"
    await hall.restart()
    await hall.must(two, "poll.vote", poll_id=poll_id, choices=[2])
    await hall.must(trainer, "poll.release", poll_id=poll_id)
    session = await hall.session()
    assert session.state.polls[poll_id].counts == [0, 0, 2]
    async with hall.database.read() as db:
        rows = (
            await db.scalars(select(EventRow).where(EventRow.kind == "ballot.cast"))
        ).all()
        counters = (await db.scalars(select(AnonymousTallyRow.count))).all()
        replies = (await db.scalars(select(CommandKeyRow.reply))).all()
    assert [row.payload["choices"] for row in rows] == [[], []]
    assert sorted(counters) == [0, 0, 2]
    assert "choices" not in str(replies)


async def test_after_a_restart_the_state_is_the_same_and_the_poll_goes_on(
    hall: Hall,
) -> None:
    trainer = await hall.go_live()
    one = await hall.join(person(0))
    poll_id = await hall.poll(trainer, limit_s=30)
    await hall.must(one, "hand.raise")
    await hall.must(one, "poll.vote", poll_id=poll_id, choices=[0])
    before = asdict((await hall.session()).state)
    await hall.restart()
    session = await hall.session()
    assert asdict(session.state) == before
    assert session.memory.entries([one])[one].name == "Mayor 0"
    hall.clock.advance(30_000)
    await session.tick()
    assert session.state.polls[poll_id].counts == [1, 0, 0]


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


async def test_an_idle_ended_session_is_unloaded(hall: Hall) -> None:
    trainer = await hall.go_live()
    session = await hall.session()
    await hall.must(trainer, "session.end")
    await hall.live.tick()
    assert hall.live.loaded(session.session_id) is session
    await session.disconnect(TRAINER)
    await hall.live.tick()
    assert hall.live.loaded(session.session_id) is None


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
