"""What a viewer can use of each picture: our extension of WHEP.

`POST /whep/{seminar_id}/{peer_id}/layers` takes a `LayersRequest` and answers 204. The
worker then sends the layers that fit; no SDP changes, nothing is negotiated anew.
"""

from __future__ import annotations

from aiohttp import web

from server.http.bodies import read_body
from server.http.context import services
from server.http.whip import options_reply, own_peer
from server.http.wire import LayersRequest

routes = web.RouteTableDef()


@routes.post("/{wire:whep}/{seminar_id}/{peer_id}/layers")
async def prefer_layers(request: web.Request) -> web.Response:
    session_id, peer_id = await own_peer(request)
    services(request).layers_limit.take(peer_id)
    wish = await read_body(request, LayersRequest)
    await services(request).director.prefer(session_id, peer_id, wish.max_heights)
    return web.Response(status=204)


@routes.options("/{wire:whep}/{seminar_id}/{peer_id}/layers")
async def options_of_layers(request: web.Request) -> web.Response:
    return options_reply("POST, OPTIONS", "application/json")
