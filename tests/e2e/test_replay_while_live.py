"""Going back in a seminar that is still on the air, and catching up with it again."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.e2e.browsers import AUTOPLAY_FLAG, log_in, open_chromium, open_window
from tests.e2e.people import logged_in, seminar_on_air, snapshot
from tests.e2e.stack import open_stack
from tests.e2e.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

POSITION_SCRIPT = """() =>
  Math.max(-1, ...[...document.querySelectorAll('video')].map(
    (video) => (video.readyState > 2 ? video.currentTime : -1)))"""
LENGTH_SCRIPT = """() =>
  Math.max(0, ...[...document.querySelectorAll('video')].map(
    (video) => (video.seekable.length ? video.seekable.end(0) : 0)))"""


async def position_s(page: Page) -> float:
    return float(await page.evaluate(POSITION_SCRIPT))


async def length_s(page: Page) -> float:
    return float(await page.evaluate(LENGTH_SCRIPT))


async def test_a_latecomer_watches_from_the_start_and_goes_to_live(data: Path) -> None:
    async with (
        open_stack(data, "--demo") as stack,
        open_chromium(AUTOPLAY_FLAG) as chromium,
        logged_in(stack, "trainer") as account,
    ):
        seminar_id = await seminar_on_air(account)
        session_id = (await snapshot(account, seminar_id))["session_id"]
        page = await open_window(chromium)
        await log_in(page, stack.url, "Participant")
        await page.goto(f"{stack.url}/replay/{session_id}")
        await until(lambda: length_s(page), lambda got: got > 25, 60, "25 s of DVR")
        await page.get_by_role("button", name="Watch", exact=True).click()
        began_s, _ = await until(
            lambda: position_s(page), lambda got: got > 0.5, 10, "it plays"
        )
        assert began_s < 8, "from the start, not from the live edge"
        await page.get_by_role("button", name="Go to live").click()
        await until(lambda: position_s(page), lambda got: got > 20, 10, "live again")
