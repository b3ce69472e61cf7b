"""The real recorder process: life of a recording, kills, the next epoch."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.channel import RequestRefused
from recordings.library import Library
from recordings.protocol import (
    ArchiveReady,
    HlsEdge,
    RecordingFailed,
    RecordingHealth,
    RecordingStop,
)
from tests.recordings.demuxed import decode, open_recording
from tests.recordings.live_recorder import SESSION, Seminar, live_recorder, send

BEGIN_MS = 2000.0
"""Session time of the first packet; session time 0 is `AHEAD_MS` after the test began,
so that a busy machine can start the processes before."""
AHEAD_MS = 1500
LOSS_LIMIT_S = 0.7
"""The promise is 0.6: a part of 0.5 s and what is on its way. The test's own clock and
a busy machine add to it."""


LATER_MS = 12_000.0
"""Session time of the second epoch's first packet."""


async def until(at_ms: float) -> None:
    """Wait for a moment of the wall clock (Unix, ms)."""
    await asyncio.sleep(max(0.0, at_ms / 1000 - time.time()))


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


async def test_recording_is_playable_right_after_the_stop(tmp_path: Path) -> None:
    media = Seminar(BEGIN_MS, BEGIN_MS + 5000)
    async with live_recorder(tmp_path) as recorder:
        started_at_ms = wall_ms() + AHEAD_MS
        prepared = await recorder.prepare(started_at_ms)
        assert prepared.epoch == 1
        datagrams = media.datagrams(started_at_ms)
        sending = asyncio.create_task(send(prepared.path, datagrams, started_at_ms))
        edge = await recorder.wait_for(HlsEdge, 15.0)
        assert isinstance(edge, HlsEdge)
        live = open_recording(recorder.data_dir, SESSION)
        newest = live.index.renditions["programme"].edge
        assert newest is not None
        assert newest >= (0, 0)
        await sending
        stop_at = time.monotonic()
        await recorder.client.request(
            RecordingStop(session_id=SESSION, ended_at_ms=wall_ms())
        )
        ready = await recorder.wait_for(ArchiveReady)
        assert time.monotonic() - stop_at < 2.0
        recording = open_recording(recorder.data_dir, SESSION)
        assert recording.index.is_ended
        assert isinstance(ready, ArchiveReady)
        assert ready.duration_ms == pytest.approx(5000, abs=200)
        assert Library(recorder.data_dir).verify(SESSION) == []
        found = decode(recording, "programme")
        assert found.errors == 0
        assert len(found.pictures_s) >= 124
        await recorder.client.request(
            RecordingStop(session_id=SESSION, ended_at_ms=wall_ms())
        )


async def test_killed_take_loses_little_and_is_continued(
    tmp_path: Path,
) -> None:
    media = Seminar(BEGIN_MS, BEGIN_MS + 5000)
    later = Seminar(LATER_MS, LATER_MS + 3000)
    async with live_recorder(tmp_path) as recorder:
        started_at_ms = wall_ms() + AHEAD_MS
        prepared = await recorder.prepare(started_at_ms)
        datagrams = media.datagrams(started_at_ms)
        sending = asyncio.create_task(send(prepared.path, datagrams, started_at_ms))
        await until(started_at_ms + BEGIN_MS + 3300)
        os.kill(recorder.take_pid(), signal.SIGKILL)
        killed_s = (wall_ms() - started_at_ms) / 1000
        await recorder.wait_for(RecordingFailed)
        await sending
        assert Library(recorder.data_dir).verify(SESSION) == []
        found = decode(open_recording(recorder.data_dir, SESSION), "programme")
        print(f"lost {killed_s - found.sound_end_s:.2f} s of sound")
        assert killed_s - found.sound_end_s <= LOSS_LIMIT_S
        assert found.pictures_s[-1] == pytest.approx(found.sound_end_s, abs=0.1)

        again = await recorder.prepare(started_at_ms)
        assert again.epoch == 2
        datagrams = later.datagrams(started_at_ms)
        await send(again.path, datagrams, started_at_ms)
        await recorder.client.request(
            RecordingStop(session_id=SESSION, ended_at_ms=wall_ms())
        )
        await recorder.wait_for(ArchiveReady)
        recording = open_recording(recorder.data_dir, SESSION)
        written = recording.index.renditions["programme"].segments
        assert [one.file is not None for one in written] == [True] * len(written)
        (gap,) = [n for n, one in enumerate(written) if one.is_discontinuity]
        missing_s = (written[gap].start_us - written[gap - 1].end_us) / 1e6
        assert missing_s == pytest.approx(LATER_MS / 1000 - killed_s, abs=0.7)
        found = decode(recording, "programme")
        truth_s = (LATER_MS + 3000) / 1000 - found.sound_start_s
        assert recording.index.duration_us / 1e6 == pytest.approx(truth_s, abs=0.1)
        assert Library(recorder.data_dir).verify(SESSION) == []


