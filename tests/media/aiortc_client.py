"""aiortc as a browser's stand-in: publishes test media, counts decoded frames."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import Any

from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError

from media.protocol import VideoSlot
from tests.media.worker_process import WorkerProcess


class AiortcClient:
    """One peer connection and what it decoded, by kind and mid."""

    def __init__(self) -> None:
        self.connection = RTCPeerConnection()
        self.frames: Counter[str] = Counter()
        self._readers: list[asyncio.Task[None]] = []
        self.connection.on("track", self._on_track)

    async def publish(
        self, worker: WorkerProcess, peer_id: str, codec: str = "video/VP8"
    ) -> None:
        """Send a tone-free sound and a moving picture."""
        self.connection.addTrack(AudioStreamTrack())
        transceiver = self.connection.addTransceiver(VideoStreamTrack(), "sendonly")
        capabilities = RTCRtpSender.getCapabilities("video")
        wanted = (codec.lower(), "video/rtx")
        transceiver.setCodecPreferences(
            [c for c in capabilities.codecs if c.mimeType.lower() in wanted]
        )
        await self._exchange(worker, peer_id, "publish", ("programme",))

    async def view(
        self,
        worker: WorkerProcess,
        peer_id: str,
        profile: tuple[VideoSlot, ...] = ("programme",),
        audio_sections: int = 1,
    ) -> None:
        for _ in range(audio_sections):
            self.connection.addTransceiver("audio", "recvonly")
        for _ in profile:
            self.connection.addTransceiver("video", "recvonly")
        await self._exchange(worker, peer_id, "receive", profile)

    async def until_decoded(self, timeout_s: float = 20, **counts: int) -> None:
        """Wait until this many more frames of each kind were decoded."""
        start = Counter(self.frames)
        async with asyncio.timeout(timeout_s):
            while any(self.frames[k] - start[k] < n for k, n in counts.items()):
                await asyncio.sleep(0.05)

    async def close(self) -> None:
        await self.connection.close()
        for reader in self._readers:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader

    async def _exchange(
        self, worker: WorkerProcess, peer_id: str, direction: Any, profile: Any
    ) -> None:
        connection = self.connection
        await connection.setLocalDescription(await connection.createOffer())
        offer = connection.localDescription.sdp
        answer = await worker.offer(peer_id, direction, offer, profile)
        await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._readers.append(asyncio.ensure_future(self._read(track)))

    async def _read(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                await track.recv()
                self.frames[track.kind] += 1
