"""`PeerTransport`: ICE, DTLS and SRTP of one peer, from its first check to its end."""

from __future__ import annotations

import logging
from typing import Protocol

from pylibsrtp import Session

from media.protocol import Direction, PeerState, VideoSlot
from media.srtp.session import SrtpError, open_receiver
from media.transport.answer import Answer
from media.transport.dtls import DtlsError, DtlsIdentity, DtlsServer
from media.transport.fanout import FanOut
from media.transport.ice_lite import IceLite, Path
from media.transport.inbound import InboundGate
from media.transport.peer_out import PeerOut
from media.transport.stun import BindingRequest
from media.transport.tcp import TcpConnection
from media.transport.udp import Address, UdpSocket

log = logging.getLogger(__name__)

CONNECT_NS = 20_000_000_000
"""A peer that has not finished ICE and DTLS by then is closed."""


class PeerOwner(Protocol):
    """What the worker does when something happens on a peer."""

    def on_peer_state(self, peer: PeerTransport, reason: str) -> None: ...

    def on_peer_moved(self, peer: PeerTransport) -> None: ...

    def on_rtp(self, peer: PeerTransport, packet: bytes, arrival_ns: int) -> None: ...

    def on_rtcp(self, peer: PeerTransport, data: bytes, arrival_ns: int) -> None: ...


class PeerTransport:
    """One peer. All calls come from the worker's event loop."""

    def __init__(
        self,
        peer_id: str,
        router_id: str,
        direction: Direction,
        owner: PeerOwner,
        ice: IceLite,
    ) -> None:
        self.peer_id = peer_id
        self.router_id = router_id
        self.direction: Direction = direction
        self.state: PeerState = "new"
        self.ice = ice
        self.group = ""
        """Peers of one person share one; empty stands alone."""
        self.wishes: dict[VideoSlot, int] = {}
        """What a receiving peer can use of each picture; see `ViewerPrefer`."""
        self.opened_ns = ice.checked_ns
        self._owner = owner
        self._receiver: Session | None = None
        self._dtls_path: Path | None = None
        self._moves = 0

    def accept(
        self,
        answer: Answer,
        fingerprints: tuple[tuple[str, str], ...],
        identity: DtlsIdentity,
        fanout: FanOut,
        max_bps: int,
    ) -> None:
        """Take what the answer promised; must be called before the first datagram."""
        self.max_bps = max_bps
        self.answer = answer
        self.gate = InboundGate(answer.tracks, max_bps)
        self.out = PeerOut(answer.streams, fanout)
        self._dtls = DtlsServer(identity, fingerprints, self._send_dtls)

    @property
    def is_closed(self) -> bool:
        return self.state == "closed"

    @property
    def is_shaking_hands(self) -> bool:
        return self.state == "connecting"

    def on_check(
        self,
        request: BindingRequest,
        wire: UdpSocket | TcpConnection,
        address: Address,
        now_ns: int,
    ) -> bool:
        """Answer an authentic check, follow its nomination; False when it is forged."""
        if not self.ice.on_check(request, wire, address, now_ns):
            return False
        if self.state == "new":
            self._enter("connecting")
        elif self.state == "connected":
            self._follow()
        return True

    def settle(self, now_ns: int) -> None:
        """Follow a peer whose address changed without a nomination."""
        if self.ice.settle(now_ns) and self.state == "connected":
            self._follow()

    def on_path_lost(self, path: Path) -> None:
        """Go on by another path, if there is one: this one's connection was closed."""
        self.ice.lose(path)
        if self.state == "connected":
            self._follow()

    def _follow(self) -> None:
        """Send by the selected path; tell when it is another."""
        self.out.use_path(self.ice.selected)
        if self.ice.moves != self._moves:
            self._moves = self.ice.moves
            self._owner.on_peer_moved(self)

    def on_dtls(self, datagram: bytes, path: Path) -> None:
        """Take a DTLS datagram of a validated address."""
        self._dtls_path = path
        try:
            finished = self._dtls.receive(datagram)
        except DtlsError as error:
            self.close(str(error))
            return
        if finished:
            assert self._dtls.receive_key is not None
            assert self._dtls.send_key is not None
            self._receiver = open_receiver(self._dtls.receive_key)
            self.out.open(self._dtls.send_key)
            self.out.use_path(self.ice.selected)
            self._moves = self.ice.moves
            self._enter("connected")

    def on_srtp(self, data: bytes, path: Path, now_ns: int) -> None:
        """Take an SRTP or SRTCP datagram of a validated address."""
        receiver = self._receiver
        if receiver is None or len(data) < 2:
            return
        # RTCP packet types 192 to 223 can not be RTP payload types (RFC 5761, 4).
        is_rtcp = 192 <= data[1] <= 223
        gate = self.gate
        if not (gate.admits_rtcp if is_rtcp else gate.admits_rtp)(data, now_ns):
            return
        try:
            if is_rtcp:
                plain = receiver.unprotect_rtcp(data)
            else:
                plain = receiver.unprotect(data)
        except (SrtpError, ValueError):
            gate.dropped += 1
            return
        path.heard_ns = now_ns
        gate.learn(data, is_rtcp=is_rtcp)
        if is_rtcp:
            self._owner.on_rtcp(self, plain, now_ns)
        else:
            self._owner.on_rtp(self, plain, now_ns)

    def on_timer(self) -> None:
        """Repeat a lost DTLS flight; called from the worker's tick while connecting."""
        self._dtls.on_timer()

    def check_life(self, now_ns: int) -> None:
        """Close a peer that never connected or whose consent ended."""
        if self.state in ("new", "connecting"):
            if now_ns - self.opened_ns > CONNECT_NS:
                self.close("not connected in time")
        elif self.state == "connected" and not self.ice.has_consent(now_ns):
            self.close("consent expired", says_goodbye=False)

    def close(self, reason: str, *, says_goodbye: bool = True) -> None:
        """End it; nothing is sent or received afterwards.

        Without consent not even a goodbye may be sent (RFC 7675, 5.1).
        """
        if self.state == "closed":
            return
        if says_goodbye:
            self._dtls.close()
        self._dtls.forget_sender()
        self.out.use_path(None)
        self._receiver = None
        self._enter("closed", reason)

    def _enter(self, state: PeerState, reason: str = "") -> None:
        self.state = state
        log.info("peer=%s %s %s", self.peer_id, state, reason)
        self._owner.on_peer_state(self, reason)

    def _send_dtls(self, datagram: bytes) -> None:
        path = self._dtls_path
        if self.state == "connected" and self.ice.selected is not None:
            path = self.ice.selected
        if path is not None:
            path.send(datagram)
