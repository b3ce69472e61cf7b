"""Who may do what, and when: one table of command x role x status of the session.

`server.services.live` asks it before every command; tests walk over all of it. A
command without a row fails the tests, and is refused at run time.
"""

from __future__ import annotations

from typing import Literal, get_args

from server.domain import commands
from server.domain.commands import Command
from server.domain.events import Role, Status
from server.errors import ForbiddenError, SessionNotLiveError, SessionOverError

AccountRole = Literal["administrator", "trainer", "coordinator", "participant"]

_RUNNING: frozenset[Status] = frozenset({"green_room", "live"})
_LIVE: frozenset[Status] = frozenset({"live"})
_NOT_OVER: frozenset[Status] = frozenset({"planned", "green_room", "live"})
_NEVER: frozenset[Status] = frozenset()


def _row(
    trainer: frozenset[Status],
    coordinator: frozenset[Status] = _NEVER,
    participant: frozenset[Status] = _NEVER,
) -> dict[Role, frozenset[Status]]:
    return {
        "trainer": trainer,
        "coordinator": coordinator,
        "participant": participant,
    }


COMMANDS: dict[type, dict[Role, frozenset[Status]]] = {
    # `already_in_state` explains a repeated opening better than "not now".
    commands.SessionOpen: _row(_NOT_OVER),
    commands.SessionGoLive: _row(_NOT_OVER),
    commands.SessionEnd: _row(_LIVE),
    commands.HandRaise: _row(_NEVER, _LIVE, _LIVE),
    commands.HandLower: _row(_LIVE, _LIVE, _LIVE),
    commands.QueueMove: _row(_LIVE),
    commands.FloorGive: _row(_LIVE),
    commands.FloorTake: _row(_LIVE, _LIVE, _LIVE),
    commands.SlideShow: _row(_RUNNING),
    commands.ChatPost: _row(_RUNNING, _LIVE, _LIVE),
    commands.ChatHide: _row(_RUNNING),
    commands.PollCreate: _row(_RUNNING),
    commands.PollOpen: _row(_LIVE),
    # Trainers ask; they do not vote in their own poll.
    commands.PollVote: _row(_NEVER, _LIVE, _LIVE),
    commands.PollClose: _row(_LIVE),
    commands.PollRelease: _row(_LIVE),
    commands.LocksSet: _row(_RUNNING),
    commands.ParticipantMute: _row(_LIVE),
    commands.ParticipantRemove: _row(_NOT_OVER),
}


def all_commands() -> tuple[type, ...]:
    """List every command of the union that clients can send."""
    union = get_args(Command)[0]
    return get_args(union)


def check(command: object, role: Role, status: Status) -> None:
    """Raise the refusal that fits when `role` may not send `command` in `status`."""
    allowed = COMMANDS.get(type(command), {}).get(role, _NEVER)
    if not allowed:
        raise ForbiddenError
    if status in allowed:
        return
    raise SessionOverError if status == "ended" else SessionNotLiveError


def session_role(account_role: AccountRole, *, is_own_seminar: bool) -> Role:
    """Tell the role of a person in one session.

    An administrator and the seminar's own trainer lead it; a trainer who came to a
    colleague's seminar takes part like everybody else.
    """
    if account_role == "administrator" or is_own_seminar:
        return "trainer"
    return "coordinator" if account_role == "coordinator" else "participant"


def may_edit_seminar(account_role: AccountRole, *, is_own_seminar: bool) -> bool:
    return account_role == "administrator" or is_own_seminar
