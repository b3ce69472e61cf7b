"""The event log: append, read, erase; signed heads of its chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from pydantic import TypeAdapter
from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.domain.chain import Head, Link, personal_fields
from server.domain.events import Event, Logged
from server.domain.ids import new_id
from server.store.models import ChainHeadRow, EventRow

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


async def append(db: AsyncSession, links: Sequence[Link]) -> None:
    """Append to a session's log. Fails when another process wrote the same `seq`."""
    rows = [_row(link) for link in links]
    if rows:
        await db.execute(insert(EventRow), rows)


async def links(db: AsyncSession, session_id: str) -> list[Link]:
    """Read the whole log of a session as it was chained."""
    rows = await db.scalars(
        select(EventRow).where(EventRow.session_id == session_id).order_by(EventRow.seq)
    )
    return [_link(row) for row in rows]


async def is_removed(db: AsyncSession, session_id: str, person_id: str) -> bool:
    """Tell whether a trainer removed this person from the session."""
    participant_id = await participant_of(db, session_id, person_id)
    removed = _of_kind(session_id, "participant.removed").where(
        EventRow.payload["participant_id"].as_string() == participant_id
    )
    return await db.scalar(removed.limit(1)) is not None


async def participant_of(
    db: AsyncSession, session_id: str, person_id: str
) -> str | None:
    """Tell as which participant a person joined; None who never did."""
    joined = _of_kind(session_id, "participant.joined").where(
        EventRow.payload["person_id"].as_string() == person_id
    )
    row = await db.scalar(joined.limit(1))
    return None if row is None else str(row.payload["participant_id"])


def _of_kind(session_id: str, kind: str) -> Select[EventRow]:
    return select(EventRow).where(
        EventRow.session_id == session_id, EventRow.kind == kind
    )


def to_logged(link: Link) -> Logged:
    """Make the event again; what people wrote is empty after erasure."""
    event = _EVENT.validate_python({"type": link.kind, **link.payload, **_text(link)})
    return Logged(seq=link.seq, at_ms=link.at_ms, by=link.by, event=event)


async def erase_texts(db: AsyncSession, session_id: str, participant_id: str) -> int:
    """Erase what one participant wrote; the chain stays whole. Returns the messages."""
    result = await db.execute(
        update(EventRow)
        .where(EventRow.session_id == session_id)
        .where(EventRow.participant_id == participant_id)
        .where(EventRow.personal_digest.is_not(None))
        .where(EventRow.salt.is_not(None))
        .values(personal=None, salt=None)
        .returning(EventRow.seq)
    )
    return len(result.all())


async def add_head(db: AsyncSession, head: Head) -> None:
    await db.execute(
        insert(ChainHeadRow).values(chain_head_id=new_id("head"), **asdict(head))
    )


async def heads(db: AsyncSession, session_id: str) -> list[Head]:
    rows = await db.scalars(
        select(ChainHeadRow)
        .where(ChainHeadRow.session_id == session_id)
        .order_by(ChainHeadRow.seq, ChainHeadRow.at_ms)
    )
    return [
        Head(
            row.session_id, row.seq, row.hash, row.at_ms, row.public_key, row.signature
        )
        for row in rows
    ]


def _text(link: Link) -> dict[str, object]:
    if link.personal is not None:
        return dict(link.personal)
    if link.personal_digest is None:
        return {}
    return dict.fromkeys(personal_fields(_EVENT_TYPES[link.kind]), "")


_EVENT_TYPES = {
    event_type.model_fields["type"].default: event_type
    for event_type in Event.__args__[0].__args__
}


def _row(link: Link) -> dict[str, object]:
    row = asdict(link)
    row["participant_id"] = row.pop("by")
    return row


def _link(row: EventRow) -> Link:
    return Link(
        session_id=row.session_id,
        seq=row.seq,
        at_ms=row.at_ms,
        by=row.participant_id,
        kind=row.kind,
        audience=row.audience,
        payload=row.payload,
        personal=row.personal,
        salt=row.salt,
        personal_digest=row.personal_digest,
        prev_hash=row.prev_hash,
        hash=row.hash,
    )
