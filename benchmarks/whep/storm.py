"""A join storm: some watch already, many come within seconds, then all watch on."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import aiohttp

from benchmarks.fanout.delay import Delays, summarise
from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_peer import LightPeer
from benchmarks.fanout.process import cpu_seconds, resident_kib
from benchmarks.fanout.programme import Programme
from benchmarks.whep.viewer import Joiner, Resident
from benchmarks.whep.wire import Endpoint, RefusedError

CONNECT_TIMEOUT_S = 20.0
PATIENCE_S = 15.0
"""After the last one asked: who has no picture then has none."""
POLL_S = 0.004
REPORT_EVERY_S = 1.0
FAILURES = (RefusedError, aiohttp.ClientError, OSError, TimeoutError, ValueError)


@dataclass(frozen=True)
class Plan:
    viewers: int
    residents: int
    within_s: float
    """The viewers' offers are spread evenly over this time."""
    watch_s: float
    """How long residents are watched before the storm, and all after it."""


@dataclass(frozen=True)
class Watched:
    """What the residents noticed in one phase, all of them together."""

    received: int
    lost: int
    delays: Delays

    @property
    def loss_percent(self) -> float:
        return 100 * self.lost / max(1, self.received + self.lost)


@dataclass(frozen=True)
class Steady:
    """All viewers together, after the storm."""

    viewers: int
    loss_percent: float
    cpu_us_per_packet: float | None
    """Of all workers together; None: the server's processes are not known."""
    workers_percent: tuple[float, ...]
    """Of a core, by worker."""
    load_percent: float


@dataclass(frozen=True)
class Report:
    plan: Plan
    joiners: list[Joiner]
    before: Watched
    during: Watched
    steady: Steady
    kib_per_viewer: float | None


