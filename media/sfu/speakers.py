"""Who is loudest: smoothed audio levels and a choice that does not flutter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

SILENT_LEVEL = 127
LEVEL_WITHOUT_EXTENSION = 30
"""A source that sends no levels counts as ordinary speech while it sends packets."""

ATTACK = 0.4
"""Share of the difference taken per 20 ms packet: speech is seen within 60 ms."""

RELEASE = 0.03
"""Slow on the way down, about 0.7 s, so that a breath does not cost the slot."""

HYSTERESIS_DB = 10.0
"""A challenger must be so much louder than the one it pushes out."""

STALE_NS = 1_000_000_000
"""Without packets for so long a source is silent (Opus DTX sends each 400 ms)."""


class Loudness:
    """Smoothed loudness of one source, 0 (silent) to 127 (full scale)."""

    __slots__ = ("_loudness_db", "last_packet_ns")

    def __init__(self) -> None:
        self._loudness_db = 0.0
        self.last_packet_ns = -STALE_NS

    def observe(self, audio_level: int, now_ns: int) -> None:
        """Take the RFC 6464 level of a packet: 0 loudest, 127 silent."""
        difference = SILENT_LEVEL - audio_level - self._loudness_db
        self._loudness_db += difference * (ATTACK if difference > 0 else RELEASE)
        self.last_packet_ns = now_ns

    def at(self, now_ns: int) -> float:
        return 0.0 if self.is_stale(now_ns) else self._loudness_db

    def is_stale(self, now_ns: int) -> bool:
        return now_ns - self.last_packet_ns >= STALE_NS


class Source(Protocol):
    loudness: Loudness


S = TypeVar("S", bound=Source)


def choose_occupants(
    occupants: Sequence[S | None], candidates: Iterable[S], now_ns: int
) -> list[S | None]:
    """Give who should be in each slot; who stays keeps the same slot."""
    chosen = list(occupants)
    challengers = [
        source
        for source in candidates
        if source not in occupants and not source.loudness.is_stale(now_ns)
    ]
    challengers.sort(key=lambda source: source.loudness.at(now_ns), reverse=True)
    for challenger in challengers:
        if None in chosen:
            chosen[chosen.index(None)] = challenger
            continue
        quietest = min(
            (source for source in chosen if source is not None),
            key=lambda source: source.loudness.at(now_ns),
        )
        if not _is_clearly_louder(challenger, quietest, now_ns):
            break
        chosen[chosen.index(quietest)] = challenger
    return chosen


def choose_loudest(current: S | None, candidates: Iterable[S], now_ns: int) -> S | None:
    """Give the loudest; the current one stays until another is clearly louder."""
    fresh = [source for source in candidates if not source.loudness.is_stale(now_ns)]
    if not fresh:
        return current
    best = max(fresh, key=lambda source: source.loudness.at(now_ns))
    if current is None or _is_clearly_louder(best, current, now_ns):
        return best
    return current


def rank(previous: Sequence[S], present: Sequence[S], now_ns: int) -> list[S]:
    """Order those present by loudness; neighbours swap only when clearly apart."""
    order = [source for source in previous if source in present]
    order += [source for source in present if source not in order]
    for end in range(len(order) - 1, 0, -1):
        for index in range(end):
            if _is_clearly_louder(order[index + 1], order[index], now_ns):
                order[index], order[index + 1] = order[index + 1], order[index]
    return order


def _is_clearly_louder(one: Source, other: Source, now_ns: int) -> bool:
    return one.loudness.at(now_ns) > other.loudness.at(now_ns) + HYSTERESIS_DB
