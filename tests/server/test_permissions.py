from __future__ import annotations

from typing import Any, get_args

import pytest

from server import permissions
from server.domain.decide import DECIDERS
from server.domain.events import Role, Status
from server.errors import ForbiddenError, SessionNotLiveError, SessionOverError
from server.permissions import COMMANDS, all_commands, check, session_role

ROLES: tuple[Role, ...] = get_args(Role)
STATUSES: tuple[Status, ...] = get_args(Status)
CELLS = [
    (command, role, status)
    for command in all_commands()
    for role in ROLES
    for status in STATUSES
]


def test_every_command_has_a_row_and_a_decider() -> None:
    assert set(COMMANDS) == set(all_commands())
    assert set(all_commands()) <= set(DECIDERS)


@pytest.mark.parametrize(("command", "role", "status"), CELLS)
def test_a_cell_passes_or_gives_the_refusal_that_fits(
    command: Any, role: Role, status: Status
) -> None:
    wish = command.model_construct()
    allowed = COMMANDS[command][role]
    if status in allowed:
        check(wish, role, status)
        return
    if not allowed:
        expected: type[Exception] = ForbiddenError
    else:
        expected = SessionOverError if status == "ended" else SessionNotLiveError
    with pytest.raises(expected):
        check(wish, role, status)


def test_nothing_can_be_sent_after_the_end() -> None:
    assert not any("ended" in row[role] for row in COMMANDS.values() for role in ROLES)


def test_participants_do_nothing_before_the_start() -> None:
    for row in COMMANDS.values():
        for role in ("participant", "coordinator"):
            assert row[role] <= {"live"}


def test_a_command_without_a_row_is_refused() -> None:
    with pytest.raises(ForbiddenError):
        check(object(), "trainer", "live")


@pytest.mark.parametrize(
    ("account", "is_own", "expected"),
    [
        ("administrator", False, "trainer"),
        ("trainer", True, "trainer"),
        ("trainer", False, "participant"),
        ("coordinator", False, "coordinator"),
        ("participant", False, "participant"),
    ],
)
def test_the_role_in_a_session_follows_the_account(
    account: permissions.AccountRole, is_own: bool, expected: Role
) -> None:
    assert session_role(account, is_own_seminar=is_own) == expected
