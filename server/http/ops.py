"""For operators: is it alive, is it ready, how is it doing."""

from __future__ import annotations

import asyncio

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
