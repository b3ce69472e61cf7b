"""The invitation link: what it leads to, and joining as a guest."""

from __future__ import annotations

from aiohttp import web

from server.http.bodies import read_body, reply
from server.http.context import services
from server.http.login import welcome
from server.http.wire import GuestRequest

routes = web.RouteTableDef()


@routes.get("/api/invitations/{token}")
async def look(request: web.Request) -> web.Response:
    token = request.match_info["token"]
    return reply(await services(request).invitations.look(token))


@routes.post("/api/invitations/{token}")
async def accept(request: web.Request) -> web.Response:
    guest = await read_body(request, GuestRequest)
    token = request.match_info["token"]
    return await welcome(
        request, await services(request).invitations.accept(token, guest)
    )
