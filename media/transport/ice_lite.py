"""One ICE-lite session (RFC 8445, appendix A): we answer checks and never send any.

Consent (RFC 7675) is the peer's own checks: when they stop for 30 s, so do we.

A restart (RFC 8445, 2.4) makes new credentials beside those in use. Media goes on by
the old path until the first authentic check with the new; then the old are forgotten.

Paths by UDP and by TCP are checked at the same time. UDP is better while it works: a
late sound packet is worth nothing, and TCP waits for every lost one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from media.transport.mmsg import Sockaddr
from media.transport.stun import BindingRequest, build_binding_success
from media.transport.tcp import TcpConnection
from media.transport.udp import Address, UdpSocket

CONSENT_NS = 30_000_000_000
MAX_PATHS = 16
"""Validated addresses kept for a peer; the longest silent one leaves."""

SILENT_NS = 700_000_000
"""A nominated path unheard of for this long gives way to any valid check, also to one
that came since: with the worker's tick that is within a second of the check."""

OTHER_WIRE_NS = 5_000_000_000
"""The same between UDP and TCP: Chromium checks the pairs that it does not use each
2.5 s, so one such check says nothing about the one it uses."""

PathKey = Address | TcpConnection
"""What tells paths apart: the peer's address by UDP, the connection itself by TCP."""


@dataclass(slots=True, eq=False)
class Path:
    """A validated 5-tuple: one of our sockets and the peer's address."""

    wire: UdpSocket | TcpConnection
    address: Address
    heard_ns: int
    """When an authentic packet of any kind came by it."""
    checked_ns: int = field(init=False)
    is_nominated: bool = False
    nominated_ns: int = 0
    """When USE-CANDIDATE last came on it."""
    udp: UdpSocket | None = field(init=False)
    """None over TCP, which the fan-out's datagrams can not take."""
    name: Sockaddr = field(init=False)

    def __post_init__(self) -> None:
        self.udp = self.wire if isinstance(self.wire, UdpSocket) else None
        self.name = Sockaddr(self.address)
        self.checked_ns = self.heard_ns

    @property
    def key(self) -> PathKey:
        return path_key(self.wire, self.address)

    def send(self, packet: bytes, *, is_video: bool = False) -> bool:
        """Send one packet; False when it had to be dropped."""
        wire = self.wire
        if isinstance(wire, TcpConnection):
            return wire.send(packet, is_video=is_video)
        return wire.send(packet, self.address)


def path_key(wire: UdpSocket | TcpConnection, address: Address) -> PathKey:
    return address if isinstance(wire, UdpSocket) else wire


