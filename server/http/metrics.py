"""`/metrics` for Prometheus. Every metric stands in deploy/METRICS.md, held by a test.

No names, no ids of people. Session ids are labels: one series for each that has media
now, at most `MAX_SESSIONS`, the smaller ones together.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import get_args

from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from media import protocol
from server.domain.lines import Rung, Standing
from server.errors import NotFoundError
from server.http.context import services
from server.parts import Services

routes = web.RouteTableDef()
MAX_SESSIONS = 100
HEIGHT_CLASSES = (180, 360, 720, 1080)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PROXY_HEADERS = ("X-Forwarded-For", "Forwarded", "Via")


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Prometheus text format 0.0.4."""
    everything = services(request)
    token = everything.config.metrics_token
    if token and not _brings(request, token):
        return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
    if not token and not _is_this_machine(request):
        raise NotFoundError
    own = generate_latest(everything.meters.registry)
    return web.Response(
        body=own + generate_latest(NodeCollector(everything)),
        headers={"Content-Type": CONTENT_TYPE},
    )


def _brings(request: web.Request, token: str) -> bool:
    given = request.headers.get("Authorization", "")
    return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _is_this_machine(request: web.Request) -> bool:
    """Behind a proxy every address looks like this machine's: then only by token."""
    config = services(request).config
    if config.public_url or config.trust_proxy:
        return False
    if any(name in request.headers for name in _PROXY_HEADERS):
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


class NodeCollector:
    """Reads what media workers, recorder and live sessions last told."""

    def __init__(self, everything: Services) -> None:
        self._director = everything.director
        self._live = everything.live

    def collect(self) -> Iterator[Metric]:
        yield from self._health()
        yield from self._loads()
        yield from self._totals()
        yield from self._traffic()
        yield from self._audience()

    def _health(self) -> Iterator[Metric]:
        yield _gauge(
            "hallcast_sessions_active",
            "Sessions that have media now.",
            self._director.session_count,
        )
        yield _gauge(
            "hallcast_recorder_up",
            "1 while the recorder answers.",
            int(self._director.recorder.is_up),
        )
        up = GaugeMetricFamily(
            "hallcast_media_up", "1 while the media worker answers.", labels=["worker"]
        )
        for index, is_up in self._director.pool.workers.items():
            up.add_metric([str(index)], int(is_up))
        yield up
        recordings = GaugeMetricFamily(
            "hallcast_recordings", "Live sessions by their recording.", labels=["state"]
        )
        states = Counter(
            one.state.recording for one in self._live.all if one.state.status == "live"
        )
        for state, count in sorted(states.items()):
            recordings.add_metric([state], count)
        yield recordings

    def _loads(self) -> Iterator[Metric]:
        peers = _by_worker_gauge("hallcast_media_peers", "Peers, both ways.")
        cpu = _by_worker_gauge(
            "hallcast_media_cpu_ratio", "Of one core, over the last second."
        )
        lag = _by_worker_gauge(
            "hallcast_media_loop_lag_worst_seconds", "Worst of the last second."
        )
        shed = _by_worker_gauge(
            "hallcast_media_shed_step",
            "What it keeps back for want of time; 0: nothing.",
        )
        for index, load in self._director.pool.loads.items():
            peers.add_metric([str(index)], load.peers)
            cpu.add_metric([str(index)], load.cpu_percent / 100)
            lag.add_metric([str(index)], load.loop_lag_ms / 1000)
            shed.add_metric([str(index)], load.shed_step)
        yield from (peers, cpu, lag, shed)

    def _totals(self) -> Iterator[Metric]:
        came = _by_worker("hallcast_media_packets_in", "Datagrams received.")
        went = _by_worker("hallcast_media_packets_out", "Media packets sent.")
        drops = _by_worker(
            "hallcast_media_drops", "Packets dropped, by reason.", "reason"
        )
        repairs = _by_worker(
            "hallcast_media_retransmissions", "Packets sent again on a NACK."
        )
        keyframes = _by_worker(
            "hallcast_media_keyframe_requests", "Keyframes asked of sources."
        )
        failed = _by_worker(
            "hallcast_media_failed_joins",
            "Peers that were closed before they connected.",
            "direction",
        )
        joins = HistogramMetricFamily(
            "hallcast_media_join_seconds",
            "From offer to connected.",
            labels=["worker", "direction"],
        )
        lag = HistogramMetricFamily(
            "hallcast_media_loop_lag_seconds",
            "How late each 20 ms tick came.",
            labels=["worker"],
        )
        for index, told in self._director.pool.totals.items():
            worker = str(index)
            came.add_metric([worker], told.packets_in)
            went.add_metric([worker], told.packets_out)
            repairs.add_metric([worker], told.retransmissions)
            keyframes.add_metric([worker], told.keyframe_requests)
            for reason in get_args(protocol.DropReason):
                drops.add_metric([worker, reason], told.drops.get(reason, 0))
            for direction in get_args(protocol.Direction):
                failed.add_metric(
                    [worker, direction], told.failed_joins.get(direction, 0)
                )
            for direction, times in told.joins.items():
                _add_times(joins, [worker, direction], times)
            _add_times(lag, [worker], told.loop_lag)
        yield from (came, went, drops, repairs, keyframes, failed, joins, lag)

    def _traffic(self) -> Iterator[Metric]:
        rate = GaugeMetricFamily(
            "hallcast_session_bits_per_second",
            "Media of a session over the last second.",
            labels=["session", "direction"],
        )
        viewers = GaugeMetricFamily(
            "hallcast_session_viewers", "Who receives by WebRTC.", labels=["session"]
        )
        publishers = GaugeMetricFamily(
            "hallcast_session_publishers", "Sources that send.", labels=["session"]
        )
        every = (
            router
            for told in self._director.pool.totals.values()
            for router in told.routers
        )
        for one in _by_session(every):
            rate.add_metric([one.router_id, "in"], one.in_bps)
            rate.add_metric([one.router_id, "out"], one.out_bps)
            viewers.add_metric([one.router_id], one.viewers)
            publishers.add_metric([one.router_id], one.publishers)
        yield from (rate, viewers, publishers)

    def _audience(self) -> Iterator[Metric]:
        counts: Counter[tuple[Rung, Standing]] = Counter()
        heights: Counter[str] = Counter()
        for session in self._live.all:
            census = session.lines.census
            counts.update(census.followers)
            for height, pictures in census.heights.items():
                heights[_height_class(height)] += pictures
        followers = GaugeMetricFamily(
            "hallcast_followers",
            "People who follow, by way and state of the line.",
            labels=["way", "line"],
        )
        for way in get_args(Rung):
            for standing in get_args(Standing):
                followers.add_metric([way, standing], counts[way, standing])
        layers = GaugeMetricFamily(
            "hallcast_layers_sent",
            "Pictures being sent to viewers, by height up to so many lines.",
            labels=["height"],
        )
        for name in (*map(str, HEIGHT_CLASSES), "larger"):
            layers.add_metric([name], heights[name])
        yield from (followers, layers)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=value)


