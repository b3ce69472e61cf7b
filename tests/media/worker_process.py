"""A real worker process with its control connection, for tests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

from media.channel import ChannelClient, Wire
from media.protocol import (
    Answered,
    Command,
    Direction,
    Event,
    Failure,
    Hello,
    Notice,
    PeerOffer,
    PublicationOpened,
    RelayOpen,
    Reply,
    Request,
    Result,
    RouterOpen,
    SlotAssign,
    VideoSlot,
)

EventT = TypeVar("EventT")

WIRE: Wire[Command, Result, Event] = Wire(Request, Reply, Notice, Failure)


class WorkerProcess:
    """`python -m media` on a free port, and every event it sent."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.control = str(folder / "control.sock")
        self.events: list[Event] = []
        self.process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "media", "--control", self.control),
                *("--udp-host", "127.0.0.1", "--udp-port", "0"),
                *arguments,
            ],
            env={**os.environ, "HALLCAST_LOG_LEVEL": "WARNING"},
        )
        self.connect()

    def connect(self) -> None:
        self.client: ChannelClient[Command, Result, Event] = ChannelClient(
            self.control, WIRE, on_event=self.events.append, retry_s=0.02
        )
        self.client.start()

    async def port(self) -> int:
        hello = await self.event(Hello, lambda _: True)
        return hello.udp_port

    async def event(
        self,
        kind: type[EventT],
        matches: Callable[[EventT], bool],
        timeout_s: float = 15,
    ) -> EventT:
        """Wait for an event, past ones included."""
        async with asyncio.timeout(timeout_s):
            while True:
                for event in self.events:
                    if isinstance(event, kind) and matches(event):
                        return event
                await asyncio.sleep(0.01)

    async def open_router(
        self, router_id: str = "r", *, is_replica: bool = False
    ) -> None:
        await self.port()
        await self.client.request(
            RouterOpen(router_id=router_id, is_replica=is_replica)
        )

    async def relay_to(self, other: WorkerProcess) -> None:
        """Let the other worker have a replica of the router `r`."""
        await other.open_router(is_replica=True)
        hello = await other.event(Hello, lambda _: True)
        await self.client.request(
            RelayOpen(router_id="r", relay_id="r.1", path=hello.relay_path)
        )

    async def offer(
        self,
        peer_id: str,
        direction: Direction,
        sdp: str,
        profile: tuple[VideoSlot, ...] = ("programme",),
        max_bps: int = 4_000_000,
    ) -> str:
        """Exchange SDP; gives the answer."""
        result = await self.client.request(
            PeerOffer(
                router_id="r",
                peer_id=peer_id,
                direction=direction,
                offer_sdp=sdp,
                profile=profile,
                max_bps=max_bps,
            )
        )
        assert isinstance(result, Answered)
        return result.answer_sdp

    async def put_on_air(self, peer_id: str, slot: VideoSlot = "programme") -> str:
        """Assign the peer's picture, once it flows, to a slot; gives its codec."""
        opened = await self.event(
            PublicationOpened,
            lambda e: (
                e.publication.peer_id == peer_id and e.publication.kind == "video"
            ),
        )
        await self.client.request(
            SlotAssign(
                router_id="r",
                slot=slot,
                publication_id=opened.publication.publication_id,
            )
        )
        return opened.publication.codec

    async def stop(self) -> int:
        await self.client.close()
        self.process.terminate()
        try:
            return await asyncio.to_thread(self.process.wait, 5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@contextlib.asynccontextmanager
async def open_worker(folder: Path, *arguments: str) -> AsyncIterator[WorkerProcess]:
    """Run a worker with the router `r` open."""
    worker = WorkerProcess(folder, *arguments)
    try:
        await worker.open_router()
        yield worker
    finally:
        await worker.stop()
