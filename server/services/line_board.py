"""Who follows how well right now, of one live session: what is shown to the staff.

Fed by the worker (every 2 s) and by the pages (when something changes); lost with the
process, and told anew within seconds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from server.domain.lines import (
    GOOD,
    HallTrouble,
    PageLine,
    PublisherLine,
    Rung,
    Settled,
    Shed,
    Standing,
    Trouble,
    Verdict,
    ViewerLine,
    by_hall,
    judge,
    judge_publisher,
    settle,
    shed_of,
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


@dataclass(frozen=True, slots=True)
class _Sender:
    participant_id: str
    heard_ms: int
    line: PublisherLine


@dataclass(slots=True)
class Census:
    """Figures without names, for operators."""

    followers: Counter[tuple[Rung, Standing]] = field(default_factory=Counter)
    heights: Counter[int] = field(default_factory=Counter)
    """Pictures being sent, by height in pixels."""


class LineBoard:
    def __init__(self) -> None:
        self.shown = Lines(following=0, weak=0, bad=0, halls=[], uplinks=[])
        self.shed: dict[str, Shed] = {}
        """From whom a full server keeps something back; the others are not named."""
        self.census = Census()
        self._peers: dict[str, _Peer] = {}
        self._senders: dict[str, _Sender] = {}
        self._pages: dict[str, PageLine] = {}
        self._settled: dict[str, Settled] = {}
        self._settled_uplinks: dict[str, Settled] = {}
        self._reported_ms: int | None = None
        self._sources_since_ms: int | None = None
        self._surveyed_ms = 0

    def note_media(self, told: MediaLines, now_ms: int) -> None:
        """Take a report, of one of the session's workers, on its own peers.

        Peers that are not open any more are forgotten.
        """
        self._reported_ms = now_ms
        self._peers = {
            peer_id: self._peers.get(peer_id) or _Peer(participant_id, now_ms)
            for peer_id, participant_id in told.receiving.items()
        }
        for line in told.viewers:
            peer = self._peers.get(line.peer_id)
            if peer is not None:
                peer.heard_ms, peer.line = now_ms, line
        self._senders = {
            peer_id: sender
            for peer_id, sender in self._senders.items()
            if peer_id in told.publishing and now_ms - sender.heard_ms < SILENT_MS
        }
        for sent in told.publishers:
            owner = told.publishing.get(sent.peer_id)
            if owner is not None:
                self._senders[sent.peer_id] = _Sender(owner, now_ms, sent)

    def note_page(self, participant_id: str, page: PageLine) -> None:
        """Take what a page says of itself; of several pages the newest word counts."""
        self._pages[participant_id] = page

    def survey(self, state: State, now_ms: int) -> bool:
        """Judge everybody anew when it is time.

        True when `shown` or `shed` changed.
        """
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
        before = (self.shown, self.shed)
        self.shown = self._judge_all(present, now_ms)
        return before != (self.shown, self.shed)

    def _forget_all_but(self, present: Collection[str]) -> None:
        for held in (self._pages, self._settled):
            for participant_id in [one for one in held if one not in present]:
                del held[participant_id]

    def _judge_all(self, present: Mapping[str, str | None], now_ms: int) -> Lines:
        peers: defaultdict[str, list[_Peer]] = defaultdict(list)
        for peer in self._peers.values():
            peers[peer.participant_id].append(peer)
        self.census = Census()
        self.shed = {}
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
        kept_back = shed_of(lines)
        if kept_back != "nothing":
            self.shed[participant_id] = kept_back
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
        seen: dict[str, Verdict] = {}
        for sender in self._senders.values():
            verdict, owner = judge_publisher(sender.line), sender.participant_id
            if owner in present and verdict.rank >= seen.get(owner, GOOD).rank:
                seen[owner] = verdict
        self._settled_uplinks = {
            owner: settle(self._settled_uplinks.get(owner, Settled()), verdict, now_ms)
            for owner, verdict in seen.items()
        }
        return [
            _told(Trouble(owner, None, settled.verdict, settled.since_ms))
            for owner, settled in self._settled_uplinks.items()
            if settled.verdict.standing != "good"
        ]


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
