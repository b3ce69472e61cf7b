from __future__ import annotations

from server.store import participants, sessions
from server.store.database import Database
from server.store.models import DeckRow, SeminarCentreRow
from tests.fakes.academy import DECK, SEMINAR, TRAINER, person


async def test_the_newest_session_of_a_seminar_is_its_session(
    database: Database,
) -> None:
    async with database.write() as db:
        assert await sessions.newest_of(db, SEMINAR) is None
        first = await sessions.create(db, SEMINAR, 1)
        await sessions.change(db, first.session_id, {"status": "ended"})
        second = await sessions.create(db, SEMINAR, 2)
    async with database.read() as db:
        assert await sessions.newest_of(db, SEMINAR) == second
        assert await sessions.find(db, "ses_unknown") is None


async def test_unfinished_are_the_running_and_the_unrecorded(
    database: Database,
) -> None:
    async with database.write() as db:
        made = [await sessions.create(db, SEMINAR, 1)]
        await sessions.change(
            db, made[0].session_id, {"status": "ended", "ended_at_ms": 500}
        )
        made.append(await sessions.create(db, SEMINAR, 2))
        await sessions.change(db, made[1].session_id, {"status": "live"})
    async with database.read() as db:
        found = await sessions.unfinished(db, ended_after_ms=499)
        assert {one.session_id for one in found} == {one.session_id for one in made}
        found = await sessions.unfinished(db, ended_after_ms=500)
        assert [one.session_id for one in found] == [made[1].session_id]


async def test_counters_only_grow_by_what_is_added(database: Database) -> None:
    async with database.write() as db:
        session_id = (await sessions.create(db, SEMINAR, 1)).session_id
        await sessions.open_tallies(db, session_id, {"poll_a": 3, "poll_b": 2})
        await sessions.add_votes(db, {("poll_a", 2): 5, ("poll_b", 0): 1}.items())
    async with database.write() as db:
        await sessions.add_votes(db, {("poll_a", 2): 1}.items())
    async with database.read() as db:
        assert await sessions.tallies(db, session_id) == {
            "poll_a": [0, 0, 6],
            "poll_b": [1, 0],
        }


async def test_replies_are_found_by_participant_and_key(database: Database) -> None:
    stored = {("par_a", "key"): {"ok": True, "seq": 3, "error": None}}
    async with database.write() as db:
        session_id = (await sessions.create(db, SEMINAR, 1)).session_id
        await sessions.add_replies(db, session_id, stored)
    async with database.read() as db:
        assert await sessions.replies(db, session_id) == stored


async def test_only_finished_decks_are_ready(database: Database) -> None:
    async with database.write() as db:
        db.add(
            DeckRow(
                deck_id="deck_rendering", seminar_id=SEMINAR, title="", created_at_ms=2
            )
        )
    async with database.read() as db:
        (deck,) = await sessions.ready_decks(db, SEMINAR)
    assert (deck.deck_id, deck.pages) == (DECK, 5)


async def test_an_applicant_is_invited_by_their_centre_or_when_none_is_named(
    database: Database,
) -> None:
    async def is_invited(person_id: str) -> bool:
        async with database.read() as db:
            found = await participants.applicant(db, SEMINAR, person_id)
        assert found is not None
        return found.is_invited

    assert await is_invited(person(0))
    assert not await is_invited("prs_stranger")
    async with database.write() as db:
        row = await db.get(SeminarCentreRow, (SEMINAR, "ctr_one"))
        await db.delete(row)
    assert await is_invited("prs_stranger")


async def test_who_is_unknown_is_no_applicant(database: Database) -> None:
    async with database.read() as db:
        assert await participants.applicant(db, SEMINAR, "prs_nobody") is None
        assert await participants.applicant(db, "sem_none", TRAINER) is None


async def test_the_invited_are_the_people_of_the_centres(database: Database) -> None:
    async with database.read() as db:
        invited = await participants.invited(db, SEMINAR)
    assert [one.name for one in invited] == [
        "Coordinator",
        "Mayor 0",
        "Mayor 1",
        "Mayor 2",
    ]
