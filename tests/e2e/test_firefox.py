"""Firefox ESR as it comes: it decodes and sends VP8, and H.264 only from files."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.e2e.browsers import (
    WALLED_FLAGS,
    log_in,
    open_chromium,
    open_window,
    played,
    received,
)
from tests.e2e.firefox import Firefox, open_firefox
from tests.e2e.people import in_room, invitation, logged_in, seminar_on_air
from tests.e2e.stack import Stack, data_folder, open_stack
from tests.e2e.waiting import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="module"),
]

HOUR_MS = 3_600_000
VP8_ONLY_SCRIPT = """
const all = RTCRtpSender.getCapabilities;
RTCRtpSender.getCapabilities = (kind) => {
  const { codecs, ...others } = all.call(RTCRtpSender, kind);
  return { ...others, codecs: codecs.filter((one) => one.mimeType !== 'video/H264') };
};
"""
"""A browser that can not send H.264, such as some builds of Chromium."""
DECODES_H264_SCRIPT = """RTCRtpReceiver.getCapabilities('video').codecs
  .some((codec) => codec.mimeType.toLowerCase() === 'video/h264')"""
PLAYED_SCRIPT = """[...document.querySelectorAll('video')]
  .filter((video) => !video.srcObject && video.mozHasAudio && !video.muted)
  .map((video) => video.getVideoPlaybackQuality().totalVideoFrames)
  .reduce((most, frames) => Math.max(most, frames), 0)"""
VARIETY_SCRIPT = """() => {
  const video = [...document.querySelectorAll('video')]
    .find((one) => !one.srcObject && one.videoWidth > 0);
  if (!video) return -1;
  const canvas = new OffscreenCanvas(64, 36);
  const picture = canvas.getContext('2d');
  picture.drawImage(video, 0, 0, 64, 36);
  const { data } = picture.getImageData(0, 0, 64, 36);
  const greens = Array.from({ length: 64 * 36 }, (_, index) => data[index * 4 + 1]);
  const mean = greens.reduce((sum, each) => sum + each) / greens.length;
  return Math.sqrt(
    greens.reduce((sum, each) => sum + (each - mean) ** 2, 0) / greens.length,
  );
}"""
"""Spread of brightness: high in a street scene, near nothing in a fake camera."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(
    tmp_path_factory: pytest.TempPathFactory, demo_clips: Path
) -> AsyncIterator[Stack]:
    folder = data_folder(tmp_path_factory.mktemp("firefox"), demo_clips)
    async with open_stack(folder, "--demo") as opened:
        yield opened


async def enter(firefox: Firefox, stack: Stack, seminar_id: str) -> None:
    """Press the demo's participant, then open the room by its address."""
    await firefox.goto(f"{stack.url}/login")
    await firefox.press("Participant")
    await firefox.shows("My seminars")
    await firefox.goto(f"{stack.url}/room/{seminar_id}")


async def test_without_h264_firefox_is_told_why_and_sees_and_votes(
    stack: Stack,
) -> None:
    async with logged_in(stack, "trainer") as trainer, open_firefox() as firefox:
        seminar_id = await seminar_on_air(trainer)
        await enter(firefox, stack, seminar_id)
        started = time.monotonic()
        if await firefox.evaluate(DECODES_H264_SCRIPT):
            await until(
                firefox.received,
                lambda got: got[0] > 10 and got[1] > 0,
                10,
                "Firefox sees and hears by WebRTC",
            )
        else:
            await until(
                firefox.received, lambda got: got[1] > 0, 5, "the sound comes at once"
            )
            await firefox.shows("this browser can not show direct video", 10)
            assert time.monotonic() - started < 10
            await firefox.press("Join with sound")
            await until(
                lambda: firefox.evaluate(PLAYED_SCRIPT),
                lambda frames: int(frames) > 20,
                10,
                "Firefox sees moving pictures by LL-HLS",
            )

        async with in_room(trainer, seminar_id) as room:
            await room.send(
                "poll.create",
                question="Does the akim report in spring?",
                kind="single",
                options=["Yes, each spring", "Only when asked"],
            )
        await firefox.press("Yes, each spring")
        await firefox.press("Vote")
        await firefox.shows("Saved. You can change it until the end.")


