"""`Relays`: both ends of a worker's relays, joined with its routers.

The origin of a router connects to the worker of each replica and names the router;
the replica takes the publishers that follow as its own (`media.sfu.relay_replica`).
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from media.protocol import Event, RelayClosed, RelayOpen
from media.sfu.relay_replica import Replica
from media.sfu.relay_wire import (
    KeyframeWanted,
    MalformedRelayError,
    RepeatsWanted,
    RouterNamed,
    decode_control,
    encode_control,
)
from media.sfu.router import Router
from media.transport.relay import RelayListener, RelaySocket, connect_relay

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Outgoing:
    info: RelayOpen
    router: Router
    socket: RelaySocket


@dataclass(slots=True)
class _Incoming:
    router: Router
    replica: Replica


class Relays:
    """Opens, accepts and ends relays; `touch` marks a router that has to flush."""

    def __init__(
        self,
        routers: Mapping[str, Router],
        touch: Callable[[Router], None],
        flush: Callable[[], None],
        on_event: Callable[[Event], None],
    ) -> None:
        self._routers = routers
        self._touch = touch
        self._flush = flush
        self._on_event = on_event
        self._loop = asyncio.get_running_loop()
        self._listener: RelayListener | None = None
        self._outgoing: dict[str, _Outgoing] = {}
        self._incoming: dict[RelaySocket, _Incoming | None] = {}
        """None until the origin has named the router."""

    @property
    def infos(self) -> tuple[RelayOpen, ...]:
        """The relays to other workers."""
        return tuple(one.info for one in self._outgoing.values())

    def listen(self, path: str) -> None:
        """Take relays of other workers. Raises OSError."""
        self._listener = RelayListener(path, self._loop, self._accept)

    def close(self) -> None:
        for relay_id in tuple(self._outgoing):
            self.close_relay(relay_id)
        for sock in tuple(self._incoming):
            self._end(sock)
        if self._listener is not None:
            self._listener.close()

    # The end at the origin.

    def open_relay(self, info: RelayOpen) -> None:
        """Send a router's publishers to a replica; one that is open stays as it is.

        Raises KeyError for an unknown router, OSError when nobody listens.
        """
        router = self._routers[info.router_id]
        before = self._outgoing.get(info.relay_id)
        if before is not None and before.info == info and not before.socket.is_over:
            return
        self.close_relay(info.relay_id)
        sock = RelaySocket(
            connect_relay(info.path),
            self._loop,
            lambda _, message: self._on_feedback(router, message),
            lambda: None,
            lambda _: self._lose(info),
        )
        self._outgoing[info.relay_id] = _Outgoing(info, router, sock)
        sock.send(encode_control(RouterNamed(info.router_id)))
        router.relay.add(sock)

    def close_relay(self, relay_id: str) -> None:
        """End a relay; unknown ids are no error."""
        outgoing = self._outgoing.pop(relay_id, None)
        if outgoing is not None:
            outgoing.router.relay.remove(outgoing.socket)
            outgoing.socket.close()

    def close_router(self, router_id: str) -> None:
        """End every relay of a router, in both directions."""
        for outgoing in tuple(self._outgoing.values()):
            if outgoing.info.router_id == router_id:
                self.close_relay(outgoing.info.relay_id)
        for sock, incoming in tuple(self._incoming.items()):
            if incoming is not None and incoming.router.router_id == router_id:
                self._end(sock)

    def _lose(self, info: RelayOpen) -> None:
        log.warning("relay=%s the replica is gone", info.relay_id)
        self.close_relay(info.relay_id)
        self._on_event(RelayClosed(router_id=info.router_id, relay_id=info.relay_id))

    def _on_feedback(self, router: Router, message: bytes) -> None:
        try:
            wish = decode_control(message)
        except MalformedRelayError as error:
            log.warning("router=%s feedback of a replica: %s", router.router_id, error)
            return
        if isinstance(wish, KeyframeWanted | RepeatsWanted):
            router.relay.on_wish(wish)

    # The end at the replica.

    def _accept(self, sock: socket.socket) -> None:
        relay = RelaySocket(sock, self._loop, self._on_relayed, self._flush, self._end)
        self._incoming[relay] = None

    def _on_relayed(self, sock: RelaySocket, message: bytes) -> None:
        try:
            incoming = self._incoming[sock]
            if incoming is None:
                self._begin(sock, message)
                return
            incoming.replica.on_message(message)
            self._touch(incoming.router)
        except MalformedRelayError as error:
            log.warning("a relay was refused: %s", error)
            self._end(sock)

    def _begin(self, sock: RelaySocket, message: bytes) -> None:
        first = decode_control(message)
        router = None
        if isinstance(first, RouterNamed):
            router = self._routers.get(first.router_id)
        if router is None:
            raise MalformedRelayError("it names no router that is open here")
        # The newest counts: the origin that had opened the older one is dead.
        for other, incoming in tuple(self._incoming.items()):
            if incoming is not None and incoming.router is router:
                self._end(other)
        self._incoming[sock] = _Incoming(router, Replica(router, sock.send))

    def _end(self, sock: RelaySocket) -> None:
        incoming = self._incoming.pop(sock, None)
        sock.close()
        if incoming is not None:
            incoming.replica.close()
            self._touch(incoming.router)
