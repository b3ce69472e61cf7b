"""A peer that is gone is gone without the garbage collector (reliability B15).

The worker lets it run so rarely (`media.__main__`) that what only it frees would grow
by 24 KiB with each viewer who came and went.
"""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from benchmarks.fanout.light_dtls import LightIdentity
from benchmarks.fanout.light_peer import LightPeer
from media.clock import SystemClock
from media.protocol import Direction, PeerOffer
from media.sfu.encoding import Encoding
from media.sfu.publisher import Publisher
from media.sfu.router import Router
from media.sfu.subscription import Subscription
from media.sfu.video_slot import VideoSlot
from media.sfu.viewer import Viewer
from media.transport.dtls import DtlsServer
from media.transport.peer import PeerTransport
from media.transport.peer_out import PeerOut
from media.transport.udp import open_sockets
from media.worker import Endpoint, Worker
from tests.media.transport.senders import fan_out

KINDS = (
    PeerTransport,
    PeerOut,
    DtlsServer,
    Publisher,
    Encoding,
    Viewer,
    Subscription,
    Router,
    VideoSlot,
)


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def open_peer(worker: Worker, direction: Direction) -> LightPeer:
    side = "sendonly" if direction == "publish" else "recvonly"
    peer = LightPeer(LightIdentity(), side)
    offer = PeerOffer(
        router_id="r", peer_id="p", direction=direction, offer_sdp=peer.make_offer()
    )
    answer_sdp, _ = worker.open_peer(offer)
    peer.take_answer(answer_sdp)
    return peer


def connect(worker: Worker, peer: LightPeer) -> None:
    until_s = time.monotonic() + 5
    while not (peer.is_connected and worker.peers["p"].state == "connected"):
        assert time.monotonic() < until_s
        peer.pump(time.monotonic())
        worker._mux.drain(worker._endpoint.sockets[0])
        worker.flush()


def living() -> Counter[str]:
    """What belongs to peers and lives, those of other tests too."""
    return Counter(type(o).__name__ for o in gc.get_objects() if type(o) in KINDS)


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("connects", [True, False])
@pytest.mark.parametrize("direction", ["publish", "receive"])
async def test_nothing_holds_a_peer_that_closed(
    direction: Direction, connects: bool
) -> None:
    udp = open_sockets("127.0.0.1", 0)[0]
    worker = Worker(
        Endpoint([udp], ("127.0.0.1",)),
        SystemClock(),
        lambda event: None,
        fan_out(),
    )
    worker.open_router("r")
    before = living()
    client = open_peer(worker, direction)
    if connects:
        connect(worker, client)
    assert living() > before
    worker.close_peer("p")
    assert living() == before
    client.close()
    for one in worker._endpoint.sockets:
        one.close()


@pytest.mark.usefixtures("no_collector")
async def test_nothing_holds_a_router_that_closed() -> None:
    udp = open_sockets("127.0.0.1", 0)[0]
    worker = Worker(
        Endpoint([udp], ("127.0.0.1",)),
        SystemClock(),
        lambda event: None,
        fan_out(),
    )
    before = living()
    worker.open_router("r")
    assert living() > before
    worker.close_router("r")
    assert living() == before
    udp.close()
