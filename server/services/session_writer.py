"""The one writer of a session: takes wishes in order, decides, commits, then tells.

Each wish is decided on the state the one before left; a batch of them is written in one
transaction; only then anybody is told. Should the transaction fail, the state is folded
again from the log and everyone in the batch is told that nothing was saved.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from server import permissions
from server.clock import Clock
from server.domain.commands import Command
from server.domain.context import Actor, Context
from server.domain.decide import decide
from server.domain.events import Event, Logged
from server.domain.ids import new_id
from server.domain.polls import anonymous_choices
from server.domain.system import SystemWish
from server.errors import HallcastError, InternalError, RemovedError
from server.http.wire import CommandAck
from server.services.group_commit import GroupCommit
from server.services.session_log import Batch, ReplyKey, SessionLog
from server.services.session_memory import SessionMemory
from server.store.database import StoreError

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Waiting:
    """A wish in the queue; `arrived_at_ms` decides whether a vote was in time."""

    wish: Command | SystemWish
    actor: Actor
    arrived_at_ms: int
    done: asyncio.Future[CommandAck]
    reply_key: ReplyKey | None = None
    when_done: Callable[[], None] | None = None
    """Called right after the commit, before anything later is decided."""
    answer: CommandAck | HallcastError | None = None


class SessionWriter:
    """`tell` gets committed events in order; it neither waits nor fails."""

    def __init__(
        self,
        memory: SessionMemory,
        session_log: SessionLog,
        clock: Clock,
        tell: Callable[[Sequence[Logged]], None],
    ) -> None:
        self._memory = memory
        self._log = session_log
        self._clock = clock
        self._tell = tell
        self._told_seq = memory.state.seq
        self.is_stale = False
        """The last commit failed: load before deciding again."""
        self._queue: GroupCommit[_Waiting] = GroupCommit(self._carry_out)

    async def close(self) -> None:
        """Carry out what waits, then end."""
        await self._queue.close()

    async def submit(
        self,
        wish: Command | SystemWish,
        actor: Actor,
        reply_key: ReplyKey | None = None,
        when_done: Callable[[], None] | None = None,
    ) -> CommandAck:
        done: asyncio.Future[CommandAck] = asyncio.get_running_loop().create_future()
        self._queue.put(
            _Waiting(wish, actor, self._clock.now_ms(), done, reply_key, when_done)
        )
        return await done

    async def _carry_out(self, waiting: list[_Waiting]) -> None:
        """Answer every wish of a batch, whatever happens to it."""
        batch = Batch()
        try:
            if self.is_stale:
                await self._reload()
            for item in waiting:
                item.answer = self._answer(item, batch)
            if not batch.is_empty:
                await self._log.commit(batch, self._clock.now_ms())
        except Exception:  # no wish may stay without an answer
            await self._give_up(waiting)
        else:
            self._publish()
        for item in waiting:
            _finish(item)

    async def _give_up(self, waiting: list[_Waiting]) -> None:
        session_id = self._memory.state.session_id
        log.exception("session=%s nothing was saved", session_id)
        self.is_stale = True
        for item in waiting:
            item.answer = InternalError()
        try:
            await self._reload()
        except (StoreError, OSError):  # tried again before the next batch
            log.warning("session=%s the log can not be read either", session_id)

    def _answer(self, item: _Waiting, batch: Batch) -> CommandAck | HallcastError:
        """Decide one wish on the state as the batch has it so far."""
        known = self._memory.replies.get(item.reply_key) if item.reply_key else None
        if known is not None:
            return known
        try:
            decided = self._decide(item)
        except HallcastError as error:
            return error
        except Exception:
            log.exception(
                "session=%s %s failed",
                self._memory.state.session_id,
                type(item.wish).__name__,
            )
            return InternalError()
        self._count_secretly(item.wish, decided, batch)
        self._add(item, decided, batch)
        ack = CommandAck(ok=True, seq=self._memory.state.seq)
        if item.reply_key is not None:
            self._memory.replies[item.reply_key] = batch.replies[item.reply_key] = ack
        return ack

    def _decide(self, item: _Waiting) -> list[Event]:
        if item.reply_key is not None:
            participant = self._memory.state.participants[item.actor.participant_id]
            if participant.is_removed:
                raise RemovedError
            permissions.check(item.wish, item.actor.role, self._memory.state.status)
        context = Context(item.actor, item.arrived_at_ms, new_id, self._memory.tallies)
        return decide(self._memory.state, item.wish, context)

    def _count_secretly(
        self, wish: Command | SystemWish, decided: list[Event], batch: Batch
    ) -> None:
        vote = anonymous_choices(self._memory.state, wish, decided)
        if vote is None:
            return
        poll, choices = vote
        for choice in choices:
            self._memory.tallies[poll.poll_id][choice] += 1
            batch.votes[poll.poll_id, choice] += 1

    def _add(self, item: _Waiting, decided: Iterable[Event], batch: Batch) -> None:
        at_ms = max(item.arrived_at_ms, self._memory.last_at_ms)
        by = item.actor.participant_id or None
        for event in decided:
            logged = Logged(
                seq=self._memory.state.seq + 1, at_ms=at_ms, by=by, event=event
            )
            self._memory.add(logged)
            batch.logged.append(logged)

    def _publish(self) -> None:
        state = self._memory.state
        told_seq, self._told_seq = self._told_seq, state.seq
        if state.seq > told_seq:
            self._tell(self._memory.after(told_seq))

    async def _reload(self) -> None:
        """Fold again after a failed commit, which may yet have been kept."""
        self._memory.restore(await self._log.load())
        self.is_stale = False
        self._publish()


def _finish(item: _Waiting) -> None:
    if item.done.done():  # the one who asked is gone
        return
    match item.answer:
        case CommandAck() as ack:
            if item.when_done is not None:
                item.when_done()
            item.done.set_result(ack)
        case HallcastError() as error:
            item.done.set_exception(error)
        case None:
            item.done.set_exception(InternalError())
