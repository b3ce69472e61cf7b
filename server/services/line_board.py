"""Who follows how well right now, of one live session: what is shown to the staff.

Fed by the worker (every 2 s) and by the pages (when something changes); lost with the
process, and told anew within seconds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from server.domain.lines import (
    HallTrouble,
    PageLine,
    PublisherLine,
    Rung,
    Settled,
    Standing,
    Trouble,
    ViewerLine,
    by_hall,
    judge,
    judge_publisher,
    settle,
)
from server.domain.state import State
from server.http.wire import HallLines, Lines, LineTrouble

SURVEY_MS = 2_000
"""The worker reports so often; also how often the staff are told at most."""
SILENT_MS = 10_000
"""Browsers report every 5 to 7.5 s at the least (RFC 3550, 6.2)."""
MAX_NAMED = 60
"""People named in one message, worst halls first; the counts are whole."""


@dataclass(frozen=True, slots=True)
class MediaLines:
    """What a worker told, and whose peers are open at all."""

    viewers: tuple[ViewerLine, ...]
    publishers: tuple[PublisherLine, ...]
    receiving: dict[str, str]
    """Open receiving peers: peer to participant id."""
    publishing: dict[str, str]


@dataclass(slots=True)
class _Peer:
    participant_id: str
    heard_ms: int
    """When it reported, or when it was first seen open."""
    line: ViewerLine | None = None


@dataclass(slots=True)
class Census:
    """Figures without names, for operators."""

    followers: Counter[tuple[Rung, Standing]] = field(default_factory=Counter)
    heights: Counter[int] = field(default_factory=Counter)
    """Pictures being sent, by height in pixels."""


class LineBoard:
    def __init__(self) -> None:
        self.shown = Lines(following=0, weak=0, bad=0, halls=[], uplinks=[])
        self.census = Census()
        self._peers: dict[str, _Peer] = {}
        self._uplinks: dict[str, list[PublisherLine]] = {}
        self._pages: dict[str, PageLine] = {}
        self._settled: dict[str, Settled] = {}
        self._settled_uplinks: dict[str, Settled] = {}
        self._reported_ms: int | None = None
        self._sources_since_ms: int | None = None
        self._surveyed_ms = 0

    def note_media(self, told: MediaLines, now_ms: int) -> None:
        """Take a worker's report; peers that are not open any more are forgotten."""
        self._reported_ms = now_ms
        self._peers = {
            peer_id: self._peers.get(peer_id) or _Peer(participant_id, now_ms)
            for peer_id, participant_id in told.receiving.items()
        }
        for line in told.viewers:
            peer = self._peers.get(line.peer_id)
            if peer is not None:
                peer.heard_ms, peer.line = now_ms, line
        uplinks: defaultdict[str, list[PublisherLine]] = defaultdict(list)
        for sent in told.publishers:
            if sent.peer_id in told.publishing:
                uplinks[told.publishing[sent.peer_id]].append(sent)
        self._uplinks = dict(uplinks)

    def note_page(self, participant_id: str, page: PageLine) -> None:
        """Take what a page says of itself; of several pages the newest word counts."""
        self._pages[participant_id] = page

    def survey(self, state: State, now_ms: int) -> bool:
        """Judge everybody anew when it is time; True when `shown` changed."""
        if now_ms - self._surveyed_ms < SURVEY_MS:
            return False
        self._surveyed_ms = now_ms
        if not state.sources:
            self._sources_since_ms = None
        elif self._sources_since_ms is None:
            self._sources_since_ms = now_ms
        is_on = state.status in ("green_room", "live")
        present = {
            participant_id: one.centre_id
            for participant_id, one in state.participants.items()
            if is_on and one.is_present and not one.is_removed
        }
        self._forget_all_but(present)
        shown = self._judge_all(present, now_ms)
        has_changed, self.shown = shown != self.shown, shown
        return has_changed

    def _forget_all_but(self, present: Collection[str]) -> None:
        for held in (self._pages, self._settled, self._settled_uplinks):
            for participant_id in [one for one in held if one not in present]:
                del held[participant_id]

    def _judge_all(self, present: Mapping[str, str | None], now_ms: int) -> Lines:
        peers: defaultdict[str, list[_Peer]] = defaultdict(list)
        for peer in self._peers.values():
            peers[peer.participant_id].append(peer)
        self.census = Census()
        following: Counter[str | None] = Counter()
        troubles: list[Trouble] = []
        for participant_id, centre_id in present.items():
            page, own = self._pages.get(participant_id), peers.get(participant_id, [])
            if page is None and not own:
                continue
            following[centre_id] += 1
            settled = self._settle(participant_id, page, own, now_ms)
            way = page.rung if page is not None else "webrtc"
            self.census.followers[way, settled.verdict.standing] += 1
            if settled.verdict.standing != "good":
                troubles.append(
                    Trouble(
                        participant_id,
                        centre_id,
                        settled.verdict,
                        settled.since_ms,
                        way,
                    )
                )
        halls = by_hall(troubles, following)
        bad = sum(hall.bad for hall in halls)
        return Lines(
            following=following.total(),
            weak=len(troubles) - bad,
            bad=bad,
            halls=_told_halls(halls),
            uplinks=self._judge_uplinks(present, now_ms),
        )

    def _settle(
        self,
        participant_id: str,
        page: PageLine | None,
        peers: list[_Peer],
        now_ms: int,
    ) -> Settled:
        fresh = [one.line for one in peers if now_ms - one.heard_ms < SILENT_MS]
        lines = [line for line in fresh if line is not None]
        for line in lines:
            self.census.heights.update(height for height in line.heights if height)
        is_silent = bool(peers) and not fresh and self._expects_reports(now_ms)
        seen = judge(page, lines, is_silent)
        before = self._settled.get(participant_id, Settled(since_ms=now_ms))
        self._settled[participant_id] = settle(before, seen, now_ms)
        return self._settled[participant_id]

    def _expects_reports(self, now_ms: int) -> bool:
        """Media flows for long enough, and the worker itself is heard."""
        if self._sources_since_ms is None or self._reported_ms is None:
            return False
        is_flowing = now_ms - self._sources_since_ms >= SILENT_MS
        return is_flowing and now_ms - self._reported_ms < SILENT_MS

    def _judge_uplinks(
        self, present: Mapping[str, str | None], now_ms: int
    ) -> list[LineTrouble]:
        told: list[LineTrouble] = []
        for participant_id, lines in self._uplinks.items():
            if participant_id not in present:
                continue
            seen = max(map(judge_publisher, lines), key=lambda one: one.rank)
            before = self._settled_uplinks.get(participant_id, Settled())
            settled = settle(before, seen, now_ms)
            self._settled_uplinks[participant_id] = settled
            if settled.verdict.standing != "good":
                trouble = Trouble(
                    participant_id, None, settled.verdict, settled.since_ms
                )
                told.append(_told(trouble))
        return told


def _told_halls(halls: Sequence[HallTrouble]) -> list[HallLines]:
    told: list[HallLines] = []
    room = MAX_NAMED
    for hall in halls:
        people = hall.people[:room]
        room -= len(people)
        told.append(
            HallLines(
                centre_id=hall.centre_id,
                following=hall.following,
                weak=hall.weak,
                bad=hall.bad,
                is_hall_line=hall.is_hall_line,
                people=[_told(one) for one in people],
            )
        )
    return told


def _told(trouble: Trouble) -> LineTrouble:
    assert trouble.verdict.standing != "good"
    assert trouble.verdict.problem is not None
    return LineTrouble(
        participant_id=trouble.participant_id,
        standing=trouble.verdict.standing,
        problem=trouble.verdict.problem,
        way=trouble.way,
        since_ms=trouble.since_ms,
    )
