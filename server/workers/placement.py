"""Which worker takes a new viewer or a new router: pure, by measured load.

A viewer stays on the worker of the publishers (the origin) while that has room, because
every further worker costs a relay. When it is full, viewers go to workers that have a
replica already, then to a new one. Figures: `benchmarks/README.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

FULL = 0.7
"""Share of a core that may be planned for; the rest is for bursts and repeats."""
CAPACITY_PACKETS = 250_000
"""A second on one core, at 4 us a packet (measured at 300 and at 1,000 viewers)."""
VIEWER_PACKETS = 200
"""A second, at least: 1.3 Mbit/s, which come when the trainer switches the camera on,
also to those who joined before."""
JOIN_SHARE = 0.004
"""Of a core within the second after the offer: DTLS costs 2 to 4 ms."""
FULL_LAG_MS = 200.0
"""A loop that was stalled for so long has no time left, whatever its CPU says: the
machine is shared with others."""


@dataclass(frozen=True, slots=True)
class WorkerState:
    """What is known of one worker at the moment of a decision."""

    index: int
    cpu_percent: float = 0.0
    """Of the last second that was reported."""
    loop_lag_ms: float = 0.0
    packets_out: int = 0
    """In that second."""
    peers: int = 0
    """At the end of that second."""
    young_peers: int = 0
    """Placed there since, or too lately to show in these figures."""
    joins: int = 0
    """Of these, offers being answered and handshakes that cost CPU just now."""
    routers: int = 0
    max_peers: int = 2_000
    """As many as the operator lets it have."""
    is_draining: bool = False
    shed_step: int = 0
    """Above 0 it keeps something back for want of time, whatever its CPU says: it may
    have less than a core."""


def fullness(worker: WorkerState) -> float:
    """Give the planned share of the core: 0 idle, `FULL` no room, 1 saturated."""
    peers = worker.peers + worker.young_peers
    per_peer = VIEWER_PACKETS
    if worker.peers:
        per_peer = max(per_peer, worker.packets_out // worker.peers)
    planned = peers * per_peer / CAPACITY_PACKETS
    young = worker.young_peers * per_peer / CAPACITY_PACKETS
    busy = max(planned, worker.cpu_percent / 100 + young)
    if worker.loop_lag_ms >= FULL_LAG_MS or worker.shed_step > 0:
        busy = max(busy, FULL)
    return busy + worker.joins * JOIN_SHARE


def has_room(worker: WorkerState) -> bool:
    peers = worker.peers + worker.young_peers
    return (
        not worker.is_draining and peers < worker.max_peers and fullness(worker) < FULL
    )


def choose_for_viewer(
    workers: Sequence[WorkerState], origin: int, replicas: Iterable[int]
) -> int | None:
    """Give the worker for one more viewer; None when there is no worker at all.

    Never a full one while another has room. Without any room it is the least busy,
    which then sheds; a draining one only if all are.
    """
    having = {origin, *replicas}
    with_room = [one for one in workers if has_room(one)]
    if not any(one.index in having for one in with_room):
        return _least_busy(with_room or workers)
    return _least_busy([one for one in with_room if one.index in having])


def choose_for_router(workers: Sequence[WorkerState]) -> int | None:
    """Give the worker for a new session, or for one whose worker stays away."""
    return _first(
        workers,
        # In steps of a tenth: what is less is noise, and few routers are then better.
        lambda one: (one.is_draining, round(fullness(one), 1), one.routers),
    )


def _least_busy(workers: Sequence[WorkerState]) -> int | None:
    return _first(workers, lambda one: (one.is_draining, fullness(one), 0))


def _first(
    workers: Sequence[WorkerState],
    key: Callable[[WorkerState], tuple[bool, float, int]],
) -> int | None:
    best = min(workers, key=lambda one: (*key(one), one.index), default=None)
    return None if best is None else best.index
