"""One ICE-lite session (RFC 8445, appendix A): we answer checks and never send any.

Consent (RFC 7675) is the peer's own checks: when they stop for 30 s, so do we.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from media.transport.mmsg import Sockaddr
from media.transport.stun import BindingRequest, build_binding_success
from media.transport.udp import Address, UdpSocket

CONSENT_NS = 30_000_000_000
MAX_PATHS = 16
"""Validated addresses kept for a peer; the longest silent one leaves."""

SILENT_NS = 1_000_000_000
"""A nominated path unheard of for this long gives way to any valid check."""


@dataclass(slots=True, eq=False)
class Path:
    """A validated 5-tuple: one of our sockets and the peer's address."""

    udp: UdpSocket
    address: Address
    heard_ns: int
    is_nominated: bool = False
    name: Sockaddr = field(init=False)

    def __post_init__(self) -> None:
        self.name = Sockaddr(self.address)


class IceLite:
    """Credentials, validated paths and the selected one of one peer."""

    def __init__(self, now_ns: int) -> None:
        self.ufrag = secrets.token_hex(4)
        self.password = secrets.token_hex(16)
        self._key = self.password.encode()
        self.paths: dict[Address, Path] = {}
        self.selected: Path | None = None
        self.checked_ns = now_ns
        """When the last authentic check came; the start counts as one."""

    def on_check(
        self, request: BindingRequest, udp: UdpSocket, address: Address, now_ns: int
    ) -> bool:
        """Answer a check; False (and silence) when it is not authentic."""
        if not request.is_authentic(self._key):
            return False
        path = self.paths.get(address)
        if path is None:
            path = self._add_path(Path(udp, address, now_ns))
        path.heard_ns = self.checked_ns = now_ns
        if request.use_candidate:
            path.is_nominated = True
        if self._should_select(path, request.use_candidate, now_ns):
            self.selected = path
        host, port = address[0], address[1]
        answer = build_binding_success(request.transaction_id, self._key, host, port)
        udp.send(answer, address)
        return True

    def has_consent(self, now_ns: int) -> bool:
        return now_ns - self.checked_ns < CONSENT_NS

    def _should_select(self, path: Path, use_candidate: bool, now_ns: int) -> bool:
        selected = self.selected
        return (
            selected is None
            or use_candidate
            or not selected.is_nominated
            or now_ns - selected.heard_ns > SILENT_NS
        )

    def _add_path(self, path: Path) -> Path:
        if len(self.paths) >= MAX_PATHS:
            oldest = min(
                (known for known in self.paths.values() if known is not self.selected),
                key=lambda known: known.heard_ns,
            )
            del self.paths[oldest.address]
        self.paths[path.address] = path
        return path
