"""For operators: is it alive, is it ready, how is it doing."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Mapping

from aiohttp import web

from server.http.context import services
from server.parts import Services

routes = web.RouteTableDef()
CHECK_LIMIT_S = 2.0


@routes.get("/healthz")
async def healthz(request: web.Request) -> web.Response:
    """The process answers."""
    return web.Response(text="ok\n")


@routes.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    """Database, every media worker and the recorder answer; else 503 with what not."""
    missing = await _missing(services(request))
    if missing:
        text = "waiting for " + ", ".join(missing) + "\n"
        return web.Response(text=text, status=503, headers={"Retry-After": "1"})
    return web.Response(text="ready\n")


async def _missing(all_services: Services) -> list[str]:
    missing = []
    try:
        async with asyncio.timeout(CHECK_LIMIT_S):
            await all_services.database.check()
    except Exception:  # whatever a driver raises, the answer is the same
        missing.append("database")
    if not all_services.director.pool.is_ready:
        missing.append("media")
    if not all_services.director.recorder.is_up:
        missing.append("recorder")
    return missing


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Prometheus text format 0.0.4; no names, no ids of people."""
    director = services(request).director
    lines: list[str] = []

    def add(name: str, kind: str, values: dict[str, float]) -> None:
        lines.append(f"# TYPE {name} {kind}")
        lines.extend(f"{name}{label} {value:g}" for label, value in values.items())

    loads = {f'{{worker="{i}"}}': load for i, load in director.pool.loads.items()}
    add("hallcast_sessions_active", "gauge", {"": director.session_count})
    add("hallcast_recorder_up", "gauge", {"": int(director.recorder.is_up)})
    add("hallcast_media_up", "gauge", {"": int(director.pool.is_ready)})
    add("hallcast_media_peers", "gauge", {k: v.peers for k, v in loads.items()})
    add("hallcast_media_cpu_percent", "gauge", _each(loads, "cpu_percent"))
    add("hallcast_media_loop_lag_ms", "gauge", _each(loads, "loop_lag_ms"))
    add("hallcast_media_packets_in_total", "counter", _each(loads, "packets_in"))
    add("hallcast_media_packets_out_total", "counter", _each(loads, "packets_out"))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = usage.ru_utime + usage.ru_stime
    add("process_cpu_seconds_total", "counter", {"": cpu_s})
    return web.Response(text="\n".join(lines) + "\n", content_type="text/plain")


def _each(loads: Mapping[str, object], field: str) -> dict[str, float]:
    return {label: float(getattr(load, field)) for label, load in loads.items()}
