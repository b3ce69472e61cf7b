"""The part of `media.protocol` that concerns several workers: relays and draining."""

from __future__ import annotations

import msgspec


class _Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shared settings of every wire struct."""


class WorkerDrain(_Struct, frozen=True, tag="worker.drain"):
    """Take no new routers and peers, and end once the last router is closed."""


class RelayOpen(_Struct, frozen=True, tag="relay.open"):
    """Send everything a router's publishers send to its replica on another worker.

    The other worker, which must have the router open, takes publishers and packets as
    its own and sends back its wishes for keyframes. An open relay stays as it is.
    """

    router_id: str
    relay_id: str
    path: str
    """`relay_path` of the other worker's hello."""


class RelayClose(_Struct, frozen=True, tag="relay.close"):
    relay_id: str


class RelayClosed(_Struct, frozen=True, tag="relay.closed"):
    """The replica is gone, or did not keep up; told by the origin."""

    router_id: str
    relay_id: str


class WorkerDraining(_Struct, frozen=True, tag="worker.draining"):
    """It was told to drain: move what it has elsewhere."""