class Storm:
    """One run against one WHEP endpoint."""

    def __init__(
        self,
        plan: Plan,
        whep: Endpoint,
        whip: Endpoint | None = None,
        media_pids: Sequence[int] = (),
        on_air: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`media_pids`: of the server's media processes, empty when unknown; `on_air`
        is awaited once the publisher's packets flow."""
        self._plan = plan
        self._whep = whep
        self._whip = whip
        self._pids = tuple(media_pids)
        self._on_air = on_air
        self._identity = LightIdentity()
        self._peers: list[LightPeer] = []
        self._programme: Programme | None = None
        self._locations: list[tuple[Endpoint, str]] = []
        self._reported_s = 0.0

    async def run(self) -> Report:
        """Raise RefusedError when publisher or residents are not let in."""
        connector = aiohttp.TCPConnector(limit=50)
        async with aiohttp.ClientSession(connector=connector) as http:
            pump = asyncio.create_task(self._pump())
            try:
                return await self._run(http)
            finally:
                pump.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await pump
                await self._leave(http)

    async def _run(self, http: aiohttp.ClientSession) -> Report:
        plan = self._plan
        if self._whip is not None:
            await self._publish(http, self._whip)
        residents = [Resident(self._identity) for _ in range(plan.residents)]
        for resident in residents:
            await self._open(http, self._whep, resident)
        await self._until(lambda: all(one.sequences.received for one in residents))
        before = await self._watch(residents, plan.watch_s)
        before_kib = sum(map(resident_kib, self._pids))
        joiners = await self._join(http, residents)
        during = _watched(residents)
        grown_kib = sum(map(resident_kib, self._pids)) - before_kib
        steady = await self._measure([*joiners, *residents])
        each = grown_kib / max(1, plan.viewers) if self._pids else None
        return Report(plan, joiners, before, during, steady, each)

    async def _publish(self, http: aiohttp.ClientSession, whip: Endpoint) -> None:
        publisher = LightPeer(self._identity, "sendonly")
        await self._open(http, whip, publisher)
        await self._until(lambda: publisher.is_connected)
        self._programme = Programme(publisher, time.monotonic())
        await asyncio.sleep(0.5)
        if self._on_air is not None:
            await self._on_air()

    async def _open(
        self, http: aiohttp.ClientSession, endpoint: Endpoint, peer: LightPeer
    ) -> None:
        self._peers.append(peer)
        self._locations.append((endpoint, await endpoint.open(http, peer)))

    async def _join(
        self, http: aiohttp.ClientSession, residents: Sequence[Resident]
    ) -> list[Joiner]:
        """Let them all come; return when all have their picture or lost patience."""
        plan = self._plan
        for resident in residents:
            resident.forget()
        joiners = [Joiner(self._identity) for _ in range(plan.viewers)]
        begin_s = time.monotonic()

        async def come(position: int, joiner: Joiner) -> None:
            due_s = begin_s + position * plan.within_s / plan.viewers
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            joiner.asked_s = time.monotonic()
            try:
                await self._open(http, self._whep, joiner)
            except FAILURES as error:
                joiner.refusal = str(error) or type(error).__name__

        await asyncio.gather(*(come(*one) for one in enumerate(joiners)))
        with contextlib.suppress(TimeoutError):
            await self._until(
                lambda: all(
                    one.refusal or one.picture_after_s is not None for one in joiners
                ),
                PATIENCE_S,
            )
        return joiners

    async def _watch(self, residents: Sequence[Resident], seconds: float) -> Watched:
        for resident in residents:
            resident.forget()
        await asyncio.sleep(seconds)
        return _watched(residents)

    async def _measure(self, viewers: Sequence[Joiner | Resident]) -> Steady:
        connected = [one for one in viewers if one.is_connected]
        for one in connected:
            one.sequences.forget()
        wall_s, own_s = time.monotonic(), time.process_time()
        before_s = [cpu_seconds(pid) for pid in self._pids]
        await asyncio.sleep(self._plan.watch_s)
        wall_s, own_s = time.monotonic() - wall_s, time.process_time() - own_s
        workers_s = [
            cpu_seconds(pid) - cpu_s
            for pid, cpu_s in zip(self._pids, before_s, strict=True)
        ]
        received = sum(one.sequences.received for one in connected)
        lost = sum(one.sequences.lost for one in connected)
        return Steady(
            viewers=len(connected),
            loss_percent=100 * lost / max(1, received + lost),
            cpu_us_per_packet=(
                1e6 * sum(workers_s) / max(1, received) if workers_s else None
            ),
            workers_percent=tuple(100 * cpu_s / wall_s for cpu_s in workers_s),
            load_percent=100 * own_s / wall_s,
        )

    async def _pump(self) -> None:
        """Publish on time and serve every client, for ever."""
        while True:
            now_s = time.monotonic()
            if self._programme is not None:
                self._programme.pump(now_s)
            is_report_due = now_s - self._reported_s >= REPORT_EVERY_S
            if is_report_due:
                self._reported_s = now_s
            for peer in tuple(self._peers):
                peer.pump(now_s)
                if is_report_due and peer.is_connected and peer.direction != "sendonly":
                    peer.send_receiver_report()
                if self._programme is not None:
                    self._programme.pump(time.monotonic())
            await asyncio.sleep(POLL_S)

    async def _until(
        self, is_true: Callable[[], bool], timeout_s: float = CONNECT_TIMEOUT_S
    ) -> None:
        async with asyncio.timeout(timeout_s):
            while not is_true():
                await asyncio.sleep(0.02)

    async def _leave(self, http: aiohttp.ClientSession) -> None:
        """End the sessions as a player does; a server that is gone needs none of it."""
        for peer in self._peers:
            peer.close()
        for endpoint, location in self._locations:
            with contextlib.suppress(*FAILURES):
                await endpoint.close(http, location)


def _watched(residents: Sequence[Resident]) -> Watched:
    return Watched(
        received=sum(one.sequences.received for one in residents),
        lost=sum(one.sequences.lost for one in residents),
        delays=summarise(residents),
    )
