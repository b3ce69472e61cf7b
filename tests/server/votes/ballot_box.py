"""A small process that takes votes: `python -m tests.server.votes.ballot_box FOLDER`.

It serves the seminar of `FOLDER/hallcast.db`, sends 200 votes by 50 voters at a time,
and writes each acknowledged one as a line to its standard output. It is killed in the
middle, started again, and must then know all it has acknowledged.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from server.clock import SystemClock
from server.domain.commands import PollVote
from server.services.admission import admit
from server.services.live import LiveSession
from server.services.live_registry import Live
from server.services.media_port import NoMedia
from server.store.database import Database, sqlite_url
from tests.fakes.academy import SEMINAR, person

VOTERS = 200
AT_ONCE = 50


def key_of(number: int) -> str:
    """Name the idempotency key of a voter: the same in every life of the process."""
    return f"vote-of-person-{number:04}"


async def _vote(session: LiveSession, poll_id: str, number: int) -> None:
    admission = await admit(session_database, SEMINAR, person(number))
    participant_id = await session.connect(admission, person(number))
    command = PollVote(type="poll.vote", poll_id=poll_id, choices=[number % 3])
    ack = await session.command(participant_id, key_of(number), command)
    if ack.ok:
        sys.stdout.write(f"{participant_id} {number % 3} {ack.seq}\n")
        sys.stdout.flush()


async def main(folder: Path) -> None:
    key = Ed25519PrivateKey.generate()
    live = Live(session_database, SystemClock(), NoMedia(), key)
    await live.open()
    session = await live.session_of(SEMINAR)
    (poll_id,) = session.state.polls
    voters = iter(range(VOTERS))

    async def work() -> None:
        for number in voters:
            await _vote(session, poll_id, number)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    sys.stdout.write("done\n")
    sys.stdout.flush()
    await live.close()
    await session_database.close()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    session_database = Database(sqlite_url(folder / "hallcast.db"))
    asyncio.run(main(folder))
