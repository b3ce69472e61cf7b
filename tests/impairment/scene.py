"""One worker, light sources with a router each, light viewers, lines between them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fanout.light_dtls import LightIdentity
from media.protocol import (
    Answered,
    Direction,
    PeerOffer,
    PublicationOpened,
    RouterOpen,
    SlotAssign,
)
from tests.impairment.conditions import Schedule
from tests.impairment.lab import Lab, open_lab, preferred
from tests.impairment.light_source import LightSource
from tests.impairment.light_viewer import LightViewer
from tests.impairment.namespace import entered
from tests.impairment.probe import probe
from tests.impairment.tun import HUB_ADDRESS
from tests.media.worker_process import WorkerProcess

PUMP_EVERY_S = 0.002
JOIN_TIMEOUT_S = 15.0
SETTLE_S = 1.5


@dataclass(frozen=True, slots=True)
class Window:
    """What is judged, by this machine's monotonic clock."""

    from_ns: int
    to_ns: int


class Scene:
    """Clients that are pumped together on the test's own thread."""

    def __init__(self, lab: Lab, worker: WorkerProcess) -> None:
        self.lab = lab
        self.worker = worker
        self.sources: dict[str, LightSource] = {}
        self.viewers: dict[str, LightViewer] = {}
        self.began_ns = 0
        """When the schedules began."""
        self.worst_pause_s = 0.0
        """Between two turns: what a busy machine adds to every figure."""
        self._identity = LightIdentity()

    @property
    def clients(self) -> tuple[LightSource | LightViewer, ...]:
        return (*self.sources.values(), *self.viewers.values())

    async def publish(self, name: str, namespace: str) -> None:
        """Connect a source and put its picture on the air of a router of its own."""
        await self.worker.client.request(RouterOpen(router_id=name))
        with entered(namespace):
            source = LightSource(name, self._identity)
        self.sources[name] = source
        peer_id = f"{name}/source"
        answer = await self._offer(name, peer_id, "publish", source.offer)
        source.peer.take_answer(answer)
        waiting = asyncio.ensure_future(self._put_on_air(name, peer_id))
        await self.pump(waiting.done)
        await waiting

    async def _put_on_air(self, router_id: str, peer_id: str) -> None:
        opened = await self.worker.event(
            PublicationOpened,
            lambda event: (
                event.publication.peer_id == peer_id
                and event.publication.kind == "video"
            ),
        )
        publication_id = opened.publication.publication_id
        await self.worker.client.request(
            SlotAssign(
                router_id=router_id, slot="programme", publication_id=publication_id
            )
        )

    async def join(self, name: str, source: str, namespace: str) -> None:
        """Open a viewer of a source; it connects while the scene is pumped."""
        with entered(namespace):
            viewer = LightViewer(name, self.sources[source], self._identity)
        self.viewers[name] = viewer
        answer = await self._offer(source, f"viewer/{name}", "receive", viewer.offer)
        viewer.peer.take_answer(answer)

    async def _offer(
        self, router_id: str, peer_id: str, direction: Direction, sdp: str
    ) -> str:
        result = await self.worker.client.request(
            PeerOffer(
                router_id=router_id, peer_id=peer_id, direction=direction, offer_sdp=sdp
            )
        )
        assert isinstance(result, Answered)
        return result.answer_sdp

    async def pump(
        self, is_done: Callable[[], bool], timeout_s: float = JOIN_TIMEOUT_S
    ) -> None:
        """Keep everybody going. Raises TimeoutError."""
        before_s = time.monotonic()
        until_s = before_s + timeout_s
        while not is_done():
            now_s = time.monotonic()
            self.worst_pause_s = max(self.worst_pause_s, now_s - before_s)
            before_s = now_s
            if now_s > until_s:
                raise TimeoutError("the scene did not come about in time")
            for client in self.clients:
                client.pump(now_s)
            await asyncio.sleep(PUMP_EVERY_S)

    async def play(self, seconds: float) -> Window:
        """Go on for so long, and a moment more for what is still on its way."""
        self.worst_pause_s = 0.0
        from_ns = time.monotonic_ns()
        await self._pass(seconds)
        to_ns = time.monotonic_ns()
        await self._pass(SETTLE_S)
        return Window(from_ns, to_ns)

    async def _pass(self, seconds: float) -> None:
        until_s = time.monotonic() + seconds
        await self.pump(lambda: time.monotonic() >= until_s, seconds + 5)

    def close(self) -> None:
        for client in self.clients:
            client.peer.close()


@contextlib.asynccontextmanager
async def _open_scene(
    folder: Path, seed: int, schedules: list[Schedule]
) -> AsyncIterator[Scene]:
    """Open a hub with a worker, and so many lines; the emulator is probed first.

    Connecting goes over lines that only delay, so that every run begins alike.
    """
    with preferred():
        async with open_lab(len(schedules), seed) as lab:
            await probe(lab)
            await lab.begin(*[(schedule[-1].clean(),) for schedule in schedules])
            with entered(lab.hub.name):
                worker = WorkerProcess(folder, "--udp-host", HUB_ADDRESS)
            scene = Scene(lab, worker)
            try:
                await worker.port()
                yield scene
            finally:
                scene.close()
                await worker.stop()


@contextlib.asynccontextmanager
async def open_viewing(
    folder: Path, seed: int, **lines: Schedule
) -> AsyncIterator[Scene]:
    """One source on the hub, a viewer behind each named line."""
    async with _open_scene(folder, seed, list(lines.values())) as scene:
        await scene.publish("source", scene.lab.hub.name)
        for name, far in zip(lines, scene.lab.far, strict=True):
            await scene.join(name, "source", far.name)
        await _begin(scene, lines)
        yield scene
        await scene.lab.assert_sound()


@contextlib.asynccontextmanager
async def open_publishing(
    folder: Path, seed: int, **lines: Schedule
) -> AsyncIterator[Scene]:
    """A source behind each named line, each with a viewer of that name on the hub."""
    async with _open_scene(folder, seed, list(lines.values())) as scene:
        for name, far in zip(lines, scene.lab.far, strict=True):
            await scene.publish(name, far.name)
            await scene.join(name, name, scene.lab.hub.name)
        await _begin(scene, lines)
        yield scene
        await scene.lab.assert_sound()


async def _begin(scene: Scene, lines: dict[str, Schedule]) -> None:
    await scene.pump(lambda: all(one.is_watching for one in scene.viewers.values()))
    await scene.lab.begin(*lines.values())
    scene.began_ns = time.monotonic_ns()
