from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import IntegrityError

from server.domain.chain import GENESIS, Link, link, sign_head, verify
from server.domain.events import (
    ChatPosted,
    Event,
    HandRaised,
    Logged,
    ParticipantJoined,
    ParticipantRemoved,
)
from server.services.signing_key import public_hex
from server.store import events, sessions
from server.store.database import Database
from tests.fakes.academy import SEMINAR


def _links(session_id: str, *made: Event) -> list[Link]:
    links: list[Link] = []
    for seq, event in enumerate(made, start=1):
        prev_hash = links[-1].hash if links else GENESIS
        logged = Logged(seq=seq, at_ms=1000 + seq, by="par_a", event=event)
        links.append(link(session_id, prev_hash, logged))
    return links


async def _session(database: Database, *made: Event) -> tuple[str, list[Link]]:
    async with database.write() as db:
        record = await sessions.create(db, SEMINAR, 1)
        links = _links(record.session_id, *made)
        await events.append(db, links)
    return record.session_id, links


HELLO = ChatPosted(message_id="msg_1", participant_id="par_a", text="Сәлем 👋 \u2028")
HAND = HandRaised(participant_id="par_a")


async def test_a_log_comes_back_as_it_was_and_verifies(database: Database) -> None:
    session_id, links = await _session(database, HELLO, HAND)
    key = Ed25519PrivateKey.generate()
    head = sign_head(key, session_id, 2, links[-1].hash, 2000)
    async with database.write() as db:
        await events.add_head(db, head)
    async with database.read() as db:
        stored = await events.links(db, session_id)
        heads = await events.heads(db, session_id)
    assert stored == links
    assert heads == [head]
    assert [events.to_logged(one).event for one in stored] == [HELLO, HAND]
    assert verify(session_id, stored, heads, public_hex(key)) == []


async def test_erased_texts_are_gone_and_the_chain_is_whole(
    database: Database,
) -> None:
    session_id, _ = await _session(database, HELLO, HAND)
    async with database.write() as db:
        assert await events.erase_texts(db, session_id, "par_other") == 0
        assert await events.erase_texts(db, session_id, "par_a") == 1
    async with database.read() as db:
        stored = await events.links(db, session_id)
    assert "Сәлем" not in str(stored)
    first = events.to_logged(stored[0]).event
    assert isinstance(first, ChatPosted)
    assert first.text == ""
    assert verify(session_id, stored, [], "") == []


async def test_the_same_place_in_the_log_is_written_once(database: Database) -> None:
    session_id, links = await _session(database, HELLO)
    with pytest.raises(IntegrityError):
        async with database.write() as db:
            await events.append(db, links)
    async with database.read() as db:
        assert len(await events.links(db, session_id)) == 1


async def test_who_was_removed_is_known_by_the_log(database: Database) -> None:
    def joined(name: str) -> ParticipantJoined:
        return ParticipantJoined(
            participant_id=f"par_{name}",
            person_id=f"prs_{name}",
            role="participant",
            centre_id=None,
        )

    session_id, _ = await _session(
        database, joined("a"), joined("b"), ParticipantRemoved(participant_id="par_a")
    )
    async with database.read() as db:
        assert await events.is_removed(db, session_id, "prs_a")
        assert not await events.is_removed(db, session_id, "prs_b")
        assert not await events.is_removed(db, session_id, "prs_nobody")
        assert not await events.is_removed(db, "ses_other", "prs_a")
