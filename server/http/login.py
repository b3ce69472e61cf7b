"""Who am I; log in and out; language."""

from __future__ import annotations

from aiohttp import web

from server.auth import Login
from server.http.bodies import read_body, reply
from server.http.context import (
    client_address,
    current_person,
    is_secure,
    require_person,
    services,
)
from server.http.cookies import clear_token, read_token, set_token
from server.http.wire import DemoLoginRequest, LocaleRequest, LoginRequest, Me
from server.services.people import person_body

routes = web.RouteTableDef()
_DAY_S = 86_400


@routes.get("/api/me")
async def get_me(request: web.Request) -> web.Response:
    person = await current_person(request)
    config = services(request).config
    return reply(
        Me(
            person=None if person is None else person_body(person),
            is_demo=config.demo,
            academy=config.academy,
            server_time_ms=services(request).clock.now_ms(),
        )
    )


@routes.put("/api/me/locale")
async def put_locale(request: web.Request) -> web.Response:
    person = await require_person(request)
    body = await read_body(request, LocaleRequest)
    await services(request).people.set_locale(person, body.locale)
    return web.Response(status=204)


@routes.post("/api/login")
async def log_in(request: web.Request) -> web.Response:
    body = await read_body(request, LoginRequest)
    login = await services(request).logins.log_in(
        body.email, body.password, client_address(request)
    )
    return await welcome(request, login)


@routes.post("/api/demo-login")
async def demo_log_in(request: web.Request) -> web.Response:
    body = await read_body(request, DemoLoginRequest)
    login = await services(request).logins.demo_log_in(body.role)
    return await welcome(request, login)


@routes.post("/api/logout")
async def log_out(request: web.Request) -> web.Response:
    await _end_login(request)
    response = web.Response(status=204)
    clear_token(response, secure=is_secure(request))
    return response


async def welcome(request: web.Request, login: Login) -> web.Response:
    """Answer a fresh login: the person, and a new cookie in place of any old one."""
    await _end_login(request)
    response = reply(person_body(login.person))
    set_token(
        response,
        login.token,
        secure=is_secure(request),
        max_age_s=services(request).config.login_days * _DAY_S,
    )
    return response


async def _end_login(request: web.Request) -> None:
    token = read_token(request.cookies)
    if token is not None:
        await services(request).logins.close(token)
