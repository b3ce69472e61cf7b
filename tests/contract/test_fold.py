"""The fold cases: what the Python fold does, and what TypeScript's must do too."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from server.domain.events import Event, Logged
from server.domain.fold import apply
from server.domain.state import State
from tests.contract.fold.make_cases import FOLDER, files, render, to_json

_STATE: TypeAdapter[State] = TypeAdapter(State)
CASES: list[dict[str, Any]] = [
    case
    for path in sorted(FOLDER.glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_an_event_gives_the_expected_state(case: dict[str, Any]) -> None:
    state = _STATE.validate_python(case["state"])
    apply(state, Logged.model_validate(case["event"]))
    assert to_json(state) == case["expected"]


def test_every_kind_of_event_has_a_case() -> None:
    kinds = {one.model_fields["type"].default for one in get_args(get_args(Event)[0])}
    assert kinds == {case["event"]["event"]["type"] for case in CASES}


@pytest.mark.parametrize("name", sorted(files()))
def test_the_committed_cases_are_what_the_rules_make_today(name: str) -> None:
    """Run `python -m tests.contract.fold.make_cases` after a change of the rules."""
    assert (FOLDER / name).read_text(encoding="utf-8") == render(files()[name])
