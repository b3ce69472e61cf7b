"""What a worker counted since it started: the part of `media.protocol` for operators.

Everybody imports these from `media.protocol`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Direction = Literal["publish", "receive"]
DropReason = Literal[
    "stranger",
    "gate",
    "malformed",
    "refused",
    "fault",
    "viewer_fault",
    "socket_full",
    "sink_full",
]
"""Why the worker dropped a packet: of an address that is no peer; not declared, over
the peer's rate or not authentic; no valid RTP or RTCP; no publication takes it; an
exception of ours while reading, or while sending to one viewer; the socket was full (or
the rest of that frame); the recorder was too slow."""


class _Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shared settings of every wire struct."""


class Histogram(_Struct, frozen=True):
    """How often a time was how long, since the worker started."""

    bounds_ms: tuple[int, ...]
    """Upper bounds, each inclusive, rising."""
    counts: tuple[int, ...]
    """Up to each bound and above the one before; one more for all beyond the last."""
    sum_ms: float


class RouterTraffic(_Struct, frozen=True):
    router_id: str
    viewers: int
    publishers: int
    in_bps: int
    out_bps: int


class WorkerTotals(_Struct, frozen=True, tag="worker.totals"):
    """Every 5 s: what was counted since the worker started; dropped first too."""

    packets_in: int
    packets_out: int
    drops: dict[DropReason, int]
    retransmissions: int
    keyframe_requests: int
    joins: dict[Direction, Histogram]
    """From offer to connected."""
    failed_joins: dict[Direction, int]
    """Peers that were closed before they connected."""
    loop_lag: Histogram
    """How late each 20 ms tick came."""
    routers: tuple[RouterTraffic, ...]


class RouterStats(_Struct, frozen=True, tag="router.stats.reply"):
    viewers: int
    packets_in: int
    packets_out: int
    packets_dropped: int
    retransmissions: int
    in_bps: int
    out_bps: int
    publishers: int = 0
    keyframe_requests: int = 0
    drops: dict[DropReason, int] = {}
    """`packets_dropped` by reason, as far as the router sees them."""


class WorkerLoad(_Struct, frozen=True, tag="worker.load"):
    """Every second; dropped first when the control socket is slow."""

    cpu_percent: float
    loop_lag_ms: float
    packets_in: int
    packets_out: int
    peers: int
    shed_step: int = 0
    """Index into `sfu/shedding.py` STEPS: 0 while everybody gets what they can use."""
