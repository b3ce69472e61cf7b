"""Polls of a running session: their time, and votes that nobody can link."""

from __future__ import annotations

from sqlalchemy import select

from server.domain import events
from server.store.models import (
    AnonymousTallyRow,
    CommandKeyRow,
    EventRow,
)
from tests.fakes.academy import Hall, person


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
