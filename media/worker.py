"""`Worker`: owns the UDP port, routers, peers, sinks and the 20 ms tick.

The only place where `media.sfu` and `media.transport` are wired together. It obeys
`media.commands` and tells what happens through `on_event`; it never asks who may.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from media.clock import Clock
from media.failure_log import FailureLog
from media.flusher import Flusher
from media.load_meter import BusyMeter, LoadMeter
from media.protocol import (
    Event,
    PeerOffer,
    PeerStateChanged,
    SinkStream,
    VideoSlot,
    WorkerDraining,
    WorkerError,
)
from media.relays import Relays
from media.sfu.router import Router
from media.sfu.shedding import STEPS, LoadGuard
from media.tally import Tally
from media.transport.answer import (
    Answer,
    LocalTransport,
    SlotSsrcs,
    answer_publish,
    answer_receive,
)
from media.transport.dtls import DtlsIdentity
from media.transport.fanout import FanOut
from media.transport.fragment import restart_fragment
from media.transport.ice_lite import IceLite
from media.transport.peer import PeerTransport
from media.transport.sdp import parse_offer
from media.transport.sink import DatagramSink
from media.transport.tcp_listener import TcpListener
from media.transport.udp import UdpSocket
from media.transport.udp_mux import UdpMux

log = logging.getLogger(__name__)

TICK_S = 0.02
"""DTLS, NACK and keyframe timers need no finer one, and each tick costs 0.1 ms."""
LIFE_CHECK_NS = 1_000_000_000
TOTALS_NS = 5_000_000_000
"""Prometheus looks every 15 s; adding up 1,000 viewers takes about 1 ms."""
MAX_PEERS = 3_000
"""Of one worker, which is one core; the web process places further ones elsewhere."""


class WorkerFullError(Exception):
    """The worker has as many peers as it takes, or is draining."""


@dataclass(slots=True)
class Endpoint:
    """Where the worker can be reached, as its answers say."""

    sockets: Sequence[UdpSocket]
    addresses: tuple[str, ...]
    tcp: TcpListener | None = None
    """Takes ICE-TCP connections at the same port number."""

    @property
    def port(self) -> int:
        return self.sockets[0].port


class Worker:
    """The media process. Everything runs on one event loop, without awaiting."""

    def __init__(
        self,
        endpoint: Endpoint,
        clock: Clock,
        on_event: Callable[[Event], None],
        fanout: FanOut,
    ) -> None:
        self.routers: dict[str, Router] = {}
        self.peers: dict[str, PeerTransport] = {}
        self.sinks: dict[str, DatagramSink] = {}
        self.replicas: set[str] = set()
        """Routers whose publishers are on another worker."""
        self.is_draining = False
        self.drained = asyncio.Event()
        """Set when it was told to drain and nothing is left."""
        self._endpoint = endpoint
        self._clock = clock
        self._on_event = on_event
        self._identity = DtlsIdentity()
        self._fanout = fanout
        self._mux = UdpMux(endpoint.sockets, clock.monotonic_ns)
        self._flusher = Flusher(self._guard)
        self.flush = self._flusher.flush
        self.relays = Relays(
            self.routers, self._flusher.touch, self._flusher.flush, on_event
        )
        self._shaking: set[PeerTransport] = set()
        self._load = LoadMeter(clock.monotonic_ns())
        self._guard_meter = BusyMeter(clock.monotonic_ns())
        self._load_guard = LoadGuard(clock.monotonic_ns())
        self._tally = Tally()
        self._totals_told_ns = clock.monotonic_ns()
        self._life_checked_ns = clock.monotonic_ns()
        self._failures = FailureLog(log)
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    # Life of the process.

    def start(self) -> None:
        """Begin to read the sockets and to tick."""
        for udp in self._endpoint.sockets:
            self._loop.add_reader(udp.sock.fileno(), self._on_readable, udp)
        if self._endpoint.tcp is not None:
            self._endpoint.tcp.start(self._loop, self._mux, self.flush)
        self._due_s = self._loop.time() + TICK_S
        self._timer = self._loop.call_at(self._due_s, self._on_tick)

    def drain(self) -> None:
        """Take nothing new; `drained` is set once the last router is closed."""
        if not self.is_draining:
            self.is_draining = True
            self._on_event(WorkerDraining())

    def close(self) -> None:
        """Close every peer, so that browsers notice at once, and the sockets."""
        for router_id in tuple(self.routers):
            self.close_router(router_id, "worker stopping")
        self.relays.close()
        if self._timer is not None:
            self._timer.cancel()
        self._flusher.close()
        for udp in self._endpoint.sockets:
            self._loop.remove_reader(udp.sock.fileno())
        if self._endpoint.tcp is not None:
            self._endpoint.tcp.close()
        self._mux.close()

    # What commands ask for.

    def open_router(self, router_id: str, *, is_replica: bool = False) -> None:
        if is_replica:
            self.replicas.add(router_id)
        else:
            self.replicas.discard(router_id)
        if router_id not in self.routers:
            self._check_takes_new()
            router = Router(router_id, self._clock, self._on_event)
            router.shed(STEPS[self._load_guard.level])
            self.routers[router_id] = router

    def _check_takes_new(self) -> None:
        if self.is_draining:
            raise WorkerFullError("the worker is draining")

    def close_router(self, router_id: str, reason: str = "router closed") -> None:
        """Close a router with everything in it; unknown ids are no error."""
        router = self.routers.get(router_id)
        if router is None:
            return
        for peer in self._peers_of(router_id):
            peer.close(reason)
        for sink in tuple(self.sinks.values()):
            if sink.router_id == router_id:
                self.close_sink(sink.sink_id)
        self.relays.close_router(router_id)
        router.close()
        self._tally.add_gone_router(router)
        del self.routers[router_id]
        self.replicas.discard(router_id)
        self._flusher.forget(router)
        del router
        # Slots, lines and router hold each other, 160 KiB, and by itself the collector
        # hardly ever looks at what is old (`media.__main__`).
        gc.collect()

    def open_peer(self, command: PeerOffer) -> tuple[str, str]:
        """Answer an offer; gives the SDP and the ICE session's tag.

        Raises KeyError for an unknown router, SdpError, WorkerFullError.
        """
        self._check_takes_new()
        router = self.routers[command.router_id]
        offer = parse_offer(command.offer_sdp)
        if len(self.peers) >= MAX_PEERS and command.peer_id not in self.peers:
            raise WorkerFullError(f"the worker has {MAX_PEERS} peers")
        ice = IceLite(self._clock.monotonic_ns())
        local = LocalTransport(
            ice.ufrag,
            ice.password,
            self._identity.fingerprint,
            self._endpoint.addresses,
            self._endpoint.port,
            has_tcp=self._endpoint.tcp is not None,
        )
        answer: Answer
        if command.direction == "publish":
            answer = answer_publish(offer, local, command.max_bps)
        else:
            ssrcs = SlotSsrcs(router.slot_ssrc, router.slot_rtx_ssrc)
            answer = answer_receive(offer, local, command.profile, ssrcs)
        self.close_peer(command.peer_id, "replaced")
        peer = PeerTransport(
            command.peer_id, command.router_id, command.direction, self, ice
        )
        peer.accept(
            answer, offer.fingerprints, self._identity, self._fanout, command.max_bps
        )
        peer.group = command.group
        self.peers[command.peer_id] = peer
        self._mux.add(peer)
        return answer.sdp, ice.ufrag

    def restart_peer(self, peer_id: str, remote_ufrag: str) -> tuple[str, str]:
        """Restart a peer's ICE; gives the SDP fragment and the new session's tag.

        Raises KeyError for an unknown peer.
        """
        peer = self.peers[peer_id]
        self._mux.restart(peer, remote_ufrag)
        ice = peer.ice
        return restart_fragment(peer.answer.sdp, ice.ufrag, ice.password), ice.ufrag

    def close_peer(self, peer_id: str, reason: str = "closed") -> None:
        """Close a peer; unknown ids are no error, the peer may just have left."""
        peer = self.peers.get(peer_id)
        if peer is not None:
            peer.close(reason)

    def open_sink(
        self, router_id: str, sink_id: str, path: str, slots: Sequence[str]
    ) -> tuple[SinkStream, ...]:
        """Open or replace a sink; raises KeyError or OSError."""
        router = self.routers[router_id]
        self.close_sink(sink_id)
        sink = DatagramSink(sink_id, router_id, path, self._loop)
        streams = router.open_sink(sink_id, slots, sink)
        sink.accept(streams)
        self.sinks[sink_id] = sink
        return streams

    def close_sink(self, sink_id: str) -> None:
        sink = self.sinks.pop(sink_id, None)
        if sink is not None:
            self.routers[sink.router_id].close_sink(sink_id)
            sink.close()
            self._tally.add_gone_sink(sink)

    def router_of(self, publication_id: str) -> Router:
        """Find the router that holds a publication; raises KeyError."""
        for router in self.routers.values():
            if any(
                one.publication_id == publication_id for one in router.publications()
            ):
                return router
        raise KeyError(publication_id)

    def prefer(self, peer_id: str, max_heights: dict[VideoSlot, int]) -> None:
        """Note what a viewer can use, also before it connected; raises KeyError."""
        peer = self.peers[peer_id]
        peer.wishes.update(max_heights)
        self.routers[peer.router_id].prefer(peer_id, max_heights)

    # What peers report (PeerOwner).

    def on_peer_state(self, peer: PeerTransport, reason: str) -> None:
        if peer.state == "connecting":
            self._shaking.add(peer)
        else:
            self._shaking.discard(peer)
        if peer.state == "connected":
            self._tally.note_joined(peer, self._clock.monotonic_ns())
            self._connect(peer)
        elif peer.state == "closed":
            self._forget(peer)
        self._on_event(
            PeerStateChanged(
                peer_id=peer.peer_id,
                router_id=peer.router_id,
                state=peer.state,
                reason=reason,
            )
        )

    def on_peer_moved(self, peer: PeerTransport) -> None:
        self.routers[peer.router_id].on_peer_moved(peer.peer_id)

    def on_rtp(self, peer: PeerTransport, packet: bytes, arrival_ns: int) -> None:
        router = self.routers[peer.router_id]
        router.on_rtp(peer.peer_id, packet, arrival_ns)
        self._flusher.touch(router)

    def on_rtcp(self, peer: PeerTransport, data: bytes, arrival_ns: int) -> None:
        router = self.routers[peer.router_id]
        router.on_rtcp(peer.peer_id, data, arrival_ns)
        if peer.direction == "publish":
            # What a viewer asks for is sent at once, or comes with the next packets.
            self._flusher.touch(router)

    def _connect(self, peer: PeerTransport) -> None:
        router = self.routers[peer.router_id]
        if peer.direction == "publish":
            tracks = peer.answer.tracks
            router.open_publisher(
                peer.peer_id, tracks, peer.out, peer.max_bps, peer.group
            )
        else:
            streams = peer.answer.streams
            router.open_viewer(peer.peer_id, streams, peer.out, peer.group, peer.wishes)
        self._flusher.touch(router)

    def _forget(self, peer: PeerTransport) -> None:
        self._mux.remove(peer)
        self._tally.add_gone_peer(peer)
        if self.peers.get(peer.peer_id) is peer:
            del self.peers[peer.peer_id]
            self.routers[peer.router_id].close_peer(peer.peer_id)

    def _peers_of(self, router_id: str) -> list[PeerTransport]:
        return [peer for peer in self.peers.values() if peer.router_id == router_id]

    # The loop.

    def _on_readable(self, udp: UdpSocket) -> None:
        self._mux.drain(udp)
        self.flush()

    def _on_tick(self) -> None:
        late_s = self._loop.time() - self._due_s
        self._load.note_lag(late_s)
        self._tally.loop_lag.add(1000 * late_s)
        self._due_s = max(self._due_s + TICK_S, self._loop.time())
        self._timer = self._loop.call_at(self._due_s, self._on_tick)
        now_ns = self._clock.monotonic_ns()
        self._shed(late_s, now_ns)
        for peer in tuple(self._shaking):
            self._guard(peer.on_timer)
        self._guard(self._mux.settle, now_ns)
        for router in self.routers.values():
            self._guard(router.tick, now_ns)
        if now_ns - self._life_checked_ns >= LIFE_CHECK_NS:
            self._life_checked_ns = now_ns
            self._each_second(now_ns)

    def _shed(self, late_s: float, now_ns: int) -> None:
        """Look at the load each half second; a full worker sends less on purpose."""
        load = self._guard_meter.observe(late_s, now_ns)
        if load is None:
            return
        before = self._load_guard.level
        step = self._load_guard.observe(load[0], load[1], now_ns)
        if self._load_guard.level != before:
            log.warning("load step %d -> %d", before, self._load_guard.level)
            for router in self.routers.values():
                router.shed(step)

    def _guard(self, call: Callable[..., None], *arguments: int) -> None:
        """Keep one router's failure from stopping the others; told each second."""
        try:
            call(*arguments)
        except Exception as error:
            self._failures.note(error)

    def _each_second(self, now_ns: int) -> None:
        for peer in tuple(self.peers.values()):
            peer.check_life(now_ns)
        for sink in tuple(self.sinks.values()):
            if sink.is_gone:
                self.close_sink(sink.sink_id)
                self._on_event(
                    WorkerError(object_id=sink.sink_id, message="the reader is gone")
                )
        if self._endpoint.tcp is not None:
            self._endpoint.tcp.check(now_ns)
        if self.is_draining and not self.routers:
            self.drained.set()
        self._mux.report_failures()
        for kind in self._failures.report("the media loop"):
            self._on_event(WorkerError(object_id="", message=kind))
        sent = self._fanout.packets_sent
        flow = (self._mux.packets_in, sent, len(self.peers))
        self._on_event(self._load.report(now_ns, *flow, self._load_guard.level))
        if now_ns - self._totals_told_ns >= TOTALS_NS:
            self._totals_told_ns = now_ns
            here = (self.peers.values(), self.routers.values(), self.sinks.values())
            self._on_event(self._tally.totals(self._mux, sent, *here))
