"""A camera in layers, from the trainer's page to pages that show it large and small."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.e2e.browsers import PHONE, log_in, open_chromium, open_window
from tests.e2e.footage import write_wav, write_y4m
from tests.e2e.people import invitation, logged_in, plan
from tests.e2e.stack import Stack, open_stack
from tests.e2e.test_live_seminar import join_as_guest
from tests.e2e.waiting import until
from tests.e2e.watching import longest_gap_s, peer_count, start_watching

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(180)]

WIDTH, HEIGHT = 960, 544
"""Enough for three layers; 1280x720 three times over costs two cores too much."""
SMALLEST, LARGEST = 0, -1
KEYFRAMES_S = 2
"""The recorder wants one so often; the page's wish asks for one at once."""
BUSY_S = 1.5
HEIGHT_SCRIPT = """async () => {
  let height = 0;
  for (const peer of window.__peers) {
    if (peer.connectionState !== 'connected') continue;
    for (const row of (await peer.getStats()).values()) {
      if (row.type === 'inbound-rtp') height = Math.max(height, row.frameHeight ?? 0);
    }
  }
  return height;
}"""

SENT_SCRIPT = """async () => {
  const heights = [];
  for (const peer of window.__peers) {
    if (peer.connectionState !== 'connected') continue;
    for (const row of (await peer.getStats()).values()) {
      if (row.type === 'outbound-rtp' && row.active && row.frameHeight) {
        heights.push(row.frameHeight);
      }
    }
  }
  return heights.sort((a, b) => a - b);
}"""
"""A busy machine's encoder makes all layers smaller; what it sends is what counts."""


async def go_live(page: Page, stack: Stack) -> str:
    """Put the trainer's camera on air; return the address that lets anyone join."""
    await log_in(page, stack.url, "Trainer")
    async with logged_in(stack, "trainer") as trainer:
        seminar_id = await plan(trainer, "One camera, three sizes")
        address = await invitation(trainer, seminar_id)
    await page.goto(f"{stack.url}/room/{seminar_id}")
    await page.get_by_text("Camera works").wait_for()
    await page.get_by_role("button", name="Go live").click()
    await page.get_by_text("The audience sees").wait_for()
    return address


async def seen_and_sent(page: Page, trainer: Page) -> tuple[int, list[int]]:
    """Give the height the page sees, and those the trainer sends, smallest first."""
    return await page.evaluate(HEIGHT_SCRIPT), await trainer.evaluate(SENT_SCRIPT)


async def sees(page: Page, trainer: Page, index: int, what: str) -> None:
    _, spent_s = await until(
        lambda: seen_and_sent(page, trainer),
        lambda got: len(got[1]) > 1 and got[0] == got[1][index],
        15,
        what,
    )
    print(f"{what}: after {spent_s:.1f} s")


async def choose(page: Page, quality: str) -> None:
    await page.get_by_role("button", name="Quality").click()
    await page.get_by_role("menuitemradio", name=quality).click()


async def test_pages_get_the_layer_that_they_show_or_choose(
    data: Path, tmp_path: Path
) -> None:
    write_y4m(tmp_path / "cam.y4m", WIDTH, HEIGHT)
    write_wav(tmp_path / "mic.wav")
    async with (
        open_stack(data, "--demo") as stack,
        open_chromium(footage=tmp_path) as chromium,
    ):
        trainer = await open_window(chromium)
        address = await go_live(trainer, stack)
        thrifty = await join_as_guest(chromium, address, "Dias Omarov")
        other = await join_as_guest(chromium, address, "Gulnara Bekova")
        for page in (thrifty, other):
            await sees(page, trainer, LARGEST, "a large picture")
            await start_watching(page)

        await choose(thrifty, "Low")
        await sees(thrifty, trainer, SMALLEST, "who saves the line sees a small one")
        await sees(other, trainer, LARGEST, "nobody else's has changed")
        await other.set_viewport_size(PHONE)
        await sees(other, trainer, SMALLEST, "a small window gets a small one")
        await choose(thrifty, "Auto")
        await sees(thrifty, trainer, LARGEST, "the large one comes back")

        for page in (thrifty, other):
            assert await longest_gap_s(page) < KEYFRAMES_S + BUSY_S
            assert await peer_count(page) == 1, "nothing was connected anew"
