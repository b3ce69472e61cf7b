"""Every page of the product, with who sees it and how to tell that it is there."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, BrowserContext, Page

from demo.account import Account
from tests.e2e.people import in_room, invitation, logged_in, seminar_on_air
from tests.e2e.stack import Stack

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    path: str
    ready: str
    """CSS selector of something that only the finished page shows."""
    role: str | None = "trainer"
    is_whole: bool = False
    """Fills the window and never scrolls as a whole."""
    tab: int | None = None
    """Index of the side tab to open."""


async def plan(trainer: Account, title: str) -> str:
    """Plan a seminar for tomorrow; return its id."""
    seminar = await trainer.post(
        "/api/seminars",
        {
            "title": title,
            "summary": "What the akimats report, to whom and when.",
            "starts_at_ms": int(time.time() * 1000) + DAY_MS,
            "duration_min": 90,
            "time_zone": "Asia/Almaty",
            "centre_ids": [
                one["centre_id"] for one in await trainer.get("/api/centres")
            ],
        },
    )
    return str(seminar["card"]["seminar_id"])


async def open_seminar(stack: Stack, title: str) -> str:
    """Put a new seminar on air, without anyone's picture yet; return its id."""
    async with logged_in(stack, "trainer") as trainer:
        seminar_id = await plan(trainer, title)
        async with in_room(trainer, seminar_id) as room:
            await room.send("session.open")
            await room.send("session.go_live")
    return seminar_id


async def make_places(stack: Stack) -> list[Place]:
    """Wait for the demo on air, open a vote there, end another seminar; list all."""
    async with logged_in(stack, "trainer") as trainer:
        live = await seminar_on_air(trainer)
        planned = await plan(trainer, "Reports of akims: one more planned seminar")
        over = await plan(trainer, "Land of the district: a seminar that was held")
        link = await invitation(trainer, planned)
        async with in_room(trainer, over) as room:
            await room.send("session.open")
            await room.send("session.go_live")
            await room.send("session.end")
        async with in_room(trainer, live) as room:
            session_id = room.snapshot["session_id"]
            await room.send(
                "poll.create",
                question="Who answers for the water supply of a village?",
                kind="single",
                options=[
                    "The akim of the rural district",
                    "The district",
                    "The region",
                ],
            )
    invited = link.removeprefix(stack.url)
    return [
        Place("login", "/login", "form button", role=None),
        Place("invitation", invited, "#guest-name", role=None),
        Place("wrong link", "/j/wrong", "main h1", role=None),
        Place("home", "/", "article a"),
        Place("new seminar", "/seminars/new", "form"),
        Place("edit", f"/seminars/{planned}/edit", "form"),
        Place("seminar", f"/seminars/{live}", "h1"),
        Place("not found", "/nowhere", "h1"),
        Place("waiting", f"/room/{planned}", "main h1", role="participant"),
        Place(
            "room", f"/room/{live}", ".bar button", role="participant", is_whole=True
        ),
        Place("ended", f"/room/{over}", "main h1", role="participant"),
        Place("green room", f"/room/{planned}", "video"),
        *(
            Place(
                f"cockpit {tab}", f"/room/{live}", "[role=tab]", is_whole=True, tab=tab
            )
            for tab in range(3)
        ),
        Place("replay", f"/replay/{session_id}", "[role=tab]", role="participant"),
    ]


class Visitors:
    """One browser context for each role and language, kept between pages."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self._contexts: dict[tuple[str | None, str], BrowserContext] = {}
        self.foreign_requests: list[str] = []

    async def context(self, role: str | None, locale: str) -> BrowserContext:
        if (role, locale) not in self._contexts:
            context = await self._browser.new_context(locale=locale)
            context.on("request", lambda request: self._note(request.url))
            if role is not None:
                await context.request.post(
                    f"{self._url}/api/demo-login",
                    data={"role": role},
                    headers={"X-Requested-With": "hallcast"},
                )
            self._contexts[role, locale] = context
        return self._contexts[role, locale]

    def _note(self, url: str) -> None:
        if not url.startswith((self._url, "data:", "blob:")):
            self.foreign_requests.append(url)

    @asynccontextmanager
    async def at(self, place: Place, locale: str) -> AsyncIterator[Page]:
        """Open a page and wait until it shows its own."""
        context = await self.context(place.role, locale)
        page = await context.new_page()
        try:
            await page.goto(self._url + place.path)
            await page.locator(place.ready).first.wait_for()
            if place.tab is not None:
                await page.get_by_role("tab").nth(place.tab).click()
            await page.locator("[aria-busy=true]").first.wait_for(state="detached")
            yield page
        finally:
            await page.close()
