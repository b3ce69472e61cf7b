"""What every request passes: security headers, errors as JSON, CSRF proof, login."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from server.errors import (
    HTTP_STATUS,
    BadRequestError,
    ForbiddenError,
    HallcastError,
    InternalError,
    NotFoundError,
)
from server.http.access import access_of
from server.http.bodies import reply
from server.http.context import (
    client_address,
    current_person,
    is_secure,
    own_origins,
    require_person,
    services,
)
from server.http.error_body import error_body

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-Requested-With"
CSRF_VALUE = "hallcast"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        # Elements of pages carry positions and colours as style attributes.
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",  # hls.js feeds MediaSource by a blob address
        "worker-src 'self' blob:",  # hls.js starts its demuxer so
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), microphone=(self), display-capture=(self), "
        "fullscreen=(self), geolocation=(), payment=(), usb=()"
    ),
}
FOREIGN_PATHS = ("/whip/", "/whep/", "/hls/")
RETRY_AFTER_S = 2
HSTS = "max-age=31536000; includeSubDomains"


async def add_security_headers(
    request: web.Request, response: web.StreamResponse
) -> None:
    """Set them on every response; a handler may have set its own before."""
    if request.path.startswith(FOREIGN_PATHS):
        _open_to_foreign_pages(response)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if is_secure(request):
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    response.headers["Server"] = "hallcast"


def _open_to_foreign_pages(response: web.StreamResponse) -> None:
    """Let pages of other origins publish and play with a key.

    Without Allow-Credentials a browser sends no cookie there, so only keys work.
    """
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = "Location, ETag, Link, Accept-Post"
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if response.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if response.status in (409, 503):
        headers.setdefault("Retry-After", str(RETRY_AFTER_S))


@web.middleware
async def explain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every refusal into an `ErrorBody`; a fault of ours is logged."""
    try:
        return await handler(request)
    except HallcastError as error:
        return error_reply(error)
    except web.HTTPRedirection:
        raise
    except web.HTTPException as error:
        return _from_aiohttp(error)
    except ConnectionResetError:
        raise
    except Exception:
        # The outermost loop of HTTP; the person gets a sentence, the log the rest.
        log.exception("%s %s", request.method, request.match_info.route.resource)
        return error_reply(InternalError())


def error_reply(error: HallcastError) -> web.Response:
    response = reply(error_body(error), HTTP_STATUS[error.code])
    if "wait_s" in error.args_by_name:
        response.headers["Retry-After"] = str(error.args_by_name["wait_s"])
    return response


def _from_aiohttp(error: web.HTTPException) -> web.Response:
    if error.status == 404:
        return error_reply(NotFoundError())
    response = error_reply(BadRequestError(reason=error.reason))
    response.set_status(error.status)
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


@web.middleware
async def refuse_forgery(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let no other site's page act with this browser's cookie.

    A custom header can not be sent across origins without a preflight, which we do not
    allow with cookies; Sec-Fetch-Site and Origin are checked besides.
    """
    if request.method not in SAFE_METHODS and not _brings_key(request):
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in (
            "same-origin",
            "none",
        ):
            raise ForbiddenError
        origin = request.headers.get("Origin")
        if origin is not None and origin not in own_origins(request):
            raise ForbiddenError
        # Engine.IO's polling can not be given the header; it checks Origin itself.
        is_socket = request.path.startswith("/socket.io/")
        if not is_socket and request.headers.get(CSRF_HEADER) != CSRF_VALUE:
            raise ForbiddenError
    return await handler(request)


def _brings_key(request: web.Request) -> bool:
    """A bearer key is no ambient right: whoever sends it knows it."""
    return request.path.startswith(("/whip/", "/whep/")) and (
        request.headers.get("Authorization", "").startswith("Bearer ")
    )


@web.middleware
async def limit_strangers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer only so many requests at once of people of one address without a login.

    Socket.IO counts its own connections; holders of keys are checked by their handlers.
    """
    resource = request.match_info.route.resource
    path = "" if resource is None else resource.canonical
    is_counted = access_of(request.method, path) == "public" and (
        not path.startswith("/socket.io/")
    )
    if not is_counted or await current_person(request) is not None:
        return await handler(request)
    with services(request).strangers.inside(client_address(request)):
        return await handler(request)


@web.middleware
async def require_login(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Ask for a login where the table of routes says so (and where it says nothing)."""
    resource = request.match_info.route.resource
    if resource is not None and access_of(request.method, resource.canonical) == (
        "login"
    ):
        await require_person(request)
    return await handler(request)
