"""How well each person follows: judged from what the worker and their page tell.

Nothing of it is logged; it is shown to the staff while it lasts. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Rung = Literal["webrtc", "hls", "audio", "slides"]
"""Ways to follow, best first (`web/src/media/ladder.ts`)."""
RungReason = Literal["start", "blocked", "lost", "no_codec", "chosen"]
PageQuality = Literal["good", "fair", "bad"]
Standing = Literal["good", "weak", "bad"]
Shed = Literal["nothing", "reduced", "paused"]
"""What a full server keeps back: nothing; size or smoothness; whole pictures."""
Problem = Literal[
    "no_media", "only_sound", "breaks", "stutters", "slow", "delayed", "reduced", "full"
]
"""Nothing arrives; sound without picture for want of line; both break up; the picture
stutters; answers take long; LL-HLS, some seconds late; a smaller picture; the server
has no room for more."""

BAD_LOSS_PERCENT = 10.0
WEAK_LOSS_PERCENT = 3.0
"""Repair hides less than this; see reliability.md F1 to F3."""
WEAK_RTT_MS = 400.0
WORSE_AFTER_MS = 4_000
"""Two reports of the worker: a change of speaker costs one."""
BETTER_AFTER_MS = 10_000
"""A line that comes and goes stays on the list."""
HALL_PEOPLE = 3
HALL_SHARE = 0.25
"""So many in one hall, and this share of it, have one cause: the hall's line."""

_NOT_THE_LINE = ("full", "delayed")
"""Causes that several people of a hall share without its line being weak."""
_RANK: dict[Standing, int] = {"good": 0, "weak": 1, "bad": 2}


@dataclass(frozen=True, slots=True)
class Verdict:
    standing: Standing
    problem: Problem | None = None

    @property
    def rank(self) -> int:
        return _RANK[self.standing]


GOOD = Verdict("good")


@dataclass(frozen=True, slots=True)
class ViewerLine:
    """What the worker tells of one receiving peer."""

    peer_id: str
    loss_percent: float
    rtt_ms: float | None
    heights: tuple[int, ...] = ()
    """Of the pictures it could be sent; 0 where nothing is sent."""
    limited_by: Literal["nothing", "wish", "line", "capacity"] = "nothing"


@dataclass(frozen=True, slots=True)
class PublisherLine:
    """What the worker tells of one sending peer, before repair."""

    peer_id: str
    loss_percent: float
    rtt_ms: float | None


@dataclass(frozen=True, slots=True)
class PageLine:
    """What a person's page tells of the way it follows by."""

    rung: Rung
    is_up: bool
    reason: RungReason
    quality: PageQuality | None = None
    """Of direct media; None while nothing flows."""


def judge_viewer(line: ViewerLine) -> Verdict:
    """Judge one WebRTC receiver by the worker's figures."""
    is_short = line.limited_by == "line"
    if line.loss_percent >= BAD_LOSS_PERCENT:
        return Verdict("bad", "breaks")
    if is_short and line.heights and not any(line.heights):
        return Verdict("bad", "only_sound")
    return _judge_steadiness(line.loss_percent, line.rtt_ms) or (
        Verdict("weak", "reduced")
        if is_short
        else Verdict("weak", "full")
        if line.limited_by == "capacity"
        else GOOD
    )


def shed_of(lines: Iterable[ViewerLine]) -> Shed:
    """Tell what is kept back from a person who receives by these."""
    kept_back = [line for line in lines if line.limited_by == "capacity"]
    if not kept_back:
        return "nothing"
    has_pictures = any(line.heights for line in kept_back)
    is_seen = any(height for line in kept_back for height in line.heights)
    return "paused" if has_pictures and not is_seen else "reduced"


def judge_publisher(line: PublisherLine) -> Verdict:
    """Judge one sender by the worker's figures."""
    if line.loss_percent >= BAD_LOSS_PERCENT:
        return Verdict("bad", "breaks")
    return _judge_steadiness(line.loss_percent, line.rtt_ms) or GOOD


