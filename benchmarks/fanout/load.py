"""The load on a server: rooms with publishers and subscribers, driven by polling."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.fanout.delay import TimedPeer, is_sampled
from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_peer import LightPeer
from benchmarks.fanout.programme import Programme
from benchmarks.fanout.servers import MediaServer

JOINING_TOGETHER = 20
JOIN_TIMEOUT_S = 20.0
QUIET_S = 0.1
MOST_QUIET_S = 2.0
"""A busy machine is late, but what takes longer than this is lost to a viewer."""
READ_EVERY_S = 0.01
REPORT_EVERY_S = 1.0
WARM_UP_STEPS = 20


@dataclass(frozen=True)
class Layout:
    """How many of what.

    The first publisher of a room sends the whole programme, the others a small picture
    each: a viewer's line starts at 2 Mbit/s, and what it can not carry is not sent.
    """

    subscribers: int
    """In all rooms together, spread evenly."""
    publishers: int = 1
    """In each room, all on air at once; each costs a subscriber a video section."""
    rooms: int = 1

    @property
    def receive_kinds(self) -> tuple[str, ...]:
        return ("audio", *("video" for _ in range(self.publishers)))


@dataclass
class Room:
    publishers: list[LightPeer] = field(default_factory=list)
    programmes: list[Programme] = field(default_factory=list)
    peers: list[LightPeer] = field(default_factory=list)

    @property
    def packets_sent(self) -> int:
        return sum(programme.packets_sent for programme in self.programmes)


class Load:
    """The busy loop: publish on time, read everyone every 10 ms, report each second.

    Sockets are polled instead of waited for, so that the servers' sends do not pay for
    waking this process up.
    """

    def __init__(self, server: MediaServer, layout: Layout) -> None:
        self.server = server
        self.layout = layout
        self.rooms = [Room() for _ in range(layout.rooms)]
        self._identity = LightIdentity()
        self._report_due_s = time.monotonic()

    @property
    def peers(self) -> list[LightPeer]:
        return [peer for room in self.rooms for peer in room.peers]

    @property
    def publishers(self) -> list[LightPeer]:
        return [peer for room in self.rooms for peer in room.publishers]

    @property
    def programmes(self) -> list[Programme]:
        return [one for room in self.rooms for one in room.programmes]

    async def go_on_air(self) -> None:
        """Connect all publishers and let their packets flow."""
        for number, room in enumerate(self.rooms):
            for position in range(self.layout.publishers):
                is_minor = position > 0
                kinds = ("video",) if is_minor else ("audio", "video")
                peer = LightPeer(self._identity, "sendonly", kinds)
                room.publishers.append(peer)
                await self.server.publish(peer, number)
                await self._connect([peer])
                now_s = time.monotonic()
                room.programmes.append(Programme(peer, now_s, is_minor=is_minor))
        for _ in range(WARM_UP_STEPS):
            self._publish()
            self._pump(self.publishers)
            await asyncio.sleep(0.02)
        await self.server.go_on_air()

    async def join(self) -> None:
        """Connect all subscribers, a few at a time."""
        total = self.layout.subscribers
        for begin in range(0, total, JOINING_TOGETHER):
            group = []
            for position in range(begin, min(begin + JOINING_TOGETHER, total)):
                make = TimedPeer if is_sampled(position, total) else LightPeer
                peer = make(self._identity, "recvonly", self.layout.receive_kinds)
                self.rooms[position % len(self.rooms)].peers.append(peer)
                group.append((peer, position % len(self.rooms)))
            await asyncio.gather(
                *(self.server.subscribe(peer, number) for peer, number in group)
            )
            await self._connect([peer for peer, _ in group])

    def run(self, seconds: float) -> None:
        until_s = time.monotonic() + seconds
        read_due_s = 0.0
        everybody = [*self.publishers, *self.peers]
        next_due_s = self._next_due(self.programmes)
        while (now_s := time.monotonic()) < until_s:
            if now_s >= next_due_s():
                self._publish()
            if now_s >= read_due_s:
                read_due_s = now_s + READ_EVERY_S
                for peer in everybody:
                    peer.pump(now_s)
                    if time.monotonic() >= next_due_s():
                        self._publish()
                self._report(now_s)
            wake_s = min(read_due_s, next_due_s())
            time.sleep(max(0.0, wake_s - time.monotonic()))

    def pause(self) -> None:
        """Publish nothing until what is still under way has arrived."""
        began_s, peers = time.monotonic(), self.peers
        received, before = sum(peer.rtp_packets for peer in peers), -1
        while received > before and time.monotonic() - began_s < MOST_QUIET_S:
            time.sleep(QUIET_S)
            for peer in peers:
                peer.read()
            before, received = received, sum(peer.rtp_packets for peer in peers)
        for programme in self.programmes:
            programme.shift(time.monotonic() - began_s)

    def close(self) -> None:
        for peer in [*self.publishers, *self.peers]:
            peer.close()

    async def _connect(self, group: Sequence[LightPeer]) -> None:
        until_s = time.monotonic() + JOIN_TIMEOUT_S
        while not all(peer.is_connected for peer in group):
            if time.monotonic() > until_s:
                return
            self._publish()
            self._pump([*self.publishers, *self.peers])
            await asyncio.sleep(0.001)

    def _publish(self) -> None:
        for programme in self.programmes:
            programme.pump(time.monotonic())

    @staticmethod
    def _pump(peers: Sequence[LightPeer]) -> None:
        now_s = time.monotonic()
        for peer in peers:
            peer.pump(now_s)

    @staticmethod
    def _next_due(programmes: Sequence[Programme]) -> Callable[[], float]:
        """Tell when the next packet is due; one programme needs no search."""
        if len(programmes) == 1:
            return programmes[0].next_due_s
        return lambda: min(programme.next_due_s() for programme in programmes)

    def _report(self, now_s: float) -> None:
        if now_s >= self._report_due_s:
            self._report_due_s = now_s + REPORT_EVERY_S
            for peer in self.peers:
                if peer.is_connected:
                    peer.send_receiver_report()
