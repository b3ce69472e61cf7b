"""Real Chromium for end-to-end tests: windows of people, and what they receive."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
    async_playwright,
)

WIDE = ViewportSize(width=1366, height=768)
PHONE = ViewportSize(width=360, height=740)
QUIET_FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--mute-audio",
)
WALLED_FLAGS = (
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    # ICE-TCP goes by a proxy that is not there, pages do not.
    "--proxy-server=127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>;localhost",
)
"""WebRTC finds no way out, as behind a firewall that passes HTTPS alone."""
AUTOPLAY_FLAG = "--autoplay-policy=no-user-gesture-required"
PEERS_SCRIPT = """
window.__peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...args) { super(...args); window.__peers.push(this); }
};
"""
RECEIVED_SCRIPT = """async () => {
  let frames = 0, energy = 0;
  for (const peer of window.__peers) {
    if (peer.connectionState !== 'connected') continue;
    for (const row of (await peer.getStats()).values()) {
      if (row.type !== 'inbound-rtp') continue;
      frames += row.framesDecoded ?? 0;
      energy += row.totalAudioEnergy ?? 0;
    }
  }
  return [frames, energy];
}"""
PLAYED_SCRIPT = """() => {
  let frames = 0, bytes = 0;
  for (const video of document.querySelectorAll('video')) {
    if (video.srcObject) continue;
    frames += video.getVideoPlaybackQuality().totalVideoFrames;
    bytes += video.webkitAudioDecodedByteCount;
  }
  return [frames, bytes];
}"""


@asynccontextmanager
async def open_chromium(
    *flags: str,
    footage: Path | None = None,
    asks: bool = False,
    program: Path | None = None,
) -> AsyncIterator[Browser]:
    """Start Chromium; with `footage`, its camera is cam.y4m and mic.wav in there.

    When it `asks` for camera and microphone they are refused, unless a test grants
    them. `program` stands for the one on the PATH.
    """
    found = program or shutil.which("chromium") or shutil.which("chromium-browser")
    assert found is not None, "Chromium is missing: apt-get install chromium"
    devices = ["--use-fake-device-for-media-stream"]
    if not asks:
        devices.append("--use-fake-ui-for-media-stream")
    if footage is not None:
        devices.append(f"--use-file-for-fake-video-capture={footage / 'cam.y4m'}")
        devices.append(f"--use-file-for-fake-audio-capture={footage / 'mic.wav'}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found, args=[*QUIET_FLAGS, *devices, *flags]
        )
        try:
            yield browser
        except BaseException:
            await _keep_screenshots(browser)
            raise
        finally:
            await browser.close()


async def _keep_screenshots(browser: Browser) -> None:
    """Leave what every window showed at a failure in HALLCAST_TEST_SHOTS, if set."""
    folder = os.environ.get("HALLCAST_TEST_SHOTS")
    if folder is None:
        return
    pages = [page for context in browser.contexts for page in context.pages]
    for index, page in enumerate(pages):
        name = f"{browser.version}-{id(browser)}-{index}.png"
        await page.screenshot(path=Path(folder) / name)


async def open_window(
    browser: Browser,
    size: ViewportSize = WIDE,
    *,
    is_ours: bool = True,
    locale: str = "en-GB",
) -> Page:
    """Open one person's window (own cookies); errors of our pages fail the test."""
    context: BrowserContext = await browser.new_context(viewport=size, locale=locale)
    await context.add_init_script(PEERS_SCRIPT)
    page = await context.new_page()
    page.set_default_timeout(20_000)
    if is_ours:
        page.on("pageerror", _fail)
    return page


def _fail(error: Any) -> None:
    raise AssertionError(f"page error: {error}")


async def log_in(page: Page, url: str, role: str) -> None:
    """Press one of the demo's login buttons."""
    await page.goto(f"{url}/login")
    await page.get_by_role("button", name=role).click()
    await page.get_by_role("heading", name="My seminars").wait_for()


async def received(page: Page) -> tuple[int, float]:
    """Give decoded video frames and audio energy over WebRTC so far."""
    frames, energy = await page.evaluate(RECEIVED_SCRIPT)
    return int(frames), float(energy)


async def played(page: Page) -> tuple[int, int]:
    """Give decoded video frames and audio bytes of media elements fed by HLS."""
    frames, audio_bytes = await page.evaluate(PLAYED_SCRIPT)
    return int(frames), int(audio_bytes)
