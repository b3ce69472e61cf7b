"""Bodies of the HTTP API, both ways. Source of `web/src/api/types.gen.ts`.

Requests refuse unknown fields and report every wrong field at once. Times are Unix
milliseconds. An error of any route is an `ErrorBody`; its `code` is a Fluent message
`error-<code>` in the browser, with `args` as its variables.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from media.protocol import VideoSlot
from server.domain.events import Logged, Role, Status
from server.domain.lines import PageQuality, Problem, Rung, RungReason, Shed
from server.domain.state import State

Locale = Literal["en", "ru", "kk"]
AccountRole = Literal["administrator", "trainer", "coordinator", "participant"]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)
]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=120)
]

MAX_HEIGHT_PX = 4320
"""The tallest screens there are (8K)."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldError(_Body):
    field: str
    """Path such as `options.1`."""
    code: str
    message: str


class ErrorBody(_Body):
    code: str
    message: str
    """English, for logs and foreign clients."""
    args: dict[str, str | int] = {}
    fields: list[FieldError] = []


class LoginRequest(_Body):
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]
    password: Annotated[str, StringConstraints(max_length=1024)]


class DemoLoginRequest(_Body):
    role: AccountRole


class Person(_Body):
    person_id: str
    name: str
    post: str
    centre_id: str | None
    role: AccountRole
    locale: Locale


class Me(_Body):
    """Answer of `GET /api/me`; `person` is null before login."""

    person: Person | None
    is_demo: bool
    academy: str
    server_time_ms: int


class IceServers(_Body):
    """Answer of `GET /api/ice-servers`: relays, for who can't reach the media port."""

    urls: list[str]
    """`turn:` and `turns:` addresses; empty when the operator runs none."""
    username: str
    credential: str
    ttl_s: int
    """The credential is refused after this long."""


class LocaleRequest(_Body):
    locale: Locale


class Centre(_Body):
    centre_id: str
    name: str
    region: str


class DeckInfo(_Body):
    """Slides. While `status` is `rendering`, ask again each second."""

    deck_id: str
    title: str
    pages: int
    status: Literal["rendering", "ready", "failed"]
    error: str | None = None
    """Error code when failed: `pdf_unreadable`, `pdf_encrypted`, `pdf_too_long`..."""


class DeckText(_Body):
    """Text layer, one string a page, for screen readers and search."""

    pages: list[str]


class SeminarDraft(_Body):
    """What a trainer plans; PATCH sends the whole draft again."""

    title: Title
    summary: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
    starts_at_ms: int = Field(ge=0)
    duration_min: int = Field(ge=5, le=1440)
    time_zone: Annotated[str, StringConstraints(max_length=64)]
    """IANA name, e.g. Asia/Almaty."""
    centre_ids: list[str] = Field(max_length=500)
    capacity: int = Field(default=1000, ge=1, le=100_000)


class SessionInfo(_Body):
    session_id: str
    status: Status
    started_at_ms: int | None
    ended_at_ms: int | None
    has_replay: bool
    """The replay page can be opened (also while live: DVR)."""
    duration_ms: int | None


class SeminarCard(_Body):
    """One line of a list."""

    seminar_id: str
    title: str
    starts_at_ms: int
    duration_min: int
    time_zone: str
    trainer_name: str
    status: Status
    session: SessionInfo | None
    my_role: Role
    may_edit: bool
    invited: int
    """People of the invited centres."""


class Seminar(_Body):
    card: SeminarCard
    draft: SeminarDraft
    decks: list[DeckInfo]
    centres: list[Centre]


class StreamKeys(_Body):
    """For OBS and players; each key is shown again on demand to those who may edit."""

    whip_url: str
    whip_key: str
    whep_url: str
    whep_key: str
    invite_url: str
    """Anyone with it may join with name and centre until the seminar has ended."""


class LayersRequest(_Body):
    """Body of `POST /whep/.../layers`: the height in pixels at which each picture is
    shown, 0 for not at all. Slots that are not named stay as they are."""

    max_heights: dict[
        VideoSlot, Annotated[int, Field(ge=0, le=MAX_HEIGHT_PX, strict=True)]
    ] = Field(min_length=1)


class Invitation(_Body):
    """What a visitor with a link sees before giving their name."""

    seminar_id: str
    title: str
    starts_at_ms: int
    time_zone: str
    trainer_name: str
    status: Status
    centres: list[Centre]