async def test_killed_recorder_ends_its_takes_cleanly(tmp_path: Path) -> None:
    media = Seminar(BEGIN_MS, BEGIN_MS + 3000)
    async with live_recorder(tmp_path) as recorder:
        started_at_ms = wall_ms() + AHEAD_MS
        prepared = await recorder.prepare(started_at_ms)
        datagrams = media.datagrams(started_at_ms)
        await send(prepared.path, datagrams, started_at_ms)
        process = recorder.process
        assert process is not None
        process.kill()
        await process.wait()
        await recorder.start()
        await asyncio.sleep(0.3)
        await recorder.connected()
        assert (await recorder.dump()).sessions == ()
        await recorder.client.request(
            RecordingStop(session_id=SESSION, ended_at_ms=wall_ms())
        )
        ready = await recorder.wait_for(ArchiveReady)
        assert isinstance(ready, ArchiveReady)
        # The promise is to lose at most 0.6 s; on a quiet machine nothing is lost.
        assert 3000 - 600 <= ready.duration_ms <= 3200
        assert Library(recorder.data_dir).verify(SESSION) == []


async def test_requests_that_can_not_be_carried_out_are_refused(tmp_path: Path) -> None:
    async with live_recorder(tmp_path) as recorder:
        unknown = RecordingStop(session_id="ses_none", ended_at_ms=1)
        with pytest.raises(RequestRefused, match="not_found"):
            await recorder.client.request(unknown)
        outside = RecordingStop(session_id="../etc", ended_at_ms=1)
        with pytest.raises(RequestRefused, match="bad_request"):
            await recorder.client.request(outside)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a tmpfs is not permitted here")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def fill(path: Path) -> None:
    """Write until nothing more fits."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while True:
            os.write(fd, bytes(4096))
    os.close(fd)


async def test_full_disk_is_told_and_ends_the_take_readably(small_disk: Path) -> None:
    media = Seminar(BEGIN_MS, BEGIN_MS + 6000)
    async with live_recorder(small_disk) as recorder:
        started_at_ms = wall_ms() + AHEAD_MS
        prepared = await recorder.prepare(started_at_ms)
        datagrams = media.datagrams(started_at_ms)
        sending = asyncio.create_task(send(prepared.path, datagrams, started_at_ms))
        await until(started_at_ms + BEGIN_MS + 3000)
        levels = [e.health for e in recorder.events if isinstance(e, RecordingHealth)]
        assert levels[-1] == "disk_low"
        fill(small_disk / "ballast")
        await asyncio.sleep(2.0)
        levels = [e.health for e in recorder.events if isinstance(e, RecordingHealth)]
        assert levels[-1] == "disk_full"
        assert recorder.take_pid()
        await sending
        await recorder.client.request(
            RecordingStop(session_id=SESSION, ended_at_ms=wall_ms())
        )
        await recorder.wait_for(ArchiveReady)
        assert Library(recorder.data_dir).verify(SESSION) == []
        found = decode(open_recording(recorder.data_dir, SESSION), "programme")
        assert found.errors == 0
        assert len(found.pictures_s) > 50
