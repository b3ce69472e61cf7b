"""The login cookie: `__Host-hallcast` over https, `hallcast` on http://localhost."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

SECURE_NAME = "__Host-hallcast"
PLAIN_NAME = "hallcast"


def read_token(cookies: Mapping[str, str]) -> str | None:
    """Find the login token among a request's cookies."""
    return cookies.get(SECURE_NAME) or cookies.get(PLAIN_NAME)


def set_token(
    response: web.StreamResponse, token: str, *, secure: bool, max_age_s: int
) -> None:
    response.set_cookie(
        SECURE_NAME if secure else PLAIN_NAME,
        token,
        max_age=max_age_s,
        path="/",
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def clear_token(response: web.StreamResponse, *, secure: bool) -> None:
    name = SECURE_NAME if secure else PLAIN_NAME
    response.del_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")