def _judge_steadiness(loss_percent: float, rtt_ms: float | None) -> Verdict | None:
    if loss_percent >= WEAK_LOSS_PERCENT:
        return Verdict("weak", "stutters")
    if (rtt_ms or 0) >= WEAK_RTT_MS:
        return Verdict("weak", "slow")
    return None


def judge_page(page: PageLine) -> Verdict:
    """Judge by the page's own word. What a person chose is no trouble."""
    if page.rung == "slides":
        return GOOD if page.reason == "chosen" else Verdict("bad", "no_media")
    if not page.is_up:
        return Verdict("bad", "no_media")
    if page.rung == "webrtc":
        if page.quality == "bad":
            return Verdict("bad", "breaks")
        return Verdict("weak", "stutters") if page.quality == "fair" else GOOD
    if page.reason in ("chosen", "no_codec"):
        return GOOD
    if page.rung == "audio":
        return Verdict("bad", "only_sound")
    return Verdict("weak", "delayed")


def judge(
    page: PageLine | None, lines: Iterable[ViewerLine], is_silent: bool = False
) -> Verdict:
    """Judge a person: by the page alone where it does not follow by WebRTC.

    `is_silent`: their peers are open and none has reported for long.
    """
    if page is not None and page.rung != "webrtc":
        return judge_page(page)
    verdicts = [judge_viewer(line) for line in lines]
    if page is not None:
        verdicts.append(judge_page(page))
    if is_silent:
        verdicts.append(Verdict("bad", "no_media"))
    return max(verdicts, key=lambda verdict: verdict.rank, default=GOOD)


@dataclass(frozen=True, slots=True)
class Settled:
    """What is shown of a person, and where it leans."""

    verdict: Verdict = GOOD
    since_ms: int = 0
    leaning: int = 0
    """+1 something worse is seen, -1 something better, 0 what is shown."""
    leaning_since_ms: int = 0


def settle(shown: Settled, seen: Verdict, now_ms: int) -> Settled:
    """Follow what is seen only when it lasts, so that nothing flickers."""
    difference = seen.rank - shown.verdict.rank
    if difference == 0:
        return replace(shown, verdict=seen, leaning=0)
    leaning = 1 if difference > 0 else -1
    since_ms = shown.leaning_since_ms if leaning == shown.leaning else now_ms
    patience_ms = WORSE_AFTER_MS if leaning > 0 else BETTER_AFTER_MS
    if now_ms - since_ms >= patience_ms:
        # Trouble that only changes its degree has lasted since it began.
        is_other = "good" in (seen.standing, shown.verdict.standing)
        return Settled(seen, since_ms if is_other else shown.since_ms)
    return replace(shown, leaning=leaning, leaning_since_ms=since_ms)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One person in trouble."""

    participant_id: str
    centre_id: str | None
    verdict: Verdict
    since_ms: int
    way: Rung = "webrtc"


@dataclass(frozen=True, slots=True)
class HallTrouble:
    """Those of one hall in trouble, the worst and longest first."""

    centre_id: str | None
    following: int
    people: tuple[Trouble, ...]

    @property
    def bad(self) -> int:
        return sum(one.verdict.standing == "bad" for one in self.people)

    @property
    def weak(self) -> int:
        return len(self.people) - self.bad

    @property
    def is_hall_line(self) -> bool:
        """Several of one hall at once: not each one's own line is at fault."""
        at_fault = sum(one.verdict.problem not in _NOT_THE_LINE for one in self.people)
        is_many = at_fault >= HALL_PEOPLE and at_fault >= HALL_SHARE * self.following
        return self.centre_id is not None and is_many


def by_hall(
    troubles: Sequence[Trouble], following: Mapping[str | None, int]
) -> list[HallTrouble]:
    """Group by centre, the worst hall first. `following` counts people by centre."""
    centres = dict.fromkeys(one.centre_id for one in troubles)
    halls = [
        HallTrouble(
            centre_id,
            following.get(centre_id, 0),
            tuple(
                sorted(
                    (one for one in troubles if one.centre_id == centre_id),
                    key=lambda one: (-one.verdict.rank, one.since_ms),
                )
            ),
        )
        for centre_id in centres
    ]
    return sorted(halls, key=lambda one: (-one.bad, -one.weak, one.centre_id or ""))
