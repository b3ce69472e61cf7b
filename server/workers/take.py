"""The recording of one session: keeps a take running from its router to the recorder.

A take is three steps: `recording.prepare` (recorder), `sink.open` (worker),
`recording.start` (recorder). Whenever either side was restarted all three are done
again, which begins the next epoch of the same recording.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from media import protocol as media
from media.channel import ChannelError, RequestRefused
from recordings import protocol
from server.services.media_port import MediaListener, RecordingState
from server.workers.media_pool import MediaPool
from server.workers.recorder_link import RecorderLink

log = logging.getLogger(__name__)

RETRY_S = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
"""Between failed starts of a take; the first after a death is at once."""
PREPARE_TIMEOUT_S = 25.0
"""A little more than the recorder itself allows its process to start; nobody waits
for it, the seminar is on air meanwhile."""


class Take:
    """Records from `record` to `stop`, then ends by itself once the archive is told."""

    def __init__(
        self,
        session_id: str,
        pool: MediaPool,
        recorder: RecorderLink,
        listener: Callable[[], MediaListener | None],
        archive_ms: Callable[[str], int | None],
    ) -> None:
        self.session_id = session_id
        self._pool = pool
        self._recorder = recorder
        self._listener = listener
        self._find_archive_ms = archive_ms
        self._started_at_ms: int | None = None
        self._ended_at_ms: int | None = None
        self._router_is_up = False
        self._sink_id: str | None = None
        """The sink of the running take; None while there is no take."""
        self._failures = 0
        self._health: RecordingState = "off"
        self._told_health: RecordingState | None = None
        self._archive_ms: int | None = None
        self._is_stopped = False
        self._is_over = False
        self._losses = 0
        """Counts what ends a take while it is only being begun."""
        self._wake = asyncio.Event()
        self.task = asyncio.create_task(self._run())

    def record(self, started_at_ms: int) -> None:
        if self._started_at_ms is None:
            self._started_at_ms = started_at_ms
            self._wake.set()

    def stop(self, ended_at_ms: int) -> None:
        if self._ended_at_ms is None:
            self._ended_at_ms = ended_at_ms
        self._wake.set()

    async def close(self) -> None:
        """Stop watching; recorder and worker go on by themselves."""
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task

    # What happens around it.

    def router_fresh(self) -> None:
        """An empty router: the sink is gone."""
        self._router_is_up = True
        self._lose_take()
        self._wake.set()

    def router_kept(self, sinks: frozenset[str]) -> None:
        """The router as it was; adopt its sink when the recorder still listens."""
        self._router_is_up = True
        held = self._recorder.sessions.get(self.session_id)
        if held is not None and self._recorder.is_up:
            sink_id = self._sink_name(held.epoch)
            self._sink_id = sink_id if sink_id in sinks else None
            self._health = held.health
        self._wake.set()

    def router_down(self) -> None:
        self._router_is_up = False
        self._wake.set()

    def recorder_up(self) -> None:
        if self.session_id not in self._recorder.sessions:
            self._lose_take()
        self._wake.set()

    def recorder_down(self) -> None:
        self._lose_take()
        if self._is_recording:
            self._health = "failed"
        self._is_stopped = False
        self._wake.set()

    def on_event(self, event: protocol.Event) -> None:
        match event:
            case protocol.RecordingHealth():
                self._health = event.health
                if event.health == "recording":
                    self._failures = 0
            case protocol.RecordingFailed():
                log.warning("session=%s recording: %s", self.session_id, event.message)
                self._lose_take()
                self._health, self._is_stopped = "failed", False
            case protocol.ArchiveReady():
                self._archive_ms, self._health = event.duration_ms, "ready"
            case _:
                return
        self._wake.set()

    @property
    def _is_recording(self) -> bool:
        return self._started_at_ms is not None and self._ended_at_ms is None

    def _sink_name(self, epoch: int) -> str:
        return f"{self.session_id}.{epoch}"

    def _lose_take(self) -> None:
        self._sink_id = None
        self._losses += 1

    # Bringing recorder and worker there.

    async def _run(self) -> None:
        while not self._is_over:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._step()
            except ChannelError as error:
                await self._retry_later(error)
            except Exception:
                # The outermost loop of a take; a fault must not end the recording.
                log.exception("session=%s take", self.session_id)
                await self._retry_later(None)

    async def _step(self) -> None:
        await self._tell()
        if not self._recorder.is_up:
            return
        if self._is_recording:
            if self._router_is_up and self._sink_id is None:
                await self._begin()
        elif self._ended_at_ms is not None and not self._is_stopped:
            await self._end(self._ended_at_ms)

    async def _begin(self) -> None:
        assert self._started_at_ms is not None
        prepare = protocol.RecordingPrepare(
            session_id=self.session_id, started_at_ms=self._started_at_ms
        )
        prepared = await self._recorder.request(prepare, PREPARE_TIMEOUT_S)
        losses = self._losses
        assert isinstance(prepared, protocol.Prepared)
        sink_id = self._sink_name(prepared.epoch)
        opened = await self._pool.request(
            self.session_id,
            media.SinkOpen(
                router_id=self.session_id, sink_id=sink_id, path=prepared.path
            ),
        )
        assert isinstance(opened, media.SinkOpened)
        await self._recorder.request(
            protocol.RecordingStart(session_id=self.session_id, streams=opened.streams)
        )
        if self._losses != losses:  # worker or recorder died in between
            self._wake.set()
            return
        self._sink_id = sink_id
        log.info("session=%s recording epoch %d", self.session_id, prepared.epoch)

    async def _end(self, ended_at_ms: int) -> None:
        try:
            await self._recorder.request(
                protocol.RecordingStop(
                    session_id=self.session_id, ended_at_ms=ended_at_ms
                )
            )
        except RequestRefused as error:
            if error.code != "not_found":
                raise
            self._settle()
        self._is_stopped = True

    def _settle(self) -> None:
        """The recorder knows nothing of it: it was closed before, or never begun."""
        self._archive_ms = self._find_archive_ms(self.session_id)
        if self._archive_ms is None:
            log.info("session=%s has no recording to stop", self.session_id)
            self._is_over = True
        else:
            self._health = "ready"
            self._wake.set()

    async def _tell(self) -> None:
        listener = self._listener()
        if listener is None:
            return
        if self._health != self._told_health and self._health != "off":
            self._told_health = self._health
            await listener.on_recording_changed(self._health)
        if self._archive_ms is not None:
            await listener.on_archive_ready(self._archive_ms)
            self._is_over = True

    async def _retry_later(self, error: ChannelError | None) -> None:
        if isinstance(error, RequestRefused) and error.code == "disk_full":
            self._health = "disk_full"
        elif self._is_recording:
            self._health = "failed"
        log.warning("session=%s recording not begun: %s", self.session_id, error)
        delay_s = RETRY_S[min(self._failures, len(RETRY_S) - 1)]
        self._failures += 1
        await asyncio.sleep(delay_s)
        self._wake.set()
