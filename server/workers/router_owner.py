"""Between the pool and whoever owns a router: what is held where, and what happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from media import protocol


@dataclass(frozen=True)
class RouterDump:
    """What a worker holds of one router."""

    peers: dict[str, protocol.PeerInfo] = field(default_factory=dict)
    publications: dict[str, protocol.PublicationInfo] = field(default_factory=dict)
    slots: dict[str, str | None] = field(default_factory=dict)
    sinks: frozenset[str] = frozenset()

    @classmethod
    def of(cls, dump: protocol.Dump, router_id: str) -> RouterDump:
        return cls(
            peers={p.peer_id: p for p in dump.peers if p.router_id == router_id},
            publications={
                p.publication_id: p
                for p in dump.publications
                if p.router_id == router_id
            },
            slots={
                s.slot: s.publication_id for s in dump.slots if s.router_id == router_id
            },
            sinks=frozenset(dump.sinks),
        )


class RouterOwner(Protocol):
    """Whom the pool tells about one router; called on the event loop, never blocks."""

    def on_router_up(self, index: int, dump: RouterDump, is_fresh: bool) -> None:
        """The router is open on this worker, the origin: publishers go there.

        `is_fresh`: an empty one, all media began anew.
        """

    def on_router_down(self) -> None:
        """The origin is away."""

    def on_replica_up(self, index: int, dump: RouterDump) -> None:
        """A further worker has the router and gets what publishers send."""

    def on_replica_down(self, index: int) -> None:
        """It is away, with the viewers it had."""

    def on_viewers_closed(self, peer_ids: Sequence[str]) -> None:
        """These were closed so that they come back and are placed anew."""

    def on_media_event(self, index: int, event: protocol.Event) -> None:
        """Something happened on one of these workers."""
