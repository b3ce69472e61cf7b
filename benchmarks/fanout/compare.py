"""Runs all servers and the C floor under the same loads, one after the other."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.fanout.floor import compiled_floor, measure_floor
from benchmarks.fanout.janus import Janus
from benchmarks.fanout.measure import SETTLE_S, Result, measure
from benchmarks.fanout.mediasoup import Mediasoup
from benchmarks.fanout.servers import Hallcast

PEERS: tuple[type[Janus | Mediasoup], ...] = (Janus, Mediasoup)
PEERS_MAXIMUM = 500
"""Above, the peers fill their cores on this load and the run says nothing."""
BUSY_PERCENT = 95.0
HEADER = (
    "| subscribers | server | us/packet | of Janus | of mediasoup | of floor | CPU % | "
    "loss % | delay p50/p99/max ms: audio | video | join ms | KiB each | "
    "load generator CPU % |\n"
    "|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
)


@dataclass
class Comparison:
    """One number of subscribers."""

    subscribers: int
    floor_us: float | None
    results: dict[type, Result] = field(default_factory=dict)

    def ratio(self, other: type) -> float | None:
        """Our cost as a share of another server's in this run."""
        ours, theirs = self.results.get(Hallcast), self.results.get(other)
        if ours is None or theirs is None:
            return None
        return ours.cpu_us_per_packet / theirs.cpu_us_per_packet

    @property
    def floor_ratio(self) -> float | None:
        ours = self.results.get(Hallcast)
        if ours is None or self.floor_us is None:
            return None
        return ours.cpu_us_per_packet / self.floor_us


async def compare(
    counts: Sequence[int],
    seconds: float,
    peers: Sequence[type[Janus | Mediasoup]],
    settle_s: float = SETTLE_S,
) -> AsyncIterator[Comparison]:
    """Measure each count; rows are printed as they come."""
    print(HEADER)
    with compiled_floor() as program:
        if program is None:
            print("No gcc or no OpenSSL headers: no floor.", file=sys.stderr)
        for count in counts:
            floor_us = await _print_floor(program, count, seconds / 2)
            comparison = Comparison(count, floor_us)
            # Ours last: its row has the ratios to the others of the same minute.
            for make in (*peers, Hallcast):
                if make is not Hallcast and count > PEERS_MAXIMUM:
                    continue
                result = await measure(make(), count, seconds, settle_s)
                comparison.results[make] = result
                print(_row(result, comparison), flush=True)
                _warn(result)
            yield comparison


async def _print_floor(
    program: Path | None, count: int, seconds: float
) -> float | None:
    if program is None:
        return None
    plain = await measure_floor(program, count, seconds, use_gso=False)
    gso = await measure_floor(program, count, seconds, use_gso=True)
    for name, figure in (("C, one send a packet", plain), ("C, GSO", gso)):
        print(f"| {count} | {name} | {figure:.2f} |" + " |" * 10)
    return gso


def _row(result: Result, comparison: Comparison) -> str:
    ours = result.server == Hallcast.name
    ratios = [comparison.ratio(Janus), comparison.ratio(Mediasoup)] if ours else []
    floor_us = comparison.floor_us
    of_floor = result.cpu_us_per_packet / floor_us if floor_us else None
    cells = [
        str(result.connected),
        result.server,
        f"{result.cpu_us_per_packet:.2f}",
        *(_ratio(one) for one in ratios or (None, None)),
        _ratio(of_floor),
        f"{result.cpu_percent:.0f}",
        f"{result.loss_percent:.2f}",
        str(result.delays.audio),
        str(result.delays.video),
        f"{result.join_cpu_ms:.1f}",
        f"{result.kib_per_subscriber:.0f}",
        f"{result.load_percent:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _warn(result: Result) -> None:
    if result.connected < result.subscribers:
        print(f"only {result.connected} of {result.subscribers} connected")
    if result.samples_failed or not result.samples:
        print(f"{result.samples_failed} of {result.samples} samples did not decrypt")
    if "GCM" not in result.profile:
        print(f"{result.server} chose {result.profile}")
    if result.load_percent > BUSY_PERCENT:
        print("the load generator was the bottleneck: these figures are its own")
