"""`Crowd`: the load on one worker, going on by itself while viewers come and leave."""

from __future__ import annotations

import asyncio
import contextlib
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.load import JOINING_TOGETHER, READ_EVERY_S
from benchmarks.fanout.process import cpu_seconds
from benchmarks.overload.audience import AnyViewer, TimedViewer, Viewer
from benchmarks.overload.camera import (
    FULL_PICTURE_PER_S,
    LayeredPeer,
    LayeredProgramme,
)
from benchmarks.overload.worker import Watched

REPORT_SLICES = 100
"""A viewer reports once a second, another hundredth of them at each reading."""
TIMED = 30
"""At most so many viewers have their delays taken: each costs 1 ms/s."""
JOIN_S = 30.0
WARM_UP_S = 0.5
WHOLE_SHARE = 0.9
"""With less of the largest layer's packets in a second a viewer got less than it."""


@dataclass(frozen=True, slots=True)
class Second:
    """What one second showed."""

    at_s: float
    """Monotonic, its end."""
    viewers: int
    cpu_percent: float
    """Of the worker, of one core."""
    own_percent: float
    """Of the load generator."""
    packets: int
    step: int
    """What the worker last told."""
    without_sound: int
    without_picture: int
    with_less: int
    """Viewers that had some picture, but not the whole of the largest layer."""
    audio_ns: array[int]
    video_ns: array[int]


class Crowd:
    """One publisher and its viewers.

    Everything is polled from one task, so that the control socket, joins and the end
    of joins do not hold the packets up.
    """

    def __init__(self, worker: Watched, timed_every: int) -> None:
        self.worker = worker
        self.viewers: list[AnyViewer] = []
        """Connected, in the order in which they were asked to come."""
        self.gone: list[AnyViewer] = []
        self.seconds: list[Second] = []
        self._timed_every = timed_every
        self._identity = LightIdentity()
        self._publisher = LayeredPeer(self._identity)
        self._programme: LayeredProgramme | None = None
        self._joining: list[AnyViewer] = []
        self.last_s: dict[AnyViewer, tuple[int, int]] = {}
        """Sound and picture packets of each viewer within the last whole second."""
        self._before: dict[AnyViewer, tuple[int, int]] = {}
        self._read_due_s = self._second_due_s = time.monotonic()
        self._slice = 0
        self._cpu_s = self._own_s = self._looked_s = 0.0
        self._task: asyncio.Task[None] | None = None

    async def go_on_air(self) -> None:
        await self.worker.publish(self._publisher)
        until_s = time.monotonic() + JOIN_S
        while not self._publisher.is_connected:
            if time.monotonic() > until_s:
                raise TimeoutError("the publisher did not connect")
            self._publisher.pump(time.monotonic())
            await asyncio.sleep(0.005)
        self._programme = LayeredProgramme(self._publisher, time.monotonic())
        self._looked_s = time.monotonic()
        self._second_due_s = self._looked_s + 1
        self._cpu_s, self._own_s = cpu_seconds(self.worker.pid), time.process_time()
        self._task = asyncio.create_task(self._go_on(self._programme))
        await asyncio.sleep(WARM_UP_S)
        await self.worker.go_on_air()

    async def grow(self, count: int) -> None:
        """Let viewers in until there are so many."""
        while len(self.viewers) < count:
            missing = min(JOINING_TOGETHER, count - len(self.viewers))
            group = [self._viewer(len(self.viewers) + n) for n in range(missing)]
            self._joining = list(group)
            async with asyncio.timeout(JOIN_S):
                await asyncio.gather(*map(self.worker.subscribe, group))
                while not all(one.is_connected for one in group):
                    await asyncio.sleep(0.005)
            self._joining = []
            self.viewers += group

    def _viewer(self, position: int) -> AnyViewer:
        is_timed = position % self._timed_every == 0
        return (TimedViewer if is_timed else Viewer)(self._identity)

    async def shrink(self, count: int) -> None:
        """Let the newest leave until so many are left."""
        leaving, self.viewers = self.viewers[count:], self.viewers[:count]
        for one in leaving:
            self._before.pop(one, None)
            one.close()
        self.gone += leaving
        await self.worker.dismiss(leaving)

    async def stop(self) -> None:
        """End the load; raises what ended it before."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for one in (self._publisher, *self.viewers, *self._joining):
            one.close()

    async def run(self, seconds: float) -> None:
        """Watch for so long."""
        assert self._task is not None, "after `go_on_air`"
        done, _ = await asyncio.wait({self._task}, timeout=seconds)
        for task in done:
            task.result()

    async def _go_on(self, programme: LayeredProgramme) -> None:
        while self.worker.is_running:
            now_s = time.monotonic()
            programme.pump(now_s)
            if now_s >= self._read_due_s:
                self._read_due_s = now_s + READ_EVERY_S
                self._read(programme, now_s)
                self._report()
            if now_s >= self._second_due_s:
                self._second_due_s += 1
                self.seconds.append(self._look(now_s))
            due_s = min(self._read_due_s, programme.next_due_s())
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        raise ChildProcessError("the worker ended")

    def _read(self, programme: LayeredProgramme, now_s: float) -> None:
        for peer in self._everybody():
            peer.pump(now_s)
            if time.monotonic() >= programme.next_due_s():
                programme.pump(time.monotonic())

    def _everybody(self) -> Iterator[LayeredPeer | AnyViewer]:
        yield self._publisher
        yield from self.viewers
        yield from self._joining

    def _report(self) -> None:
        self._slice = (self._slice + 1) % REPORT_SLICES
        for viewer in self.viewers[self._slice :: REPORT_SLICES]:
            viewer.send_receiver_report()

    def _look(self, now_s: float) -> Second:
        audio_ns, video_ns = array("q"), array("q")
        packets, deaf, blind, less = 0, 0, 0, 0
        for one in self.viewers:
            if isinstance(one, TimedViewer):
                audio, video = one.take_delays()
                audio_ns += audio
                video_ns += video
            before = self._before.get(one)
            now = self._before[one] = (one.got.sounds, one.got.pictures)
            if before is None:
                continue
            sounds, pictures = now[0] - before[0], now[1] - before[1]
            self.last_s[one] = (sounds, pictures)
            packets += sounds + pictures
            deaf += not sounds
            blind += not pictures
            less += 0 < pictures < WHOLE_SHARE * FULL_PICTURE_PER_S
        cpu_s, own_s = cpu_seconds(self.worker.pid), time.process_time()
        span_s = now_s - self._looked_s
        cpu = 100 * (cpu_s - self._cpu_s) / span_s
        own = 100 * (own_s - self._own_s) / span_s
        self._cpu_s, self._own_s, self._looked_s = cpu_s, own_s, now_s
        return Second(
            now_s,
            len(self.viewers),
            cpu,
            own,
            packets,
            self.worker.told.step,
            deaf,
            blind,
            less,
            audio_ns,
            video_ns,
        )