def _by_worker_gauge(name: str, help_text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_text, labels=["worker"])


def _by_worker(name: str, help_text: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(name, help_text, labels=["worker", *labels])


def _add_times(
    family: HistogramMetricFamily, labels: list[str], times: protocol.Histogram
) -> None:
    """Add a histogram of the wire: Prometheus wants seconds, and sums up to a bound."""
    bounds = [*(f"{bound / 1000:g}" for bound in times.bounds_ms), "+Inf"]
    sums = accumulate(times.counts)
    family.add_metric(labels, list(zip(bounds, sums, strict=True)), times.sum_ms / 1000)


def _by_session(
    routers: Iterable[protocol.RouterTraffic],
) -> list[protocol.RouterTraffic]:
    """Add up a session's routers; beyond `MAX_SESSIONS` the smallest are `other`."""
    sums: dict[str, protocol.RouterTraffic] = {}
    for one in routers:
        before = sums.get(one.router_id)
        sums[one.router_id] = one if before is None else _sum(before, one)
    ordered = sorted(sums.values(), key=lambda one: one.viewers, reverse=True)
    kept, rest = ordered[:MAX_SESSIONS], ordered[MAX_SESSIONS:]
    if rest:
        other = protocol.RouterTraffic(
            router_id="other", viewers=0, publishers=0, in_bps=0, out_bps=0
        )
        for one in rest:
            other = _sum(other, one)
        kept.append(other)
    return kept


def _sum(
    one: protocol.RouterTraffic, other: protocol.RouterTraffic
) -> protocol.RouterTraffic:
    return protocol.RouterTraffic(
        router_id=one.router_id,
        viewers=one.viewers + other.viewers,
        publishers=one.publishers + other.publishers,
        in_bps=one.in_bps + other.in_bps,
        out_bps=one.out_bps + other.out_bps,
    )


def _height_class(height: int) -> str:
    """Sources choose their heights freely; labels must stay few."""
    return next((str(one) for one in HEIGHT_CLASSES if height <= one), "larger")
