"""Planning seminars: who sees which, who may change them, what a page shows."""

from __future__ import annotations

import secrets
from dataclasses import replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.clock import Clock
from server.domain.ids import new_id
from server.errors import (
    BadRequestError,
    FieldProblem,
    ForbiddenError,
)
from server.http.wire import (
    DeckInfo,
    Seminar,
    SeminarCard,
    SeminarDraft,
    SessionInfo,
)
from server.services.people import centre_body
from server.services.seminar_access import (
    access_seminar,
    edit_seminar,
    may_edit,
    role_in,
)
from server.store import decks, people, seminars
from server.store.database import Database, UnitOfWork
from server.store.decks import DeckRecord
from server.store.people import PersonRecord
from server.store.seminars import SeminarRecord


class SeminarService:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list_cards(self, person: PersonRecord) -> list[SeminarCard]:
        """List what a person may see, by start."""
        async with self._database.read() as db:
            if person.role == "administrator":
                found = await seminars.list_all(db)
            else:
                found = await seminars.list_for(db, person)
            sizes = await people.count_by_centre(db)
        return [_card(one, person, sizes) for one in found]

    async def get(self, person: PersonRecord, seminar_id: str) -> Seminar:
        """Return a seminar's page. Raise NotFoundError or ForbiddenError."""
        async with self._database.read() as db:
            seminar = await access_seminar(db, person, seminar_id)
            return await _page(db, seminar, person)

    async def create(self, person: PersonRecord, draft: SeminarDraft) -> Seminar:
        """Plan a seminar. Raise ForbiddenError, or BadRequestError with fields."""
        if person.role not in ("administrator", "trainer"):
            raise ForbiddenError
        seminar = SeminarRecord(
            seminar_id=new_id("sem"),
            trainer_id=person.person_id,
            **_plan(draft),  # type: ignore[arg-type]  # the keys of the record
            whip_key=new_key(),
            whep_key=new_key(),
            invite_token=new_key(),
            created_at_ms=self._clock.now_ms(),
            trainer_name=person.name,
        )
        async with self._database.write() as db:
            await _check(db, draft)
            await seminars.insert(db, seminar)
            return await _page(db, seminar, person)

    async def update(
        self, person: PersonRecord, seminar_id: str, draft: SeminarDraft
    ) -> Seminar:
        """Change a plan. Raise as `create` does, or NotFoundError."""
        async with self._database.write() as db:
            seminar = await edit_seminar(db, person, seminar_id)
            await _check(db, draft)
            seminar = replace(seminar, **_plan(draft))  # type: ignore[arg-type]  # as above
            await seminars.save_plan(db, seminar)
            return await _page(db, seminar, person)


def new_key() -> str:
    """Make a stream key or invitation token (192 random bits, URL-safe)."""
    return secrets.token_urlsafe(24)


def _plan(draft: SeminarDraft) -> dict[str, object]:
    plan = draft.model_dump()
    plan["centre_ids"] = tuple(sorted(set(plan["centre_ids"])))
    return plan


async def _check(db: UnitOfWork, draft: SeminarDraft) -> None:
    """Report every field that only the database or the clock tables can judge."""
    problems = []
    try:
        ZoneInfo(draft.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(
            FieldProblem("time_zone", "unknown", "This time zone does not exist.")
        )
    known = {one.centre_id for one in await people.list_centres(db, draft.centre_ids)}
    for index, centre_id in enumerate(draft.centre_ids):
        if centre_id not in known:
            problems.append(
                FieldProblem(
                    f"centre_ids.{index}", "unknown", "This centre does not exist."
                )
            )
    if problems:
        raise BadRequestError(fields=tuple(problems))


async def _page(
    db: UnitOfWork, seminar: SeminarRecord, person: PersonRecord
) -> Seminar:
    centres = await people.list_centres(db, seminar.centre_ids)
    found = await decks.list_of_seminar(db, seminar.seminar_id)
    return Seminar(
        card=_card(seminar, person, await people.count_by_centre(db)),
        draft=SeminarDraft(
            title=seminar.title,
            summary=seminar.summary,
            starts_at_ms=seminar.starts_at_ms,
            duration_min=seminar.duration_min,
            time_zone=seminar.time_zone,
            centre_ids=list(seminar.centre_ids),
            capacity=seminar.capacity,
        ),
        decks=[deck_body(deck) for deck in found],
        centres=[centre_body(centre) for centre in centres],
    )


def _card(
    seminar: SeminarRecord, person: PersonRecord, sizes: dict[str, int]
) -> SeminarCard:
    session = seminar.session
    return SeminarCard(
        seminar_id=seminar.seminar_id,
        title=seminar.title,
        starts_at_ms=seminar.starts_at_ms,
        duration_min=seminar.duration_min,
        time_zone=seminar.time_zone,
        trainer_name=seminar.trainer_name,
        status="planned" if session is None else session.status,
        session=_session_info(seminar),
        my_role=role_in(person, seminar),
        may_edit=may_edit(person, seminar),
        invited=sum(sizes.get(one, 0) for one in seminar.centre_ids),
    )


def _session_info(seminar: SeminarRecord) -> SessionInfo | None:
    session = seminar.session
    if session is None:
        return None
    is_recorded = session.archive_duration_ms is not None
    duration_ms = session.archive_duration_ms
    if duration_ms is None and session.started_at_ms and session.ended_at_ms:
        duration_ms = session.ended_at_ms - session.started_at_ms
    return SessionInfo(
        session_id=session.session_id,
        status=session.status,
        started_at_ms=session.started_at_ms,
        ended_at_ms=session.ended_at_ms,
        has_replay=is_recorded or session.status == "live",
        duration_ms=duration_ms,
    )


def deck_body(deck: DeckRecord) -> DeckInfo:
    return DeckInfo(
        deck_id=deck.deck_id,
        title=deck.title,
        pages=deck.pages,
        status=deck.status,
        error=deck.error,
    )
