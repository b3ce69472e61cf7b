"""People of the demo academy who act through the API, beside those in browsers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from demo.account import Account, open_account
from demo.room import Room
from demo.script import LECTURE_TITLE
from tests.e2e.stack import Stack
from tests.e2e.waiting import until

ON_AIR_WITHIN_S = 90
"""The demo renders its clip at the first start."""


@asynccontextmanager
async def logged_in(stack: Stack, role: str) -> AsyncIterator[Account]:
    async with open_account(stack.url) as account:
        await account.post("/api/demo-login", {"role": role})
        yield account


async def seminar_on_air(account: Account) -> str:
    """Wait until the demo seminar is live and recorded; return its id."""

    async def card() -> dict[str, Any]:
        cards = await account.get("/api/seminars")
        return next((one for one in cards if one["title"] == LECTURE_TITLE), {})

    found, _ = await until(
        card,
        lambda one: one.get("status") == "live",
        ON_AIR_WITHIN_S,
        "the demo seminar is on air",
    )
    return str(found["seminar_id"])


@asynccontextmanager
async def in_room(account: Account, seminar_id: str) -> AsyncIterator[Room]:
    """Take part over Socket.IO while the context lasts."""
    room = Room(account.http, account.base_url, seminar_id)
    await room.join()
    try:
        yield room
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await room.leave()


async def snapshot(account: Account, seminar_id: str) -> dict[str, Any]:
    """Return the session's state as this person sees it now."""
    async with in_room(account, seminar_id) as room:
        return room.snapshot


async def invitation(account: Account, seminar_id: str) -> str:
    """Return the address that lets anyone join."""
    keys = await account.get(f"/api/seminars/{seminar_id}/keys")
    return str(keys["invite_url"])


async def plan(trainer: Account, title: str, capacity: int = 100) -> str:
    """Plan a seminar for now; return its id."""
    draft = {
        "title": title,
        "summary": "",
        "starts_at_ms": int(time.time() * 1000),
        "duration_min": 60,
        "time_zone": "Asia/Almaty",
        "centre_ids": [one["centre_id"] for one in await trainer.get("/api/centres")],
        "capacity": capacity,
    }
    planned = await trainer.post("/api/seminars", draft)
    return str(planned["card"]["seminar_id"])


async def put_on_air(trainer: Account, seminar_id: str) -> None:
    """Go live, without camera and microphone."""
    async with in_room(trainer, seminar_id) as room:
        await room.send("session.open")
        await room.send("session.go_live")
