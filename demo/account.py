"""Log in the way people do: the demo button, or an invitation link."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from demo.room import REQUESTED_WITH

Json = Any


class Account:
    """One person's browser: a cookie jar and JSON calls."""

    def __init__(self, http: aiohttp.ClientSession, base_url: str) -> None:
        self.http = http
        self.base_url = base_url

    async def get(self, path: str) -> Json:
        async with self.http.get(self.base_url + path) as response:
            response.raise_for_status()
            return await response.json()

    async def post(self, path: str, body: object) -> Json:
        async with self.http.post(
            self.base_url + path, json=body, headers=REQUESTED_WITH
        ) as response:
            response.raise_for_status()
            return await response.json()


@asynccontextmanager
async def open_account(base_url: str) -> AsyncIterator[Account]:
    """Open an anonymous account; cookies work on bare IP addresses too."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Account(http, base_url)