class GuestRequest(_Body):
    name: Name
    post: Annotated[str, StringConstraints(strip_whitespace=True, max_length=160)]
    centre_id: str | None
    locale: Locale


class RosterEntry(_Body):
    """Who a participant is; travels beside events. Empty after erasure."""

    name: str
    post: str
    centre_id: str | None


class Timeline(_Body):
    """A session's log for the replay: folded up to the moment on screen."""

    initial: State
    events: list[Logged]
    roster: dict[str, RosterEntry]
    seminar: Seminar
    duration_ms: int
    chain_head: str


class AttendanceInterval(_Body):
    from_ms: int
    to_ms: int


class AttendanceRow(_Body):
    person_id: str
    name: str
    post: str
    centre_id: str | None
    status: Literal["present", "late", "left_early", "absent"]
    present_ms: int
    percent: int
    """Of the live time, 0 to 100."""
    intervals: list[AttendanceInterval]
    votes: int
    messages: int
    speeches: int


class AttendanceReport(_Body):
    session_id: str
    started_at_ms: int
    ended_at_ms: int | None
    rows: list[AttendanceRow]
    present: int
    invited: int


# --- realtime (Socket.IO) ---------------------------------------------------------


class Hello(_Body):
    """`auth` of the connection. `after_seq` asks for the events since."""

    seminar_id: str
    session_id: str | None = None
    after_seq: int | None = None


class Welcome(_Body):
    """First message. `snapshot` is null when `missed` holds all since `after_seq`."""

    participant_id: str
    role: Role
    seminar: Seminar
    session_id: str
    snapshot: State | None
    missed: list[Logged]
    seq: int
    roster: dict[str, RosterEntry]
    server_time_ms: int


class EventBatch(_Body):
    """Message `events`. All that this receiver may see in (`after`, `seq`]; a receiver
    whose newest seq is less than `after` has lost something and reconnects."""

    after: int
    seq: int
    events: list[Logged]
    roster: dict[str, RosterEntry]
    """Entries the receiver may not know yet."""


class Presence(_Body):
    """Message `presence`, at most twice a second."""

    present: int
    by_centre: dict[str, int]


class Tally(_Body):
    """Message `tally`, at most twice a second. `counts` only for the staff."""

    poll_id: str
    voters: int
    counts: list[int] | None


class SlotMap(_Body):
    """Message `slots`: who is in each video slot, who is heard (loudest first)."""

    video: dict[str, str | None]
    """presenter, floor-1, floor-2, screen, programme -> participant id."""
    speaking: list[str]


class LineRequest(_Body):
    """Message `line` of a page: which way it follows by, once that has lasted 3 s."""

    rung: Rung
    is_up: bool
    reason: RungReason
    quality: PageQuality | None = None
    """Of direct media; null while nothing flows."""


class LineTrouble(_Body):
    """Somebody who follows badly, or (in `uplinks`) is received badly."""

    participant_id: str
    standing: Literal["weak", "bad"]
    problem: Problem
    way: Rung
    since_ms: int


class HallLines(_Body):
    centre_id: str | None
    following: int
    weak: int
    bad: int
    is_hall_line: bool
    """Several there are in trouble at once."""
    people: list[LineTrouble]
    """The worst first; fewer than `weak` + `bad` when very many are in trouble."""


class Lines(_Body):
    """Message `lines`, to the staff only, at most every 2 s; not in the log."""

    following: int
    weak: int
    bad: int
    halls: list[HallLines]
    """Only those with trouble, the worst first."""
    uplinks: list[LineTrouble]


class MediaShed(_Body):
    """Message `media_shed`, to whom it concerns: the server is full and keeps back this
    much of the pictures; `nothing` when all is back. The sound is never concerned."""

    kept_back: Shed


class MediaMoved(_Body):
    """Message `media_moved`: the worker this person watches from is gone or is being
    emptied; receive anew at once. Publishing is not concerned."""


class CommandRequest(_Body):
    """Message `command`, answered by an ack `CommandAck`. The key is client-made
    (UUID); repeating it returns the stored answer."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
    command: dict[str, object]


class CommandAck(_Body):
    ok: bool
    seq: int | None = None
    error: ErrorBody | None = None
