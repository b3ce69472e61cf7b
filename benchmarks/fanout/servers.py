"""Servers under test, each behind the same two calls: publish and subscribe; ours."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Protocol

from benchmarks.fanout.light_peer import LightPeer
from benchmarks.fanout.process import end
from media.channel import ChannelClient, NotConnected, Wire
from media.protocol import (
    SEMINAR_PROFILE,
    Answered,
    Command,
    Direction,
    Event,
    Failure,
    Notice,
    PeerOffer,
    PublicationOpened,
    Reply,
    Request,
    Result,
    RouterOpen,
    SlotAssign,
    VideoSlot,
)

ON_AIR_TIMEOUT_S = 5.0


class MediaServer(Protocol):
    """A server process that answers SDP."""

    name: str

    @property
    def pid(self) -> int: ...

    async def start(self, rooms: int = 1) -> None: ...

    async def publish(self, peer: LightPeer, room: int = 0) -> None:
        """Exchange SDP for a publisher."""
        ...

    async def go_on_air(self) -> None:
        """Called when the publishers' packets flow."""
        ...

    async def subscribe(self, peer: LightPeer, room: int = 0) -> None: ...

    async def stop(self) -> None: ...


class Hallcast:
    """Our worker process, driven over its control socket."""

    name = "hallcast"
    module = "media"
    """What is run as the worker."""

    def __init__(self) -> None:
        self.peer_ids: dict[LightPeer, str] = {}
        """As the control socket calls them."""
        self._folder = Path(tempfile.mkdtemp(prefix="fanout-"))
        self._count = 0
        self._publishers = 0
        self._videos: dict[int, list[str]] = {}
        """Publications by room, in the order in which they opened."""
        self._changed = asyncio.Event()

    async def start(self, rooms: int = 1) -> None:
        control = str(self._folder / "control.sock")
        arguments = ["--control", control, "--udp-host", "127.0.0.1", "--udp-port", "0"]
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", self.module, *arguments),
            env={**os.environ, "HALLCAST_LOG_LEVEL": "ERROR"},
        )
        self._client: ChannelClient[Command, Result, Event] = ChannelClient(
            control,
            Wire(Request, Reply, Notice, Failure),
            on_event=self.on_event,
            retry_s=0.05,
        )
        self._client.start()
        for room in range(rooms):
            self._videos[room] = []
            await _until_answered(self._client, RouterOpen(router_id=str(room)))

    @property
    def pid(self) -> int:
        return self._process.pid

    async def publish(self, peer: LightPeer, room: int = 0) -> None:
        self._publishers += 1
        await self._exchange(peer, "publish", room)

    async def go_on_air(self) -> None:
        async with asyncio.timeout(ON_AIR_TIMEOUT_S):
            while sum(map(len, self._videos.values())) < self._publishers:
                self._changed.clear()
                await self._changed.wait()
        for room, videos in self._videos.items():
            for slot, video in zip(_slots(len(videos)), videos, strict=True):
                await self._client.request(
                    SlotAssign(router_id=str(room), slot=slot, publication_id=video)
                )

    async def subscribe(self, peer: LightPeer, room: int = 0) -> None:
        await self._exchange(peer, "receive", room)

    async def stop(self) -> None:
        await self._client.close()
        await end(self._process)
        shutil.rmtree(self._folder)

    async def _exchange(self, peer: LightPeer, direction: Direction, room: int) -> None:
        self._count += 1
        command = PeerOffer(
            router_id=str(room),
            peer_id=f"{direction}-{room}-{self._count}",
            direction=direction,
            offer_sdp=peer.make_offer(),
            profile=_slots(len(self._videos[room])),
        )
        self.peer_ids[peer] = command.peer_id
        answered = await self._client.request(command, timeout_s=20)
        assert isinstance(answered, Answered)
        peer.take_answer(answered.answer_sdp)

    def on_event(self, event: Event) -> None:
        """Take what the worker tells."""
        if isinstance(event, PublicationOpened) and event.publication.kind == "video":
            video = event.publication.publication_id
            self._videos[int(video.split("-")[1])].append(video)
            self._changed.set()


def _slots(videos: int) -> tuple[VideoSlot, ...]:
    """Give a single picture to plain players, several to a seminar's viewers."""
    return SEMINAR_PROFILE[:videos] if videos > 1 else ("programme",)


async def _until_answered(
    client: ChannelClient[Command, Result, Event], command: Command
) -> None:
    for _ in range(100):
        try:
            await client.request(command)
        except NotConnected:
            await asyncio.sleep(0.05)
        else:
            return
    raise RuntimeError("the worker did not start")