class IceLite:
    """Credentials, validated paths and the selected one of one peer."""

    def __init__(self, now_ns: int) -> None:
        self._keys: dict[str, bytes] = {}
        """Password by ufrag: the newest, and during a restart also those in use."""
        self._make_credentials()
        self._used_ufrag = self.ufrag
        """Of the latest authentic check."""
        self._restarted_for = ""
        self.paths: dict[PathKey, Path] = {}
        self.selected: Path | None = None
        self.moves = 0
        """How often a path was selected; a restart selects anew."""
        self._challenger: Path | None = None
        """Checked while the nominated path was alive; waits for that one's silence."""
        self.checked_ns = now_ns
        """When the last authentic check came; the start counts as one."""

    @property
    def ufrags(self) -> tuple[str, ...]:
        """What checks may name us by: one, or two during a restart."""
        return tuple(self._keys)

    @property
    def is_challenged(self) -> bool:
        """`settle` is due until this is over."""
        return self._challenger is not None

    def restart(self, remote_ufrag: str) -> None:
        """Make new credentials for the peer's new ones; the same again changes nothing.

        What an earlier restart made and nobody used is void.
        """
        if remote_ufrag == self._restarted_for:
            return
        self._restarted_for = remote_ufrag
        self._keys = {self._used_ufrag: self._keys[self._used_ufrag]}
        self._make_credentials()

    def on_check(
        self,
        request: BindingRequest,
        wire: UdpSocket | TcpConnection,
        address: Address,
        now_ns: int,
    ) -> bool:
        """Answer a check; False (and silence) when it is not authentic."""
        key = self._keys.get(request.local_ufrag)
        if key is None or not request.is_authentic(key):
            return False
        if request.local_ufrag == self.ufrag != self._used_ufrag:
            self._finish_restart()
        path = self.paths.get(path_key(wire, address))
        if path is None:
            path = self._add_path(Path(wire, address, now_ns))
        path.heard_ns = path.checked_ns = self.checked_ns = now_ns
        if request.use_candidate:
            path.is_nominated = True
            path.nominated_ns = now_ns
        if self._should_select(path, request.use_candidate, now_ns):
            self._select(path)
        elif path is not self.selected:
            self._challenger = path
        host, port = address[0], address[1]
        path.send(build_binding_success(request.transaction_id, key, host, port))
        return True

    def settle(self, now_ns: int) -> bool:
        """Follow the challenger once the selected path fell silent; True if so.

        A rebound NAT sends from a new address only, and a check without nomination may
        not come again for seconds (2.5 s in Chromium, 5 s in aiortc).
        """
        challenger, selected = self._challenger, self.selected
        if challenger is None or selected is None:
            return False
        if challenger.checked_ns <= selected.heard_ns:
            self._challenger = None
        elif now_ns - selected.heard_ns > _patience_ns(selected, challenger):
            self._select(challenger)
            return True
        return False

    def lose(self, path: Path) -> None:
        """Forget a path whose connection was closed; the one heard last takes over."""
        self.paths.pop(path.key, None)
        if self._challenger is path:
            self._challenger = None
        if self.selected is path:
            left = self.paths.values()
            self.selected = max(left, key=lambda each: each.heard_ns, default=None)
            self.moves += 1
            self._challenger = None

    def has_consent(self, now_ns: int) -> bool:
        return now_ns - self.checked_ns < CONSENT_NS

    def _should_select(self, path: Path, use_candidate: bool, now_ns: int) -> bool:
        selected = self.selected
        if selected is None or selected is path:
            return True
        if use_candidate and path.udp is None and selected.udp is not None:
            # Firefox marks the checks of every pair and means the best of them.
            is_marked = now_ns - selected.nominated_ns <= SILENT_NS
            return not (selected.is_nominated and is_marked)
        return (
            use_candidate
            # A first check by TCP is no better than one by UDP.
            or (not selected.is_nominated and not (selected.udp and path.udp is None))
            or now_ns - selected.heard_ns > _patience_ns(selected, path)
        )

    def _select(self, path: Path) -> None:
        self.moves += path is not self.selected
        self.selected, self._challenger = path, None

    def _make_credentials(self) -> None:
        self.ufrag = secrets.token_hex(4)
        self.password = secrets.token_hex(16)
        self._keys[self.ufrag] = self.password.encode()

    def _finish_restart(self) -> None:
        """Forget the old credentials; nothing is sent by paths they validated.

        What the peer sent by them before it moved may still arrive, so they are kept to
        be heard on, until MAX_PATHS or a check with the new credentials.
        """
        self._used_ufrag = self.ufrag
        self._keys = {self.ufrag: self._keys[self.ufrag]}
        self.selected = self._challenger = None
        for path in self.paths.values():
            path.is_nominated = False

    def _add_path(self, path: Path) -> Path:
        if len(self.paths) >= MAX_PATHS:
            oldest = min(
                (known for known in self.paths.values() if known is not self.selected),
                key=lambda known: known.heard_ns,
            )
            del self.paths[oldest.key]
        self.paths[path.key] = path
        return path


def _is_same_wire(one: Path, other: Path) -> bool:
    return (one.udp is None) == (other.udp is None)


def _patience_ns(selected: Path, other: Path) -> int:
    """Give how long the selected path may be silent before another is followed."""
    return SILENT_NS if _is_same_wire(selected, other) else OTHER_WIRE_NS
