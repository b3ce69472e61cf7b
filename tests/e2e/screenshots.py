"""Make the README's screenshots anew: `python -m tests.e2e.screenshots`.

Starts a demo of its own, waits until a lecture with people is on air, and writes
web/screenshots/{room,cockpit,phone}.png.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize

from demo.account import Account
from tests.e2e.browsers import PHONE, WIDE, log_in, open_chromium, open_window, received
from tests.e2e.palette import shrink_png
from tests.e2e.people import in_room, logged_in, seminar_on_air
from tests.e2e.stack import ROOT, Stack, data_folder, open_stack
from tests.e2e.waiting import until

FOLDER = ROOT / "web" / "screenshots"
MOST_BYTES = 250_000
SLIDE = 3
"""The page of the demo's lecture with a chart."""
ENOUGH_MESSAGES = 3


async def lecture_is_lively(account: Account, seminar_id: str) -> None:
    """Wait until slides have moved on and the halls have written."""

    async def state() -> tuple[int, int]:
        async with in_room(account, seminar_id) as room:
            slide = room.snapshot["slide"]
            return (slide or {"page": 0})["page"], len(room.snapshot["chat"])

    await until(
        state,
        lambda now: now[0] >= SLIDE and now[1] >= ENOUGH_MESSAGES,
        180,
        "slides moved and the halls wrote",
    )


async def open_room(page: Page, address: str) -> None:
    await page.goto(address)
    await until(lambda: received(page), lambda got: got[0] > 10, 15, "the picture")
    join = page.get_by_role("button", name="Join with sound")
    if await join.is_visible():
        await join.click()


async def room(page: Page, address: str) -> None:
    await open_room(page, address)
    await page.get_by_role("tab", name="Chat").click()


async def cockpit(page: Page, address: str) -> None:
    await open_room(page, address)
    await page.get_by_role("tab", name="People").click()


SHOTS: dict[str, tuple[str, ViewportSize, Callable[[Page, str], Awaitable[None]]]] = {
    "room": ("Participant", WIDE, room),
    "cockpit": ("Trainer", WIDE, cockpit),
    "phone": ("Coordinator", PHONE, room),
}


async def shoot(browser: Browser, stack: Stack, seminar_id: str, name: str) -> None:
    role, size, prepare = SHOTS[name]
    page = await open_window(browser, size)
    await log_in(page, stack.url, role)
    await prepare(page, f"{stack.url}/room/{seminar_id}")
    await page.mouse.move(0, 0)
    path = FOLDER / f"{name}.png"
    await page.screenshot(path=path, animations="disabled")
    size_bytes = shrink_png(path)
    assert size_bytes <= MOST_BYTES, f"{path} has {size_bytes} bytes"
    await page.context.close()


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hallcast-shots-") as parent:
        clips = Path(parent) / "clips"
        clips.mkdir()
        folder = data_folder(Path(parent), clips)
        async with open_stack(folder, "--demo") as stack, open_chromium() as browser:
            async with logged_in(stack, "trainer") as trainer:
                seminar_id = await seminar_on_air(trainer)
                await lecture_is_lively(trainer, seminar_id)
            for name in SHOTS:
                await shoot(browser, stack, seminar_id, name)


if __name__ == "__main__":
    asyncio.run(main())
