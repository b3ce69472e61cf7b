"""Light clients against a real worker: connect, publish, look at what arrives."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Sequence

from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_peer import LightPeer
from benchmarks.fanout.programme import Programme
from media.protocol import Direction
from tests.media.worker_process import WorkerProcess


async def pump_until(
    is_done: Callable[[], bool],
    peers: Sequence[LightPeer],
    programme: Programme | None = None,
    timeout_s: float = 10,
) -> bool:
    """Keep peers and programme going; False when the time is over first."""
    until_s = time.monotonic() + timeout_s
    while not is_done():
        now_s = time.monotonic()
        if now_s > until_s:
            return False
        if programme is not None:
            programme.pump(now_s)
        for peer in peers:
            peer.pump(now_s)
        await asyncio.sleep(0.002)
    return True


async def open_light(
    worker: WorkerProcess,
    peer_id: str,
    direction: Direction,
    identity: LightIdentity | None = None,
) -> LightPeer:
    """Exchange SDP only; nothing was sent to the media port yet."""
    side = "sendonly" if direction == "publish" else "recvonly"
    peer = LightPeer(identity or LightIdentity(), side)
    peer.take_answer(await worker.offer(peer_id, direction, peer.make_offer()))
    return peer


async def connect_light(
    worker: WorkerProcess,
    peer_id: str,
    direction: Direction,
    identity: LightIdentity | None = None,
) -> LightPeer:
    """Exchange SDP and finish ICE and DTLS."""
    peer = await open_light(worker, peer_id, direction, identity)
    assert await pump_until(lambda: peer.is_connected, [peer])
    return peer


async def open_programme(worker: WorkerProcess) -> tuple[LightPeer, Programme]:
    """Publish the benchmark's programme and put it on air."""
    publisher = await connect_light(worker, "publisher", "publish")
    programme = Programme(publisher, time.monotonic())
    waiting = asyncio.ensure_future(worker.put_on_air("publisher"))
    assert await pump_until(waiting.done, [publisher], programme)
    await waiting
    return publisher, programme


def move_to_a_new_port(peer: LightPeer) -> None:
    """What a NAT does that forgot its mapping; the old socket stays the caller's."""
    assert peer.remote is not None
    peer.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.sock.setblocking(False)
    peer.sock.connect(peer.remote.address)