async def go_live_in_vp8(browser: Browser, stack: Stack) -> tuple[Page, str, str]:
    """Open a new seminar in a browser without H.264; give window, id and invitation."""
    page = await open_window(browser)
    await page.add_init_script(VP8_ONLY_SCRIPT)
    await log_in(page, stack.url, "Trainer")
    async with logged_in(stack, "trainer") as trainer:
        seminar = await trainer.post(
            "/api/seminars",
            {
                "title": "Reports of akims, seen by Firefox",
                "summary": "",
                "starts_at_ms": int(time.time() * 1000) + HOUR_MS,
                "duration_min": 60,
                "time_zone": "Asia/Almaty",
                "centre_ids": [
                    one["centre_id"] for one in await trainer.get("/api/centres")
                ],
            },
        )
        seminar_id = str(seminar["card"]["seminar_id"])
        address = await invitation(trainer, seminar_id)
    await page.goto(f"{stack.url}/room/{seminar_id}")
    await page.get_by_text("Camera works").wait_for()
    await page.get_by_role("button", name="Go live").click()
    await page.get_by_text("The audience sees").wait_for()
    return page, seminar_id, address


async def watch_by_hls(browser: Browser, address: str) -> Page:
    page = await open_window(browser)
    await page.goto(address)
    await page.get_by_label("Your name").fill("Gulnara Bekova")
    await page.get_by_role("button", name="Join the seminar").click()
    await page.get_by_text("your network blocks direct video").wait_for()
    await until(
        lambda: page.evaluate(VARIETY_SCRIPT),
        lambda variety: variety > 20,
        15,
        "the transcoded street scene by LL-HLS",
    )
    return page


async def speak(firefox: Firefox, trainer: Page, distant: Page) -> None:
    """Firefox gets the floor; all see it, and it never loses the picture."""
    await firefox.press("Raise hand")
    await trainer.get_by_role("button", name="Start", exact=True).click()
    trainer_before = (await received(trainer))[0]
    await firefox.press("Go on air")
    await firefox.shows("You are on air")
    before = (await firefox.received())[0]
    await until(
        lambda: received(trainer),
        lambda got: got[0] > trainer_before + 30,
        10,
        "Chromium decodes Firefox's VP8",
    )
    await until(
        firefox.received,
        lambda got: got[0] > before + 30,
        10,
        "Firefox still sees the seminar",
    )
    frames = (await played(distant))[0]
    await until(
        lambda: distant.evaluate(VARIETY_SCRIPT),
        lambda variety: 0 <= variety < 12,
        15,
        "the viewer by LL-HLS sees the speaker, transcoded",
    )
    await until(
        lambda: played(distant),
        lambda got: got[0] > frames,
        5,
        "the picture by LL-HLS goes on",
    )
    await firefox.press("Finish")
    await firefox.wait_for("!document.body.innerText.includes('You are on air')")


async def test_in_vp8_firefox_sees_directly_and_speaks(
    stack: Stack, footage: Path
) -> None:
    async with (
        open_chromium(footage=footage) as chromium,
        open_chromium(*WALLED_FLAGS) as walled,
        open_firefox() as firefox,
    ):
        trainer, seminar_id, address = await go_live_in_vp8(chromium, stack)
        await enter(firefox, stack, seminar_id)
        await until(
            firefox.received,
            lambda got: got[0] > 10 and got[1] > 0,
            10,
            "Firefox sees and hears VP8 by WebRTC",
        )
        distant = await watch_by_hls(walled, address)
        await speak(firefox, trainer, distant)
        assert "this browser can not show" not in await firefox.evaluate(
            "document.body.innerText"
        )
