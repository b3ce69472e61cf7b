"""A recorder without files: speaks the control protocol over a real socket."""

from __future__ import annotations

import os
from pathlib import Path

from media.channel import ChannelServer
from recordings import protocol


class FakeRecorder:
    """Remembers its takes; tests make it tell events or die."""

    def __init__(self, path: Path) -> None:
        self.requests: list[protocol.Command] = []
        self.sessions: dict[str, protocol.SessionInfo] = {}
        self.started: list[str] = []
        self.stopped: list[str] = []
        self.holds: type[protocol.Command] | None = None
        """Commands of this type wait for `release`."""
        self._held: list[protocol.ToRecorder] = []
        self._server: ChannelServer[protocol.ToRecorder, protocol.FromRecorder] = (
            ChannelServer(
                str(path),
                receives=protocol.Request,
                on_message=self._answer,
                greeting=lambda: protocol.Notice(event=protocol.Hello(pid=os.getpid())),
            )
        )

    async def start(self) -> FakeRecorder:
        await self._server.start()
        return self

    async def close(self) -> None:
        await self._server.close()

    def tell(self, event: protocol.Event) -> None:
        self._server.send(protocol.Notice(event=event))

    def tell_health(self, session_id: str, health: protocol.Health) -> None:
        self.tell(
            protocol.RecordingHealth(
                session_id=session_id,
                health=health,
                duration_ms=0,
                gaps=0,
                free_bytes=1 << 30,
            )
        )

    def release(self) -> None:
        """Carry out what was held back, and hold nothing more."""
        self.holds = None
        held, self._held = self._held, []
        for request in held:
            self._reply(request)

    def _answer(self, request: protocol.ToRecorder) -> None:
        self.requests.append(request.command)
        if self.holds is not None and isinstance(request.command, self.holds):
            self._held.append(request)
        else:
            self._reply(request)

    def _reply(self, request: protocol.ToRecorder) -> None:
        self._server.send(
            protocol.Reply(id=request.id, result=self._carry_out(request.command))
        )

    def _carry_out(
        self, command: protocol.Command
    ) -> protocol.Result | protocol.Failure:
        match command:
            case protocol.RecorderDump():
                return protocol.Dump(sessions=tuple(self.sessions.values()))
            case protocol.RecordingPrepare(session_id=session_id):
                held = self.sessions.get(session_id)
                epoch = 1 if held is None else held.epoch + 1
                path = f"/nowhere/{session_id}-{epoch}"
                self.sessions[session_id] = protocol.SessionInfo(
                    session_id=session_id, epoch=epoch, health="waiting", path=path
                )
                return protocol.Prepared(path=path, epoch=epoch)
            case protocol.RecordingStart(session_id=session_id):
                self.started.append(session_id)
                self.tell_health(session_id, "recording")
            case protocol.RecordingStop(session_id=session_id):
                if self.sessions.pop(session_id, None) is None:
                    return protocol.Failure(code="not_found", message=session_id)
                self.stopped.append(session_id)
                self.tell(
                    protocol.ArchiveReady(session_id=session_id, duration_ms=61_000)
                )
        return protocol.Done()
