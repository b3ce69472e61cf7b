"""The invitation link: what it leads to, and coming in by it."""

from __future__ import annotations

from aiohttp import web

from server.http.bodies import read_body, reply
from server.http.context import current_person, services
from server.http.login import welcome
from server.http.wire import GuestRequest
from server.services.people import person_body

routes = web.RouteTableDef()


@routes.get("/api/invitations/{token}")
async def look(request: web.Request) -> web.Response:
    token = request.match_info["token"]
    return reply(await services(request).invitations.look(token))


@routes.post("/api/invitations/{token}")
async def accept(request: web.Request) -> web.Response:
    """Let in who is logged in, as who they are; make a guest of who is not.

    A login is kept though the page that asks may not know of it yet: it may have been
    opened before, in another window. The body is for guests.
    """
    token = request.match_info["token"]
    person = await current_person(request)
    if person is not None:
        await services(request).invitations.let_in(token, person)
        return reply(person_body(person))
    guest = await read_body(request, GuestRequest)
    return await welcome(
        request, await services(request).invitations.accept(token, guest)
    )
