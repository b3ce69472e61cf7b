"""Make the fold cases from real decisions: `python -m tests.contract.fold.make_cases`.

One session is played from planned to ended, through every kind of event. The state
before and after each event becomes a case that the Python and the TypeScript fold must
both pass. A second pass folds what one participant may see into their own view. The
play uses no clock and no random ids, so that the files change only with the rules.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from server.domain import system
from server.domain.commands import Command
from server.domain.context import SYSTEM, Actor, Context
from server.domain.decide import decide
from server.domain.events import Logged
from server.domain.fold import apply
from server.domain.polls import anonymous_choices
from server.domain.state import State
from server.domain.system import SystemWish
from server.domain.views import Receiver, may_see, view_for

FOLDER = Path(__file__).parent
START_MS = 1_750_000_000_000
_STATE: TypeAdapter[State] = TypeAdapter(State)
_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
Case = dict[str, Any]


@dataclass
class Play:
    """A session played step by step, a second a step."""

    state: State = field(default_factory=lambda: State("ses_play", "sem_play"))
    log: list[Logged] = field(default_factory=list)
    tallies: dict[str, list[int]] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    now_ms: int = START_MS
    _made: Counter[str] = field(default_factory=Counter)
    """Ids so far, by prefix."""

    def system(self, wish: SystemWish) -> None:
        self._do(wish, SYSTEM)

    def person(self, sender: str, /, type_: str, **fields: object) -> None:
        actor = Actor(sender, self.state.participants[sender].role)
        self._do(_COMMAND.validate_python({"type": type_, **fields}), actor)

    def _do(self, wish: Command | SystemWish, actor: Actor) -> None:
        self.now_ms += 1000
        context = Context(actor, self.now_ms, self._new_id, self.tallies)
        decided = decide(self.state, wish, context)
        vote = anonymous_choices(self.state, wish, decided)
        if vote is not None:
            for choice in vote[1]:
                self.tallies.setdefault(vote[0].poll_id, [0] * len(vote[0].options))
                self.tallies[vote[0].poll_id][choice] += 1
        for event in decided:
            by = actor.participant_id or None
            seq = self.state.seq + 1
            self._log(Logged(seq=seq, at_ms=self.now_ms, by=by, event=event))

    def _log(self, logged: Logged) -> None:
        before = to_json(self.state)
        apply(self.state, logged)
        self.log.append(logged)
        self.cases.append(case(f"{logged.seq:02}", before, logged, self.state))

    def _new_id(self, prefix: str) -> str:
        self._made[prefix] += 1
        return f"{prefix}_{self._made[prefix]:04}"


def to_json(state: State) -> Any:
    return json.loads(_STATE.dump_json(state))


def case(name: str, before: Any, logged: Logged, after: State) -> Case:
    return {
        "name": f"{name} {logged.event.type}",
        "state": before,
        "event": logged.model_dump(mode="json"),
        "expected": to_json(after),
    }


def play() -> Play:
    """Play a session with every kind of event in it."""
    p = Play()
    trainer, one, two, hall = (f"par_{number:04}" for number in range(1, 5))
    p.system(system.Join("prs_trainer", "trainer", None, 100))
    p.system(system.Join("prs_one", "participant", "ctr_north", 100))
    p.person(trainer, "session.open")
    p.system(system.DeckAdd("deck_laws", "The law", 12))
    p.system(system.SourceOpen(trainer, "camera", False, True))
    p.system(system.SourceOpen(trainer, "camera", True, True))
    p.person(trainer, "chat.post", text="Can you hear me?")
    p.person(trainer, "slide.show", deck_id="deck_laws", page=2)
    _draft(p, trainer)
    p.person(trainer, "session.go_live")
    p.system(system.RecordingChange("recording"))
    p.system(system.Join("prs_two", "participant", "ctr_south", 100))
    p.system(system.Join("prs_hall", "coordinator", "ctr_south", 100))
    _floor(p, trainer, one, two, hall)
    _chat(p, trainer, one)
    _polls(p, trainer, one, two)
    p.system(system.Leave(hall, p.now_ms - 500))
    p.system(system.Join("prs_hall", "coordinator", "ctr_west", 100))
    p.system(system.MediaRestart())
    p.person(trainer, "locks.set", chat=True, hands=True)
    p.person(trainer, "participant.remove", participant_id=two)
    p.person(trainer, "floor.give", participant_id=one)
    p.person(trainer, "session.end")
    p.system(system.RecordingChange("ready"))
    return p


def _draft(p: Play, trainer: str) -> None:
    p.person(
        trainer,
        "poll.create",
        question="Which tax?",
        kind="multiple",
        options=["Land", "Vehicles", "Property"],
        limit_s=60,
        open_now=False,
    )


def _floor(p: Play, trainer: str, one: str, two: str, hall: str) -> None:
    for participant_id in (one, two, hall):
        p.person(participant_id, "hand.raise")
    p.person(trainer, "queue.move", participant_id=hall, position=0)
    p.person(two, "hand.lower")
    p.person(trainer, "floor.give", participant_id=one, limit_s=120)
    p.system(system.SourceOpen(one, "camera", True, True))
    p.person(trainer, "participant.mute", participant_id=one, muted=True)
    p.person(trainer, "participant.mute", participant_id=one, muted=False)
    p.person(trainer, "floor.give", participant_id=hall)
    p.system(system.SourceOpen(trainer, "screen", True, False))
    p.person(trainer, "floor.take", participant_id=one)
    p.person(hall, "floor.take")
    p.system(system.SourceClose(trainer, "screen"))


def _chat(p: Play, trainer: str, one: str) -> None:
    p.person(one, "chat.post", text="Қайырлы таң! <b>&amp; 'hello'</b>")
    p.person(trainer, "chat.hide", message_id=p.state.chat[-1].message_id)
    p.person(one, "chat.post", text="Good morning")


def _polls(p: Play, trainer: str, one: str, two: str) -> None:
    draft = next(iter(p.state.polls))
    p.person(trainer, "poll.open", poll_id=draft)
    p.person(one, "poll.vote", poll_id=draft, choices=[2, 0])
    p.person(one, "poll.vote", poll_id=draft, choices=[1])
    p.person(two, "poll.vote", poll_id=draft, choices=[1, 2])
    p.now_ms += 60_000
    p.system(system.PollTimeout(draft))
    p.person(trainer, "poll.release", poll_id=draft)
    p.person(
        trainer,
        "poll.create",
        question="Do you agree?",
        kind="single",
        options=["Yes", "No"],
        is_anonymous=True,
    )
    secret = list(p.state.polls)[-1]
    p.person(one, "poll.vote", poll_id=secret, choices=[0])
    p.person(two, "poll.vote", poll_id=secret, choices=[1])
    p.person(trainer, "poll.close", poll_id=secret)


def seen_by(log: list[Logged], receiver: Receiver) -> list[Case]:
    """Fold what a receiver is sent, from the snapshot at going live on."""
    whole = State("ses_play", "sem_play")
    live_seq = next(one.seq for one in log if one.event.type == "session.went_live")
    for logged in log[:live_seq]:
        apply(whole, logged)
    view: State = _STATE.validate_python(to_json(view_for(whole, receiver)))
    cases: list[Case] = []
    for logged in log[live_seq:]:
        if may_see(logged, receiver, live_seq):
            before = to_json(view)
            apply(view, logged)
            cases.append(case(f"{logged.seq:02}", before, logged, view))
    return cases


def files() -> dict[str, list[Case]]:
    """Return every case file by name."""
    played = play()
    return {
        "everything.json": played.cases,
        "participant.json": seen_by(played.log, Receiver("par_0002", "participant")),
    }


def render(cases: list[Case]) -> str:
    return json.dumps(cases, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for name, cases in files().items():
        (FOLDER / name).write_text(render(cases), encoding="utf-8")
