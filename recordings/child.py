"""The recorder's side of one take process: start it, command it, hear its events."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

import msgspec

from media.channel import FrameReader, FrameTooLarge, encode_frame
from recordings.errors import TakeRefused
from recordings.protocol import (
    Command,
    Event,
    Failure,
    Health,
    Prepared,
    RecordingHealth,
)
from recordings.spare import TakeOrder

log = logging.getLogger(__name__)

READY_TIMEOUT_S = 20.0
"""For a process that still has to start on a machine with no CPU time to spare; killing
it and trying again would only cost more. The web process waits a little longer."""
END_TIMEOUT_S = 3.0
"""A take that does not end in this time is killed; what it wrote is kept."""

_messages: msgspec.msgpack.Decoder[Event | Prepared | Failure] = (
    msgspec.msgpack.Decoder(Event | Prepared | Failure)
)


class ChildTake:
    """One child process; `on_event` gets its events, `on_end` its exit code."""

    def __init__(
        self,
        session_id: str,
        *,
        on_event: Callable[[Event], None],
        on_end: Callable[[ChildTake, int], None],
    ) -> None:
        self.session_id = session_id
        self.epoch = 0
        self.path = ""
        self.health: Health = "waiting"
        self.is_stopping = False
        self._on_event = on_event
        self._on_end = on_end
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[Prepared] | None = None

    async def start(
        self, process: asyncio.subprocess.Process, order: TakeOrder
    ) -> Prepared:
        """Give a process its order and wait until it can hear; raises TakeRefused."""
        self._ready = asyncio.get_running_loop().create_future()
        self._process = process
        assert process.stdin is not None
        process.stdin.write(encode_frame(order))
        self._listening = asyncio.create_task(self._listen(self._process))
        try:
            async with asyncio.timeout(READY_TIMEOUT_S):
                prepared = await self._ready
        except TimeoutError as error:
            self.is_stopping = True
            await self.end()
            raise TakeRefused("internal", "the take did not begin in time") from error
        self.epoch, self.path = prepared.epoch, prepared.path
        return prepared

    def send(self, command: Command) -> None:
        """Pass a command on; a process that has died does not hear it."""
        process = self._process
        if process is not None and process.stdin is not None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(encode_frame(command))

    async def end(self) -> None:
        """Close the input, which ends the take, and wait; kill it when it hangs."""
        process, listening = self._process, self._listening
        if process is None or listening is None:
            return
        self.is_stopping = True
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(END_TIMEOUT_S):
                await asyncio.shield(listening)
        except TimeoutError:
            log.warning("session=%s take did not end and is killed", self.session_id)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await listening

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        reader = FrameReader()
        with contextlib.suppress(FrameTooLarge):
            while data := await process.stdout.read(65_536):
                for body in reader.feed(data):
                    self._take(body)
        code = await process.wait()
        if process.stdin is not None:
            process.stdin.close()
        if self._ready is not None and not self._ready.done():
            why = TakeRefused("internal", f"the take ended at once ({code})")
            self._ready.set_exception(why)
            self.is_stopping = True
        self._on_end(self, code)

    def _take(self, body: bytes) -> None:
        message = _messages.decode(body)
        match message:
            case Prepared() | Failure():
                self._take_answer(message)
            case RecordingHealth():
                self.health = message.health
                self._on_event(message)
            case _:
                self._on_event(message)

    def _take_answer(self, answer: Prepared | Failure) -> None:
        if self._ready is None or self._ready.done():
            return
        if isinstance(answer, Prepared):
            self._ready.set_result(answer)
        else:
            self.is_stopping = True
            self._ready.set_exception(TakeRefused(answer.code, answer.message))
