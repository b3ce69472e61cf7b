"""Votes are neither lost nor doubled: in bursts, repeated, through kills (G1, G2)."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.clock import SystemClock
from server.domain.chain import verify
from server.domain.commands import PollVote
from server.domain.events import BallotCast
from server.http.wire import CommandAck
from server.services.live import LiveSession
from server.services.signing_key import public_hex
from server.store import events
from tests.fakes.academy import SEMINAR, Hall, open_hall, person
from tests.fakes.postgres import open_postgres
from tests.server.votes.ballot_box import VOTERS, key_of

CROWD = 1000
KILLS = 3


@pytest.fixture
async def crowd(tmp_path: Path) -> AsyncIterator[tuple[Hall, str, list[str]]]:
    """A hall where 1,000 voters have joined; trainer's id and theirs."""
    async with open_hall(tmp_path, CROWD) as hall:
        trainer = await hall.go_live()
        ids = await asyncio.gather(*(hall.join(person(n)) for n in range(CROWD)))
        hall.live._clock = SystemClock()
        yield hall, trainer, list(ids)


async def _vote(
    session: LiveSession, poll_id: str, voter: str, choice: int, chance: random.Random
) -> tuple[CommandAck, float]:
    """Vote at a random moment, a fifth twice under one key, some on a second device."""
    await asyncio.sleep(chance.random() * 2)
    command = PollVote(type="poll.vote", poll_id=poll_id, choices=[choice])
    begun = time.monotonic()
    ack = await session.command(voter, f"key-of-{voter}", command)
    waited_s = time.monotonic() - begun
    if chance.random() < 0.2:
        assert await session.command(voter, f"key-of-{voter}", command) == ack
    if chance.random() < 0.05:
        await session.command(voter, f"second-device-{voter}", command)
    return ack, waited_s


@pytest.mark.parametrize("is_anonymous", [False, True], ids=["named", "anonymous"])
async def test_1000_votes_in_a_burst_are_all_counted_once(
    crowd: tuple[Hall, str, list[str]], is_anonymous: bool
) -> None:
    hall, trainer, voters = crowd
    poll_id = await hall.poll(trainer, is_anonymous=is_anonymous)
    session = await hall.session()
    chance = random.Random(7)
    choices = [chance.randrange(3) for _ in voters]
    answers = await asyncio.gather(
        *(
            _vote(session, poll_id, voter, choice, chance)
            for voter, choice in zip(voters, choices, strict=True)
        )
    )
    assert all(ack.ok for ack, _ in answers)
    waits_s = sorted(waited_s for _, waited_s in answers)
    p99_ms = waits_s[int(len(waits_s) * 0.99)] * 1000
    p50_ms = waits_s[len(waits_s) // 2] * 1000
    print(f"\n{CROWD} votes in 2 s: ack p50 {p50_ms:.0f} ms, p99 {p99_ms:.0f} ms")
    assert p99_ms <= 1000
    await hall.must(trainer, "poll.close", poll_id=poll_id)
    poll = session.state.polls[poll_id]
    assert poll.voters == CROWD
    assert poll.counts == [Counter(choices)[option] for option in range(3)]
    await _check_store(hall, session, poll_id)


async def _check_store(hall: Hall, session: LiveSession, poll_id: str) -> None:
    """The database holds each voter once, in a chain that verifies."""
    async with hall.database.read() as db:
        links = await events.links(db, session.session_id)
    assert verify(session.session_id, links, [], public_hex(hall.key)) == []
    cast = [
        one.event.participant_id
        for one in map(events.to_logged, links)
        if isinstance(one.event, BallotCast) and one.event.poll_id == poll_id
    ]
    assert len(cast) == len(set(cast)) == CROWD


@pytest.mark.parametrize("is_anonymous", [False, True], ids=["named", "anonymous"])
async def test_a_killed_process_keeps_every_acknowledged_vote(
    tmp_path: Path, is_anonymous: bool
) -> None:
    async with open_hall(tmp_path, VOTERS) as hall:
        trainer = await hall.go_live()
        poll_id = await hall.poll(trainer, is_anonymous=is_anonymous)
        acked: dict[str, int] = {}
        for kill in range(KILLS):
            acked |= await asyncio.to_thread(_run_box, tmp_path, kill * 40 + 15)
        acked |= await asyncio.to_thread(_run_box, tmp_path, None)
        await hall.restart()
        session = await hall.live.session_of(SEMINAR)
        poll = session.state.polls[poll_id]
        assert len(acked) == len(poll.ballots) == VOTERS
        if not is_anonymous:
            assert poll.ballots == {voter: [choice] for voter, choice in acked.items()}
        await hall.must(trainer, "poll.close", poll_id=poll_id)
        expected = Counter(number % 3 for number in range(VOTERS))
        assert session.state.polls[poll_id].counts == [expected[n] for n in range(3)]


def _run_box(folder: Path, kill_after: int | None) -> dict[str, int]:
    """Run the small process; kill it after that many acks. Return acked votes."""
    acked: dict[str, int] = {}
    command = [sys.executable, "-m", "tests.server.votes.ballot_box", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as box:
        assert box.stdout is not None
        for line in box.stdout:
            if line == "done\n":
                break
            if not line.endswith("\n"):
                break  # cut off in the middle by the kill
            voter, choice, _ = line.split()
            acked[voter] = int(choice)
            if len(acked) == kill_after:
                box.kill()
        box.wait(30)
    assert kill_after is not None or box.returncode == 0
    return acked


def test_keys_are_long_enough_for_the_wire() -> None:
    assert len(key_of(0)) >= 16


async def test_votes_are_counted_on_postgresql_too(tmp_path: Path) -> None:
    with open_postgres() as server:
        async with open_hall(tmp_path, 50, url=server.fresh_database()) as hall:
            trainer = await hall.go_live()
            poll_id = await hall.poll(trainer, is_anonymous=True)
            voters = await asyncio.gather(*(hall.join(person(n)) for n in range(50)))
            await asyncio.gather(
                *(
                    hall.must(voter, "poll.vote", poll_id=poll_id, choices=[1])
                    for voter in voters
                )
            )
            await hall.restart()
            await hall.must(trainer, "poll.release", poll_id=poll_id)
            poll = (await hall.session()).state.polls[poll_id]
            assert (poll.counts, poll.voters) == ([0, 50, 0], 50)
