"""TURN servers for clients: JSON for our pages, Link headers for WHIP and WHEP."""

from __future__ import annotations

from aiohttp import web

from server.http.bodies import reply
from server.http.context import require_person, services
from server.http.wire import IceServers
from server.services.turn import TurnAccess

routes = web.RouteTableDef()


@routes.get("/api/ice-servers")
async def get_ice_servers(request: web.Request) -> web.Response:
    """Pages ask before they make their offer: candidates are gathered with it."""
    person = await require_person(request)
    access = services(request).turn.access(person.person_id)
    response = reply(_body(access))
    response.headers["Cache-Control"] = "no-store"
    return response


def add_ice_links(response: web.Response, access: TurnAccess | None) -> None:
    """Add one Link header for each relay (RFC 9725, 4.6)."""
    if access is None:
        return
    for url in access.urls:
        response.headers.add(
            "Link",
            f'<{url}>; rel="ice-server"; username="{access.username}"; '
            f'credential="{access.password}"; credential-type="password"',
        )


def _body(access: TurnAccess | None) -> IceServers:
    if access is None:
        return IceServers(urls=[], username="", credential="", ttl_s=0)
    return IceServers(
        urls=list(access.urls),
        username=access.username,
        credential=access.password,
        ttl_s=access.ttl_s,
    )
