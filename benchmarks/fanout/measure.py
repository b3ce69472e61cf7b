"""One measurement: connect everybody, run the programme, read what the server spent."""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.fanout.delay import Delays, TimedPeer, summarise
from benchmarks.fanout.load import Layout, Load
from benchmarks.fanout.process import cpu_seconds, resident_kib
from benchmarks.fanout.servers import MediaServer

SETTLE_S = 2.5
"""More than the 2 s between keyframes, for which some servers let a joiner wait."""


@dataclass(frozen=True)
class Joining:
    """What letting everybody in cost the server."""

    cpu_ms: float
    """Of one subscriber."""
    kib: float
    """Resident memory a subscriber adds."""


@dataclass(frozen=True)
class Result:
    """What one run of one server showed."""

    server: str
    subscribers: int
    connected: int
    profile: str
    cpu_us_per_packet: float
    cpu_percent: float
    packets_per_s: float
    loss_percent: float
    samples: int
    samples_failed: int
    load_percent: float
    """CPU of the load generator: above 95 the figures are its own."""
    join_cpu_ms: float
    kib_per_subscriber: float
    delays: Delays


async def measure(
    server: MediaServer,
    layout: Layout | int,
    seconds: float,
    settle_s: float = SETTLE_S,
) -> Result:
    """Run one server once; a number is that many subscribers of one programme."""
    if isinstance(layout, int):
        layout = Layout(layout)
    load = Load(server, layout)
    await server.start(layout.rooms)
    try:
        await load.go_on_air()
        joining_from_s, kib = cpu_seconds(server.pid), resident_kib(server.pid)
        await load.join()
        joined_s = cpu_seconds(server.pid) - joining_from_s
        load.run(settle_s)
        kib = resident_kib(server.pid) - kib
        count = layout.subscribers
        joining = Joining(1000 * joined_s / count, kib / count)
        return _figures(load, seconds, joining)
    finally:
        await server.stop()
        load.close()


def _figures(load: Load, seconds: float, joining: Joining) -> Result:
    load.pause()
    peers = [peer for peer in load.peers if peer.is_connected]
    timed = [peer for peer in peers if isinstance(peer, TimedPeer)]
    for one in timed:
        one.forget()
    received = -sum(peer.rtp_packets for peer in peers)
    expected = -_expected(load)
    pid = load.server.pid
    cpu_s, own_s, wall_s = cpu_seconds(pid), time.process_time(), time.monotonic()
    load.run(seconds)
    wall_s = time.monotonic() - wall_s
    own_s = time.process_time() - own_s
    load.pause()
    cpu_s = cpu_seconds(pid) - cpu_s
    received += sum(peer.rtp_packets for peer in peers)
    expected += _expected(load)
    dtls = peers[0].dtls if peers else None
    return Result(
        server=load.server.name,
        subscribers=load.layout.subscribers,
        connected=len(peers),
        profile=dtls.profile if dtls else "",
        cpu_us_per_packet=1e6 * cpu_s / max(1, received),
        cpu_percent=100 * cpu_s / wall_s,
        packets_per_s=received / wall_s,
        loss_percent=max(0.0, 100 * (1 - received / max(1, expected))),
        samples=sum(peer.samples_decrypted for peer in peers),
        samples_failed=sum(peer.samples_failed for peer in peers),
        load_percent=100 * own_s / wall_s,
        join_cpu_ms=joining.cpu_ms,
        kib_per_subscriber=joining.kib,
        delays=summarise(timed),
    )


def _expected(load: Load) -> int:
    """Packets that all connected subscribers should have by now."""
    return sum(
        room.packets_sent * sum(peer.is_connected for peer in room.peers)
        for room in load.rooms
    )
