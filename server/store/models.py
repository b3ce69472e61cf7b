"""Every table, as SQLAlchemy 2 mappings. Rows never leave `server.store`.

Ids are the prefixed strings of `server.domain.ids`; times are Unix milliseconds.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Id = String(80)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {dict[str, Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own form


class RegionRow(Base):
    __tablename__ = "region"

    region_id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class CentreRow(Base):
    __tablename__ = "centre"

    centre_id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    region_id: Mapped[str] = mapped_column(ForeignKey("region.region_id"))


class PersonRow(Base):
    """Someone with an account, or a guest who came by an invitation link."""

    __tablename__ = "person"

    person_id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    post: Mapped[str] = mapped_column(String(200), default="")
    centre_id: Mapped[str | None] = mapped_column(ForeignKey("centre.centre_id"))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    """Lower case; None for guests and demo people."""
    password_hash: Mapped[str | None] = mapped_column(String(255))
    """argon2; None can not log in by password."""
    role: Mapped[str] = mapped_column(String(20))
    """AccountRole."""
    locale: Mapped[str] = mapped_column(String(8), default="en")
    is_guest: Mapped[bool] = mapped_column(default=False)
    guest_seminar_id: Mapped[str | None] = mapped_column(Id)
    """The only seminar a guest may join. No foreign key: seminar points to person."""
    created_at_ms: Mapped[int] = mapped_column(BigInteger)


class LoginSessionRow(Base):
    """A login; the cookie holds the token, the table only its SHA-256."""

    __tablename__ = "login_session"

    token_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.person_id", ondelete="CASCADE"), index=True
    )
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    expires_at_ms: Mapped[int] = mapped_column(BigInteger, index=True)


class SeminarRow(Base):
    __tablename__ = "seminar"

    seminar_id: Mapped[str] = mapped_column(Id, primary_key=True)
    trainer_id: Mapped[str] = mapped_column(ForeignKey("person.person_id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    starts_at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    duration_min: Mapped[int]
    time_zone: Mapped[str] = mapped_column(String(64))
    capacity: Mapped[int]
    whip_key: Mapped[str] = mapped_column(String(128), unique=True)
    whep_key: Mapped[str] = mapped_column(String(128), unique=True)
    invite_token: Mapped[str] = mapped_column(String(128), unique=True)
    invite_expires_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    """None: until the seminar has ended."""
    created_at_ms: Mapped[int] = mapped_column(BigInteger)


class SeminarCentreRow(Base):
    """An invited centre."""

    __tablename__ = "seminar_centre"

    seminar_id: Mapped[str] = mapped_column(
        ForeignKey("seminar.seminar_id", ondelete="CASCADE"), primary_key=True
    )
    centre_id: Mapped[str] = mapped_column(
        ForeignKey("centre.centre_id"), primary_key=True, index=True
    )


class SeminarPersonRow(Base):
    """Someone with a login whom an invitation link let in, beyond the centres."""

    __tablename__ = "seminar_person"

    seminar_id: Mapped[str] = mapped_column(
        ForeignKey("seminar.seminar_id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.person_id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    )
    granted_at_ms: Mapped[int] = mapped_column(BigInteger)


class DeckRow(Base):
    """Slides of a seminar; the pictures are files of the data directory."""

    __tablename__ = "deck"

    deck_id: Mapped[str] = mapped_column(Id, primary_key=True)
    seminar_id: Mapped[str] = mapped_column(
        ForeignKey("seminar.seminar_id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(String(200))
    pages: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(16), default="rendering")
    """rendering, ready, failed."""
    error: Mapped[str | None] = mapped_column(String(40))
    created_at_ms: Mapped[int] = mapped_column(BigInteger)


class DeckPageRow(Base):
    """Text layer of one page (1, 2, 3...)."""

    __tablename__ = "deck_page"

    deck_id: Mapped[str] = mapped_column(
        ForeignKey("deck.deck_id", ondelete="CASCADE"), primary_key=True
    )
    page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text, default="")


class SessionRow(Base):
    """One run of a seminar. Columns repeat what lists need; the log is the truth."""

    __tablename__ = "session"
    __table_args__ = (
        # A seminar has at most one session that has not ended.
        Index(
            "uq_session_current",
            "seminar_id",
            unique=True,
            sqlite_where=text("status <> 'ended'"),
            postgresql_where=text("status <> 'ended'"),
        ),
    )

    session_id: Mapped[str] = mapped_column(Id, primary_key=True)
    seminar_id: Mapped[str] = mapped_column(
        ForeignKey("seminar.seminar_id"), index=True
    )
    status: Mapped[str] = mapped_column(String(16), default="planned")
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    started_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    ended_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    alive_at_ms: Mapped[int] = mapped_column(BigInteger)
    """Last time a web process served it: when people left, should the process die."""
    archive_duration_ms: Mapped[int | None] = mapped_column(BigInteger)
    """Of the finished recording; None while there is none."""


class EventRow(Base):
    """One event of a session's log. Appended, never changed but for erasure."""

    __tablename__ = "event"

    session_id: Mapped[str] = mapped_column(
        ForeignKey("session.session_id"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(40))
    audience: Mapped[str] = mapped_column(String(16))
    participant_id: Mapped[str | None] = mapped_column(Id)
    """Whose command caused it; None is the system."""
    payload: Mapped[dict[str, Any]]
    """The event without `type` and without what people wrote."""
    personal: Mapped[dict[str, Any] | None]
    """What people wrote; None after erasure."""
    salt: Mapped[str | None] = mapped_column(String(64))
    """Hex key of `personal_digest`; erased with `personal`."""
    personal_digest: Mapped[str | None] = mapped_column(String(64))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class CommandKeyRow(Base):
    """The reply to a command that was carried out, for its repetitions."""

    __tablename__ = "command_key"

    session_id: Mapped[str] = mapped_column(
        ForeignKey("session.session_id"), primary_key=True
    )
    participant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    reply: Mapped[dict[str, Any]]


class AnonymousTallyRow(Base):
    """Votes per option of an anonymous poll: counters, with no link to a voter."""

    __tablename__ = "anonymous_tally"

    poll_id: Mapped[str] = mapped_column(Id, primary_key=True)
    option: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    session_id: Mapped[str] = mapped_column(
        ForeignKey("session.session_id"), index=True
    )
    count: Mapped[int] = mapped_column(default=0)


class ChainHeadRow(Base):
    """A signed head of the hash chain: proves what the log was at that moment."""

    __tablename__ = "chain_head"
    __table_args__ = (UniqueConstraint("session_id", "seq", "at_ms"),)

    chain_head_id: Mapped[str] = mapped_column(Id, primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("session.session_id"))
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    at_ms: Mapped[int] = mapped_column(BigInteger)
    public_key: Mapped[str] = mapped_column(String(64))
    """Hex Ed25519."""
    signature: Mapped[str] = mapped_column(String(128))
    """Hex, over the canonical JSON of the other fields."""
