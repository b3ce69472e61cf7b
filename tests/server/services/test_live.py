"""A session: commands to events, lost commits, restarts, loading and unloading."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import pytest
from sqlalchemy.exc import OperationalError

from server.services.session_log import SessionLog
from server.store.models import (
    EventRow,
    SessionRow,
)
from tests.fakes.academy import TRAINER, Hall, person


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


async def test_a_session_is_not_run_twice(hall: Hall) -> None:
    trainer = await hall.go_live()
    session_id = (await hall.session()).session_id
    await hall.must(trainer, "session.end")
    await hall.restart()
    assert (await hall.session()).session_id == session_id


async def test_two_first_joiners_share_one_session(hall: Hall) -> None:
    first, second = await asyncio.gather(hall.session(), hall.session())
    assert first is second


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


async def test_an_idle_ended_session_is_unloaded(hall: Hall) -> None:
    trainer = await hall.go_live()
    session = await hall.session()
    await hall.must(trainer, "session.end")
    await hall.live.tick()
    assert hall.live.loaded(session.session_id) is session
    await session.disconnect(TRAINER)
    await hall.live.tick()
    assert hall.live.loaded(session.session_id) is None


async def test_two_ticks_at_once_unload_a_session_once(hall: Hall) -> None:
    trainer = await hall.go_live()
    session = await hall.session()
    await hall.must(trainer, "session.end")
    await session.disconnect(TRAINER)
    await session.on_archive_ready(1_000)
    hall.clock.advance(60_000)  # the first tick waits: it signs that event
    await asyncio.gather(hall.live.tick(), hall.live.tick())
    assert hall.live.loaded(session.session_id) is None
