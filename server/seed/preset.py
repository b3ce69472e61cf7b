"""Fills an academy with the Kazakhstan preset; run again it adds only what lacks.

Everything goes through the services, as an administrator's clicks would.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from server.clock import Clock
from server.http.wire import AccountRole, Centre, SeminarDraft
from server.seed.kazakhstan import CENTRES, REGIONS, STAFF
from server.seed.lecture import TITLE
from server.services.decks import DeckService
from server.services.people import PeopleService
from server.services.seminars import SeminarService
from server.store.people import PersonRecord

TIME_ZONE = "Asia/Almaty"
DECK_TITLE = "67 functions"
CHUNK_BYTES = 64 * 1024
MAIL_DOMAIN = "academy.example"
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Plan:
    title: str
    summary: str
    days_ahead: int
    """0: began at the full hour that runs now."""
    duration_min: int
    centre_count: int


PLANS = (
    Plan(
        TITLE,
        "How akims of small cities, rural districts and villages carry out the "
        "functions of local government: budget and taxes, employment, public "
        "gatherings, land. With questions from the regions and a case to decide.",
        days_ahead=0,
        duration_min=120,
        centre_count=len(CENTRES),
    ),
    Plan(
        "The budget of a rural district: from the plan to the report",
        "One budget year step by step, with the forms filled in together.",
        days_ahead=2,
        duration_min=90,
        centre_count=8,
    ),
    Plan(
        "Public gatherings: notice, answer, order",
        "What the law asks of an akim before, during and after a gathering.",
        days_ahead=7,
        duration_min=60,
        centre_count=len(CENTRES),
    ),
)


@dataclass(frozen=True, slots=True)
class Academy:
    """The services a preset is written through."""

    people: PeopleService
    seminars: SeminarService
    decks: DeckService
    clock: Clock


async def plant(academy: Academy, work_dir: Path) -> None:
    """Write regions, centres, people, seminars and the lecture's slides."""
    await plant_centres(academy.people)
    trainer = await _plant_people(academy.people)
    for plan in PLANS:
        await _plant_seminar(academy, trainer, plan)
    await _plant_slides(academy, trainer, work_dir)


async def plant_centres(people: PeopleService) -> int:
    """Write regions and centres where any lacks; return how many centres were new.

    Names that an academy gave to centres of the preset stay.
    """
    known = {one.centre_id for one in await people.list_centres()}
    missing = [one for one in CENTRES if one.centre_id not in known]
    if not missing:
        return 0
    for region_id, name in REGIONS.items():
        await people.put_region(region_id, name)
    for one in missing:
        centre = Centre(
            centre_id=one.centre_id,
            name=f"{one.city} training centre",
            region=REGIONS[one.region_id],
        )
        await people.put_centre(centre, one.region_id)
    return len(missing)


async def _plant_people(people: PeopleService) -> PersonRecord:
    """Add who is missing; return the trainer of the seminars."""
    staff = [await _plant_person(people, *one, None) for one in STAFF]
    for centre in reversed(CENTRES):
        await _plant_person(
            people,
            centre.coordinator,
            f"Coordinator, {centre.city} training centre",
            "coordinator",
            centre.centre_id,
        )
        for name, post in centre.people:
            await _plant_person(people, name, post, "participant", centre.centre_id)
    return staff[0]


async def _plant_person(
    people: PeopleService,
    name: str,
    post: str,
    role: AccountRole,
    centre_id: str | None,
) -> PersonRecord:
    email = f"{name.lower().replace(' ', '.')}@{MAIL_DOMAIN}"
    known = await people.find_by_email(email)
    if known is not None:
        return known
    return await people.create(
        name=name, email=email, role=role, post=post, centre_id=centre_id
    )


async def _plant_seminar(academy: Academy, trainer: PersonRecord, plan: Plan) -> None:
    """Plan a seminar, or move one that nobody held into the future again."""
    now_ms = academy.clock.now_ms()
    starts_at_ms = _start_of(plan, now_ms)
    cards = await academy.seminars.list_cards(trainer)
    ours = [card for card in cards if card.title == plan.title]
    if not ours:
        await academy.seminars.create(trainer, _draft(plan, starts_at_ms))
        return
    newest = ours[-1]
    is_past = newest.starts_at_ms + newest.duration_min * 60_000 < now_ms
    if is_past and newest.status == "planned":
        await academy.seminars.update(
            trainer, newest.seminar_id, _draft(plan, starts_at_ms)
        )


def _start_of(plan: Plan, now_ms: int) -> int:
    if plan.days_ahead == 0:
        return now_ms - now_ms % _HOUR_MS
    zone = ZoneInfo(TIME_ZONE)
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone)
    day = today + timedelta(days=plan.days_ahead)
    start = day.replace(hour=10, minute=0, second=0, microsecond=0)
    return int(start.timestamp() * 1000)


def _draft(plan: Plan, starts_at_ms: int) -> SeminarDraft:
    return SeminarDraft(
        title=plan.title,
        summary=plan.summary,
        starts_at_ms=starts_at_ms,
        duration_min=plan.duration_min,
        time_zone=TIME_ZONE,
        centre_ids=[one.centre_id for one in CENTRES[-plan.centre_count :]],
    )


async def _plant_slides(
    academy: Academy, trainer: PersonRecord, work_dir: Path
) -> None:
    cards = await academy.seminars.list_cards(trainer)
    lectures = [card for card in cards if card.title == TITLE]
    seminar = await academy.seminars.get(trainer, lectures[-1].seminar_id)
    if seminar.decks:
        return
    path = work_dir / "lecture.pdf"
    await _draw_slides(path)
    await academy.decks.upload(
        trainer, seminar.card.seminar_id, DECK_TITLE, _chunks(path)
    )


async def _draw_slides(path: Path) -> None:
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.seed.slides", str(path)
    )
    if await process.wait() != 0:
        raise RuntimeError("the slides of the lecture could not be drawn")


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    data = await asyncio.to_thread(path.read_bytes)
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]
