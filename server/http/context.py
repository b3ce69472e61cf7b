"""What handlers share: the services, and who is asking."""

from __future__ import annotations

from aiohttp import web

from server.errors import NotLoggedInError
from server.http.cookies import read_token
from server.parts import Services
from server.services.people import Account

SERVICES: web.AppKey[Services] = web.AppKey("services", Services)
_PERSON: web.RequestKey[Account | None] = web.RequestKey("person", Account)


def services(request: web.Request) -> Services:
    return request.config_dict[SERVICES]


async def current_person(request: web.Request) -> Account | None:
    """Tell who is logged in; asked once a request."""
    if _PERSON not in request:
        token = read_token(request.cookies)
        found = await services(request).logins.find(token) if token else None
        request[_PERSON] = found
    return request[_PERSON]


async def require_person(request: web.Request) -> Account:
    """Return who is logged in. Raise NotLoggedInError."""
    person = await current_person(request)
    if person is None:
        raise NotLoggedInError
    return person


def is_secure(request: web.Request) -> bool:
    """Tell whether the browser came by https, also through a trusted proxy."""
    config = services(request).config
    if config.trust_proxy and "X-Forwarded-Proto" in request.headers:
        return request.headers["X-Forwarded-Proto"].lower() == "https"
    return request.scheme == "https" or config.is_https


def client_address(request: web.Request) -> str:
    """Return the address limits count by: the proxy's last word when it is trusted."""
    if services(request).config.trust_proxy:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2]
        if forwarded.strip():
            return forwarded.strip()
    return request.remote or ""


def own_origins(request: web.Request) -> set[str]:
    """List the origins whose pages are ours."""
    config = services(request).config
    scheme = "https" if is_secure(request) else "http"
    return {config.origin, f"{scheme}://{request.host}"}
