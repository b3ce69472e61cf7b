"""Chromium inside a network namespace, as a publisher or a viewer of a worker.

The page is made by the test, so that no web server stands between the browser and what
is measured; the same connections as those of the product, without its screens.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from tests.e2e.browsers import AUTOPLAY_FLAG, open_chromium

PAGE_URL = "http://localhost/line"
"""Never fetched, but an address that browsers trust with a camera."""

ONE_LAYER = [{"maxBitrate": 1_000_000}]
TWO_LAYERS = [
    {"rid": "m", "scaleResolutionDownBy": 2, "maxBitrate": 200_000},
    {"rid": "h", "maxBitrate": 900_000},
]
"""libwebrtc makes no more of 360 lines, and 720 are too many for two busy cores."""

PUBLISH_SCRIPT = """async (layers) => {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: true, video: { width: 640, height: 360, frameRate: 25 },
  });
  const peer = (window.__peer = new RTCPeerConnection());
  for (const track of stream.getTracks()) {
    const sendEncodings = track.kind === 'video' ? layers : [];
    const { sender } = peer.addTransceiver(track, {
      direction: 'sendonly', streams: [stream], sendEncodings,
    });
    // A busy machine is to lose pictures, not lines, of what it sends.
    const parameters = sender.getParameters();
    parameters.degradationPreference = 'maintain-resolution';
    await sender.setParameters(parameters);
  }
  await peer.setLocalDescription();
  return peer.localDescription.sdp;
}"""
VIEW_SCRIPT = """async () => {
  const peer = (window.__peer = new RTCPeerConnection());
  const video = document.createElement('video');
  video.autoplay = true;
  video.srcObject = new MediaStream();
  document.body.append(video);
  const seen = (window.__seen = { askedMs: Date.now(), shownMs: [] });
  const note = () => {
    seen.shownMs.push(Date.now());
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
  peer.ontrack = (event) => video.srcObject.addTrack(event.track);
  peer.addTransceiver('audio', { direction: 'recvonly' });
  peer.addTransceiver('video', { direction: 'recvonly' });
  await peer.setLocalDescription();
  return peer.localDescription.sdp;
}"""
ANSWER_SCRIPT = "(sdp) => window.__peer.setRemoteDescription({ type: 'answer', sdp })"
INBOUND_SCRIPT = """async () => {
  const found = { atMs: Date.now() };
  for (const row of (await window.__peer.getStats()).values()) {
    if (row.type === 'inbound-rtp') found[row.kind] = row;
  }
  return found;
}"""
OUTBOUND_SCRIPT = """async () => {
  for (const row of (await window.__peer.getStats()).values()) {
    if (row.type === 'outbound-rtp' && row.kind === 'video') return row;
  }
  return {};
}"""


@dataclass(frozen=True, slots=True)
class Sample:
    """Running totals of a viewer."""

    at_ms: int
    concealed: int
    """Samples of sound invented, and received or invented in all."""
    sounds: int
    height: int
    """Of the picture, in pixels; 0 before the first."""
    decoded: int
    frozen_s: float
    bytes: int
    packets: int
    """Of pictures, with repeats."""
    repeats: int

    @classmethod
    def of(cls, found: dict[str, Any]) -> Sample:
        sound, picture = found.get("audio", {}), found.get("video", {})
        return cls(
            at_ms=found["atMs"],
            concealed=sound.get("concealedSamples", 0),
            sounds=sound.get("totalSamplesReceived", 0),
            height=picture.get("frameHeight", 0),
            decoded=picture.get("framesDecoded", 0),
            frozen_s=picture.get("totalFreezesDuration", 0.0),
            bytes=sound.get("bytesReceived", 0) + picture.get("bytesReceived", 0),
            packets=picture.get("packetsReceived", 0),
            repeats=picture.get("retransmittedPacketsReceived", 0),
        )


async def take_sample(page: Page) -> Sample:
    return Sample.of(await page.evaluate(INBOUND_SCRIPT))


async def plis_received(page: Page) -> int:
    """Of a publisher's picture."""
    return int((await page.evaluate(OUTBOUND_SCRIPT)).get("pliCount", 0))


async def shown_ms(page: Page) -> list[int]:
    """Give when pictures came to the screen, in Unix milliseconds."""
    found: list[int] = await page.evaluate("() => window.__seen.shownMs")
    return found


async def first_picture_s(page: Page) -> float:
    """Give the time from making the connection to the first picture."""
    asked_ms: int = await page.evaluate("() => window.__seen.askedMs")
    return ((await shown_ms(page))[0] - asked_ms) / 1000


@contextlib.asynccontextmanager
async def open_chromium_in(
    namespace: str, folder: Path, *flags: str, footage: Path | None = None
) -> AsyncIterator[Browser]:
    """Start a Chromium whose network is this namespace; it is driven over a pipe."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    wrapper = folder / f"chromium-in-{namespace}"
    wrapper.write_text(
        f'#!/bin/sh\nexec nsenter --net=/run/netns/{namespace} {program} "$@"\n'
    )
    wrapper.chmod(0o755)
    async with open_chromium(
        AUTOPLAY_FLAG, *flags, footage=footage, program=wrapper
    ) as browser:
        yield browser


async def open_page(browser: Browser) -> Page:
    """Open an empty page that may use a camera."""
    page = await browser.new_page()

    async def serve(route: Any) -> None:
        await route.fulfill(body="<body></body>", content_type="text/html")

    await page.route("**/*", serve)
    await page.goto(PAGE_URL)
    return page
