"""Publish a clip by WHIP (RFC 9725), as any encoder would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiortc import (
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.rtcrtpparameters import RTCRtpCodecCapability
from yarl import URL

from demo.clip import Clip
from demo.tracks import ClipTrack, Playhead

CONNECT_TIMEOUT_S = 15


def _h264() -> list[RTCRtpCodecCapability]:
    """Only H.264: the clip is sent as it is."""
    codecs = RTCRtpSender.getCapabilities("video").codecs
    return [codec for codec in codecs if codec.mimeType == "video/H264"]


async def _exchange(
    http: aiohttp.ClientSession, url: str, headers: dict[str, str], offer_sdp: str
) -> tuple[str, str]:
    """POST the offer; return the answer and the session's address."""
    offer_headers = headers | {"Content-Type": "application/sdp"}
    async with http.post(url, data=offer_sdp, headers=offer_headers) as response:
        response.raise_for_status()
        location = response.url.join(URL(response.headers["Location"]))
        return await response.text(), str(location)


@asynccontextmanager
async def publish(
    http: aiohttp.ClientSession, url: str, headers: dict[str, str], clip: Clip
) -> AsyncIterator[tuple[Playhead, asyncio.Event]]:
    """Publish the clip for as long as the context lasts.

    Yields the playhead and an event that is set when the connection is lost.
    """
    playhead = Playhead(clip)
    lost = asyncio.Event()
    connected = asyncio.Event()
    # No servers: the default asks one on the internet for our address.
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))

    def on_state() -> None:
        if peer.connectionState == "connected":
            connected.set()
        elif peer.connectionState in ("failed", "closed", "disconnected"):
            lost.set()

    peer.on("connectionstatechange", on_state)
    peer.addTransceiver(ClipTrack(playhead, "audio", clip.audio), direction="sendonly")
    video = peer.addTransceiver(
        ClipTrack(playhead, "video", clip.video), direction="sendonly"
    )
    video.setCodecPreferences(_h264())
    location = None
    try:
        await peer.setLocalDescription(await peer.createOffer())
        answer, location = await _exchange(
            http, url, headers, peer.localDescription.sdp
        )
        await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await connected.wait()
        yield playhead, lost
    finally:
        await peer.close()
        if location is not None:
            async with asyncio.timeout(5):
                await (await http.delete(location, headers=headers)).release()
