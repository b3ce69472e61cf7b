"""One overload: find the capacity, go past it, stay there, go back."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.capacity import reach
from benchmarks.fanout.light_peer import LightPeer
from benchmarks.overload.camera import FULL_PICTURE_PER_S
from benchmarks.overload.crowd import WHOLE_SHARE, Crowd, Second
from benchmarks.overload.held import Held
from benchmarks.overload.worker import Watched
from media.sfu.shedding import FULL_SHARE

GUARDED, UNGUARDED = "media", "benchmarks.overload.unguarded"
SETTLE_S = 2.0


@dataclass(frozen=True, slots=True)
class Plan:
    factor: float = 1.5
    """Times the capacity."""
    sizes: tuple[int, ...] = (100, 200, 400)
    """Viewers at which the capacity is measured, rising, each below it."""
    size_s: float = 6.0
    hold_s: float = 90.0
    """How long all viewers stay; the last minute of it is the steady one."""
    steady_s: float = 60.0
    back_s: float = 120.0
    """How long it is watched after so many have left that all have room."""
    share: float = 1.0
    """Of its core, to which the worker is held."""
    core: int | None = 0
    """The worker's; the load generator gets the others. None: wherever there is room.
    """
    viewers: int | None = None
    """Instead of `factor` times what was measured."""
    timed_every: int = 40


@dataclass(frozen=True, slots=True)
class Fate:
    """One viewer at the end of the steady minute, oldest first in `Run.fates`."""

    has_picture: bool
    has_whole: bool
    """All of the largest layer."""
    limited_by: str
    """What the worker last told of it; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """What was seen; seconds are monotonic."""

    capacity: float
    sizes: tuple[tuple[int, float], ...]
    """Viewers and the worker's CPU percent of one core."""
    viewers: int
    remaining: int
    """Viewers who stay when the others leave."""
    seconds: tuple[Second, ...]
    crowding_s: float
    """Viewers beyond the last measured size begin to join."""
    all_in_s: float
    steady_s: float
    leaving_s: float
    fates: tuple[Fate, ...]
    sounds: int
    sounds_lost: int
    socket_drops: int
    """Datagrams that this machine dropped because the load generator read too late."""

    def between(self, from_s: float, to_s: float) -> tuple[Second, ...]:
        return tuple(one for one in self.seconds if from_s < one.at_s <= to_s)


async def measure(plan: Plan, module: str = GUARDED) -> Run:
    """Overload one worker. Raises what made the load impossible."""
    worker = Watched(module)
    await worker.start()
    crowd = Crowd(worker, plan.timed_every)
    own_cores = os.sched_getaffinity(0)
    held = Held(worker.pid, plan.core, plan.share)
    try:
        with held:
            try:
                if plan.core is not None and len(own_cores) > 1:
                    os.sched_setaffinity(0, own_cores - {plan.core})
                return await _overload(crowd, plan)
            finally:
                await crowd.stop()
                await worker.stop()
    finally:
        os.sched_setaffinity(0, own_cores)


async def _overload(crowd: Crowd, plan: Plan) -> Run:
    await crowd.go_on_air()
    sizes: list[tuple[int, float]] = []
    for size in plan.sizes:
        await crowd.grow(size)
        await crowd.run(SETTLE_S)
        begin_s = crowd.seconds[-1].at_s
        await crowd.run(plan.size_s)
        measured = [one for one in crowd.seconds if one.at_s > begin_s]
        cpu = sum(one.cpu_percent for one in measured) / max(1, len(measured))
        sizes.append((size, cpu))
    full_percent = 100 * FULL_SHARE * plan.share
    counts, cpus = [float(size) for size, _ in sizes], [cpu for _, cpu in sizes]
    capacity = reach(counts, cpus, full_percent)
    viewers = plan.viewers or round(plan.factor * capacity)
    crowding_s = crowd.seconds[-1].at_s
    await crowd.grow(viewers)
    all_in_s = crowd.seconds[-1].at_s
    await crowd.run(plan.hold_s)
    leaving_s = crowd.seconds[-1].at_s
    fates = _fates(crowd)
    staying = min(plan.sizes[-1], viewers)
    drops = _socket_drops(crowd.viewers[staying:])
    await crowd.shrink(staying)
    await crowd.run(plan.back_s)
    everybody = [*crowd.viewers, *crowd.gone]
    return Run(
        capacity,
        tuple(sizes),
        viewers,
        staying,
        tuple(crowd.seconds),
        crowding_s,
        all_in_s,
        leaving_s - plan.steady_s,
        leaving_s,
        fates,
        sum(one.got.sounds for one in everybody),
        sum(one.got.sounds_lost for one in everybody),
        drops + _socket_drops(crowd.viewers),
    )


def _fates(crowd: Crowd) -> tuple[Fate, ...]:
    """Put beside what viewers got in the last second what was told of them."""
    told = crowd.worker.told
    peers = {crowd.worker.peer_ids[one]: one for one in crowd.viewers}
    fates = []
    for peer_id in told.joined:
        if peer_id in peers:
            _, pictures = crowd.last_s.get(peers[peer_id], (0, 0))
            _, report = told.reports.get(peer_id, (0.0, None))
            whole = pictures >= WHOLE_SHARE * FULL_PICTURE_PER_S
            limited_by = "" if report is None else report.limited_by
            fates.append(Fate(pictures > 0, whole, limited_by))
    return tuple(fates)


def _socket_drops(viewers: Iterable[LightPeer]) -> int:
    """Read what the kernel dropped for want of room (the last column of proc_net)."""
    ports = {one.sock.getsockname()[1] for one in viewers}
    drops = 0
    for line in Path("/proc/net/udp").read_text().splitlines()[1:]:
        words = line.split()
        if int(words[1].partition(":")[2], 16) in ports:
            drops += int(words[-1])
    return drops
