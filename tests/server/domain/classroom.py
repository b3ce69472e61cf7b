"""A session in memory: decide and apply without a store, for tests of the rules."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pydantic import TypeAdapter

from server import permissions
from server.domain import system
from server.domain.commands import Command
from server.domain.context import SYSTEM, Actor, Context
from server.domain.decide import decide
from server.domain.events import Event, Logged
from server.domain.fold import apply
from server.domain.polls import anonymous_choices
from server.domain.state import State
from server.domain.system import SystemWish

COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
START_MS = 1_750_000_000_000


class Classroom:
    def __init__(self) -> None:
        self.state = State("ses_test", "sem_test")
        self.log: list[Logged] = []
        self.tallies: dict[str, list[int]] = {}
        self.now_ms = START_MS
        self._made: Counter[str] = Counter()

    def system(self, wish: SystemWish) -> list[Event]:
        return self._do(wish, SYSTEM)

    def join(self, name: str, role: Any = "participant", capacity: int = 100) -> str:
        """Join a person and return their participant id."""
        person_id = f"prs_{name}"
        self.system(system.Join(person_id, role, "ctr_north", capacity))
        return next(
            p
            for p, one in self.state.participants.items()
            if one.person_id == person_id
        )

    def send(self, sender: str, /, type_: str, **fields: object) -> list[Event]:
        command = COMMAND.validate_python({"type": type_, **fields})
        role = self.state.participants[sender].role
        permissions.check(command, role, self.state.status)
        return self._do(command, Actor(sender, role))

    def poll(self, trainer: str, **fields: object) -> str:
        defaults = {"question": "Which?", "kind": "single", "options": ["a", "b", "c"]}
        self.send(trainer, "poll.create", **(defaults | fields))
        return list(self.state.polls)[-1]

    def _do(self, wish: Command | SystemWish, actor: Actor) -> list[Event]:
        context = Context(actor, self.now_ms, self._new_id, self.tallies)
        decided = decide(self.state, wish, context)
        vote = anonymous_choices(self.state, wish, decided)
        if vote is not None:
            poll, choices = vote
            counts = self.tallies.setdefault(poll.poll_id, [0] * len(poll.options))
            for choice in choices:
                counts[choice] += 1
        for event in decided:
            seq = self.state.seq + 1
            by = actor.participant_id or None
            logged = Logged(seq=seq, at_ms=self.now_ms, by=by, event=event)
            apply(self.state, logged)
            self.log.append(logged)
        return decided

    def _new_id(self, prefix: str) -> str:
        self._made[prefix] += 1
        return f"{prefix}_{self._made[prefix]:04}"


def live_classroom() -> tuple[Classroom, str, str, str]:
    """Return a live classroom with a trainer and two participants."""
    room = Classroom()
    trainer = room.join("trainer", "trainer")
    room.send(trainer, "session.go_live")
    return room, trainer, room.join("one"), room.join("two")
