"""One measurement: connect N subscribers, run the programme, read the server's CPU."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_peer import LightPeer
from benchmarks.fanout.programme import Programme
from benchmarks.fanout.servers import MediaServer

JOINING_TOGETHER = 20
JOIN_TIMEOUT_S = 20.0
SETTLE_S = 2.5
"""More than the 2 s between keyframes."""
QUIET_S = 0.1
READ_EVERY_S = 0.01
REPORT_EVERY_S = 1.0


@dataclass(frozen=True)
class Result:
    """What one run of one server showed."""

    server: str
    subscribers: int
    connected: int
    profile: str
    cpu_us_per_packet: float
    cpu_percent: float
    loss_percent: float
    samples: int
    samples_failed: int
    load_percent: float
    """CPU of the load generator: above 95 the figures are its own."""
    join_cpu_ms: float


def cpu_seconds(pid: int) -> float:
    """User and system time of a process with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(server: MediaServer, subscribers: int, seconds: float) -> Result:
    """Run one server once."""
    identity = LightIdentity()
    publisher = LightPeer(identity, "sendonly")
    peers: list[LightPeer] = []
    await server.start()
    try:
        await server.publish(publisher)
        await _connect([publisher], [])
        programme = Programme(publisher, time.monotonic())
        for _ in range(20):
            programme.pump(time.monotonic())
            publisher.pump(time.monotonic())
            await asyncio.sleep(0.02)
        await server.go_on_air()
        joining_from_s = cpu_seconds(server.pid)
        while len(peers) < subscribers:
            count = min(JOINING_TOGETHER, subscribers - len(peers))
            group = [LightPeer(identity, "recvonly") for _ in range(count)]
            peers += group
            await asyncio.gather(*(server.subscribe(peer) for peer in group))
            await _connect(group, [publisher, *peers], programme)
        joined_s = cpu_seconds(server.pid) - joining_from_s
        load = _Load(publisher, programme, peers)
        load.run(SETTLE_S)
        return _figures(server, load, seconds, 1000 * joined_s / subscribers)
    finally:
        await server.stop()
        for peer in [publisher, *peers]:
            peer.close()


async def _connect(
    group: list[LightPeer], others: list[LightPeer], programme: Programme | None = None
) -> None:
    until_s = time.monotonic() + JOIN_TIMEOUT_S
    while not all(peer.is_connected for peer in group):
        now_s = time.monotonic()
        if now_s > until_s:
            return
        if programme is not None:
            programme.pump(now_s)
        for peer in group:
            peer.pump(now_s)
        for peer in others:
            peer.pump(now_s)
        await asyncio.sleep(0.001)


class _Load:
    """The busy loop: publish on time, read everyone every 10 ms, report each second.

    Sockets are polled instead of waited for, so that the servers' sends do not pay for
    waking this process up.
    """

    def __init__(
        self, publisher: LightPeer, programme: Programme, peers: list[LightPeer]
    ) -> None:
        self.publisher = publisher
        self.programme = programme
        self.peers = peers
        self._report_due_s = time.monotonic()

    def run(self, seconds: float) -> None:
        until_s = time.monotonic() + seconds
        read_due_s = 0.0
        while (now_s := time.monotonic()) < until_s:
            self.programme.pump(now_s)
            if now_s >= read_due_s:
                read_due_s = now_s + READ_EVERY_S
                for peer in (self.publisher, *self.peers):
                    peer.pump(now_s)
                    if time.monotonic() >= self.programme.next_due_s():
                        self.programme.pump(time.monotonic())
                self._report(now_s)
            wake_s = min(read_due_s, self.programme.next_due_s())
            time.sleep(max(0.0, wake_s - time.monotonic()))

    def pause(self) -> None:
        """Publish nothing for a moment and read what is still under way."""
        time.sleep(QUIET_S)
        for peer in self.peers:
            peer.read()
        self.programme.shift(QUIET_S)

    def _report(self, now_s: float) -> None:
        if now_s >= self._report_due_s:
            self._report_due_s = now_s + REPORT_EVERY_S
            for peer in self.peers:
                if peer.is_connected:
                    peer.send_receiver_report()


def _figures(
    server: MediaServer, load: _Load, seconds: float, join_cpu_ms: float
) -> Result:
    peers = [peer for peer in load.peers if peer.is_connected]
    load.pause()
    before = [peer.rtp_packets for peer in peers]
    sent_before = load.programme.packets_sent
    cpu_s, own_s, wall_s = (
        cpu_seconds(server.pid),
        time.process_time(),
        time.monotonic(),
    )
    load.run(seconds)
    wall_s = time.monotonic() - wall_s
    own_s = time.process_time() - own_s
    load.pause()
    cpu_s = cpu_seconds(server.pid) - cpu_s
    sent = load.programme.packets_sent - sent_before
    received = sum(p.rtp_packets - b for p, b in zip(peers, before, strict=True))
    expected = sent * len(peers)
    dtls = peers[0].dtls if peers else None
    return Result(
        server=server.name,
        subscribers=len(load.peers),
        connected=len(peers),
        profile=dtls.profile if dtls else "",
        cpu_us_per_packet=1e6 * cpu_s / max(1, received),
        cpu_percent=100 * cpu_s / wall_s,
        loss_percent=max(0.0, 100 * (1 - received / max(1, expected))),
        samples=sum(peer.samples_decrypted for peer in peers),
        samples_failed=sum(peer.samples_failed for peer in peers),
        load_percent=100 * own_s / wall_s,
        join_cpu_ms=join_cpu_ms,
    )
