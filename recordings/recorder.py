"""The recorder: control requests in, one child process per recorded session.

The parent never decodes and holds no media: a crash in FFmpeg ends one take, is told
as `recording.failed`, and the web process prepares the next epoch.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
from pathlib import Path
from typing import assert_never

from media.channel import ChannelServer
from recordings.archive import close_archive, session_lock
from recordings.child import ChildTake
from recordings.errors import ManifestError, TakeRefused
from recordings.library import is_session_id
from recordings.protocol import (
    ArchiveReady,
    Command,
    Done,
    Dump,
    Event,
    Failure,
    FromRecorder,
    Hello,
    HlsEdge,
    Notice,
    RecorderDump,
    RecordingFailed,
    RecordingPrepare,
    RecordingStart,
    RecordingStop,
    Reply,
    Request,
    Result,
    SessionInfo,
    ToRecorder,
)
from recordings.spare import Spare, TakeOrder

log = logging.getLogger(__name__)


class Recorder:
    """Serves the control socket until `close`."""

    def __init__(self, control: str, data_dir: Path, run_dir: Path) -> None:
        self._data_dir = data_dir
        self._run_dir = run_dir
        self._channel: ChannelServer[ToRecorder, FromRecorder] = ChannelServer(
            control,
            receives=ToRecorder,
            on_message=self._take_request,
            greeting=lambda: Notice(event=Hello(pid=os.getpid())),
            is_droppable=_is_droppable,
        )
        self._takes: dict[str, ChildTake] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._ending: set[ChildTake] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._socket_numbers = itertools.count(1)
        self._spare = Spare()

    async def start(self) -> None:
        self._data_dir.mkdir(parents=True, exist_ok=True)
        self._run_dir.mkdir(parents=True, exist_ok=True)
        for stale in self._run_dir.glob("take-*.sock"):
            stale.unlink(missing_ok=True)
        await self._channel.start()
        self._spare.fill()

    async def close(self) -> None:
        """End every take; their recordings may be continued by a next epoch."""
        await self._channel.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        takes = {*self._takes.values(), *self._ending}
        await asyncio.gather(self._spare.close(), *(take.end() for take in takes))

    def _take_request(self, request: Request) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, request: Request) -> None:
        result: Result | Failure
        try:
            result = await self._carry_out(request.command)
        except TakeRefused as refused:
            result = Failure(code=refused.code, message=str(refused))
        except (OSError, ManifestError) as error:
            log.exception("request %s failed", type(request.command).__name__)
            result = Failure(code="internal", message=str(error))
        self._channel.send(Reply(id=request.id, result=result))

    async def _carry_out(self, command: Command) -> Result:
        if isinstance(command, RecorderDump):
            return self._dump()
        if not is_session_id(command.session_id):
            raise TakeRefused("bad_request", "this is no session id")
        lock = self._locks.setdefault(command.session_id, asyncio.Lock())
        async with lock:
            match command:
                case RecordingPrepare():
                    return await self._prepare(command)
                case RecordingStart():
                    return self._start(command)
                case RecordingStop():
                    return await self._stop(command)
                case _:
                    assert_never(command)

    def _dump(self) -> Dump:
        return Dump(
            sessions=tuple(
                SessionInfo(
                    session_id=take.session_id,
                    epoch=take.epoch,
                    health=take.health,
                    path=take.path,
                )
                for take in self._takes.values()
            )
        )

    async def _prepare(self, command: RecordingPrepare) -> Result:
        older = self._takes.pop(command.session_id, None)
        if older is not None:
            await older.end()
        take = ChildTake(
            command.session_id, on_event=self._take_event, on_end=self._take_ended
        )
        number = next(self._socket_numbers)
        path = self._run_dir / f"take-{os.getpid()}-{number}.sock"
        order = TakeOrder(
            session_id=command.session_id,
            started_at_ms=command.started_at_ms,
            folder=str(self._data_dir / command.session_id),
            socket=str(path),
        )
        prepared = await take.start(await self._spare.take(), order)
        self._takes[command.session_id] = take
        log.info("session=%s epoch=%d prepared", command.session_id, prepared.epoch)
        return prepared

    def _start(self, command: RecordingStart) -> Result:
        take = self._takes.get(command.session_id)
        if take is None:
            raise TakeRefused("not_found", "no take is prepared for this session")
        take.send(command)
        return Done()

    async def _stop(self, command: RecordingStop) -> Result:
        take = self._takes.pop(command.session_id, None)
        if take is not None:
            take.is_stopping = True
            self._ending.add(take)
            take.send(command)
            return Done()
        folder = self._data_dir / command.session_id
        if not folder.is_dir():
            raise TakeRefused("not_found", "nothing was recorded of this session")
        duration_ms = await asyncio.to_thread(_close, folder, command.ended_at_ms)
        self._take_event(
            ArchiveReady(session_id=command.session_id, duration_ms=duration_ms)
        )
        return Done()

    def _take_event(self, event: Event) -> None:
        self._channel.send(Notice(event=event))

    def _take_ended(self, take: ChildTake, code: int) -> None:
        self._ending.discard(take)
        if self._takes.get(take.session_id) is take:
            del self._takes[take.session_id]
        if take.is_stopping and code == 0:
            return
        if take.is_stopping and not take.epoch:
            return  # refused; the request's answer says why
        log.error("session=%s take ended with %d", take.session_id, code)
        message = f"the recording process ended unexpectedly ({code})"
        self._take_event(RecordingFailed(session_id=take.session_id, message=message))


def _close(folder: Path, ended_at_ms: int) -> int:
    with session_lock(folder):
        return close_archive(folder, ended_at_ms)


def _is_droppable(message: FromRecorder) -> bool:
    """A newer edge makes an older one needless."""
    return isinstance(message, Notice) and isinstance(message.event, HlsEdge)
