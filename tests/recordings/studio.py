"""Runs a real take with a real store in simulated time: no process, no waiting."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from recordings.store import TakeStore
from recordings.take import Take
from tests.recordings.streams import STREAMS, Datagram

STARTED_AT_MS = 1_790_000_000_000
SESSION = "ses_1"


def open_store(root: Path) -> TakeStore:
    folder = root / SESSION
    folder.mkdir(parents=True, exist_ok=True)
    return TakeStore(
        folder,
        session_id=SESSION,
        started_at_ms=STARTED_AT_MS,
        now_ms=STARTED_AT_MS,
        announce=lambda rendition, msn, part: None,
    )


def record(root: Path, datagrams: Iterable[Datagram], end_ms: float) -> Take:
    """Play datagrams into a take up to `end_ms`, then finish it."""
    store = open_store(root)
    take = Take(STREAMS, STARTED_AT_MS, store)
    now_ms: float | None = None
    for one in sorted(datagrams):
        now_ms = one.at_ms if now_ms is None else now_ms
        while now_ms + 10 <= one.at_ms:
            now_ms += 10
            take.tick(round(now_ms * 1000))
        take.on_datagram(one.data, round(one.at_ms * 1000))
    assert now_ms is not None
    while now_ms < end_ms:
        now_ms += 10
        take.tick(round(now_ms * 1000))
    take.finish(round(now_ms * 1000))
    store.close()
    return take
