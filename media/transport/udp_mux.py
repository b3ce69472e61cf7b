"""`UdpMux`: tells packets apart by first byte (RFC 7983) and finds their peer.

It also takes the frames of TCP connections, which are the same packets.

Strangers get nothing: a STUN check must name a known ufrag and carry a valid
MESSAGE-INTEGRITY, DTLS and SRTP must come from an address that passed such a check.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from media.failure_log import FailureLog
from media.transport.ice_lite import Path, PathKey, path_key
from media.transport.peer import PeerTransport
from media.transport.stun import parse_binding_request
from media.transport.tcp import TcpConnection
from media.transport.udp import Address, UdpSocket

log = logging.getLogger(__name__)


class UdpMux:
    """All peers of a worker behind its one port."""

    def __init__(self, sockets: Sequence[UdpSocket], now_ns: Callable[[], int]) -> None:
        self.sockets = sockets
        self.packets_in = 0
        self.strangers = 0
        """Datagrams that belong to no peer."""
        self.faults = 0
        """Datagrams whose handling raised."""
        self._now_ns = now_ns
        self._by_path: dict[PathKey, tuple[PeerTransport, Path]] = {}
        self._by_ufrag: dict[str, PeerTransport] = {}
        self._challenged: set[PeerTransport] = set()
        self._failures = FailureLog(log)

    def add(self, peer: PeerTransport) -> None:
        self._by_ufrag[peer.ice.ufrag] = peer

    def restart(self, peer: PeerTransport, remote_ufrag: str) -> None:
        """Make the peer known by fresh ICE credentials too (see `IceLite.restart`)."""
        before = peer.ice.ufrags
        peer.ice.restart(remote_ufrag)
        self._rename(peer, before)

    def settle(self, now_ns: int) -> None:
        """Move flows whose address has changed; called from the worker's tick."""
        for peer in tuple(self._challenged):
            peer.settle(now_ns)
            if not peer.ice.is_challenged:
                self._challenged.discard(peer)

    def remove(self, peer: PeerTransport) -> None:
        self._challenged.discard(peer)
        for ufrag in peer.ice.ufrags:
            self._by_ufrag.pop(ufrag, None)
        for key in tuple(peer.ice.paths):
            self._forget(key, peer)

    def drain(self, udp: UdpSocket) -> int:
        """Read and handle what has arrived on one socket; returns how many."""
        return udp.drain(self.take)

    def on_frame(self, connection: TcpConnection, packet: bytes) -> None:
        """Handle one packet of a TCP connection."""
        self.take(connection, packet, connection.address)

    def on_closed(self, connection: TcpConnection) -> None:
        """Forget a closed connection; its peer goes on by another path."""
        found = self._by_path.pop(connection, None)
        if found is not None:
            peer, path = found
            peer.on_path_lost(path)

    def take(
        self, wire: UdpSocket | TcpConnection, data: bytes, address: Address
    ) -> None:
        """Handle one datagram; whatever goes wrong stays with this datagram."""
        self.packets_in += 1
        try:
            self._dispatch(wire, data, address)
        except Exception as error:
            # One bad datagram must not end the loop of everyone else (rule A6).
            self.faults += 1
            self._failures.note(error)

    def report_failures(self) -> None:
        """Log what was counted since the last call; once a second is often enough."""
        self._failures.report("datagrams")

    def _dispatch(
        self, wire: UdpSocket | TcpConnection, data: bytes, address: Address
    ) -> None:
        first = data[0] if data else 255
        if first < 4:
            self._on_stun(wire, data, address)
            return
        found = self._by_path.get(path_key(wire, address))
        if found is None:
            self.strangers += 1
            return
        peer, path = found
        if 128 <= first <= 191:
            peer.on_srtp(data, path, self._now_ns())
        elif 20 <= first <= 63:
            peer.on_dtls(data, path)

    def _on_stun(
        self, wire: UdpSocket | TcpConnection, data: bytes, address: Address
    ) -> None:
        try:
            request = parse_binding_request(data)
        except ValueError:
            self.strangers += 1
            return
        peer = self._by_ufrag.get(request.local_ufrag)
        if peer is None:
            self.strangers += 1
            return
        key = path_key(wire, address)
        if isinstance(wire, TcpConnection) and self._is_of_another(wire, peer):
            self.strangers += 1
            return
        known = key in peer.ice.paths
        before = () if known else tuple(peer.ice.paths)
        ufrags = peer.ice.ufrags
        if not peer.on_check(request, wire, address, self._now_ns()):
            self.strangers += 1
            return
        for old in before:
            if old not in peer.ice.paths:
                self._forget(old, peer)
        self._by_path[key] = (peer, peer.ice.paths[key])
        if isinstance(wire, TcpConnection):
            wire.admit()
        if len(ufrags) > 1:
            self._rename(peer, ufrags)
        if peer.ice.is_challenged:
            self._challenged.add(peer)

    def _rename(self, peer: PeerTransport, before: Sequence[str]) -> None:
        for ufrag in before:
            self._by_ufrag.pop(ufrag, None)
        for ufrag in peer.ice.ufrags:
            self._by_ufrag[ufrag] = peer

    def _is_of_another(self, connection: TcpConnection, peer: PeerTransport) -> bool:
        """A connection serves one peer; that one's paths bound how many there are."""
        found = self._by_path.get(connection)
        return found is not None and found[0] is not peer

    def _forget(self, key: PathKey, peer: PeerTransport) -> None:
        found = self._by_path.get(key)
        if found is not None and found[0] is peer:
            del self._by_path[key]
            if isinstance(key, TcpConnection):
                key.close()

    def close(self) -> None:
        for udp in self.sockets:
            udp.close()
