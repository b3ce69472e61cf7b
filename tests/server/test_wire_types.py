"""The TypeScript types follow the Python models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from server import wire_types
from server.domain.commands import FloorGive, FloorTake
from server.domain.events import ChatPosted, Role
from server.domain.state import Slide, State
from server.http import wire

GENERATED = Path(__file__).parents[2] / "web" / "src" / "api" / "types.gen.ts"


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str, "string"),
        (int, "number"),
        (bool, "boolean"),
        (str | None, "string | null"),
        (list[int], "number[]"),
        (list[str | None], "(string | null)[]"),
        (dict[str, list[int]], "Record<string, number[]>"),
        (dict[str, object], "Record<string, unknown>"),
        (Annotated[int, Field(ge=1)], "number"),
        (Literal["a", "b"], '"a" | "b"'),
        (Role, "Role"),
        (Slide | None, "Slide | null"),
    ],
)
def test_annotations_become_typescript(annotation: object, expected: str) -> None:
    assert wire_types.to_typescript(annotation) == expected


def test_an_annotation_without_counterpart_is_refused() -> None:
    with pytest.raises(TypeError, match="no TypeScript counterpart"):
        wire_types.to_typescript(tuple[int, str])


def test_only_the_browser_may_leave_fields_out() -> None:
    assert "limit_s?: number;" in wire_types.interface(FloorGive)
    assert "participant_id?: string | null;" in wire_types.interface(FloorTake)
    assert "after_seq?: number | null;" in wire_types.interface(wire.Hello)
    assert "?:" not in wire_types.interface(ChatPosted)
    assert "?:" not in wire_types.interface(State)
    assert "?:" not in wire_types.interface(wire.ErrorBody)


def test_docstrings_travel_and_signatures_do_not() -> None:
    assert "/** Somebody who has the floor now. */" in wire_types.generate()
    assert "State(session_id" not in wire_types.generate()


def test_every_alias_lists_its_members() -> None:
    text = wire_types.generate()
    assert 'export type Role =\n  | "trainer"\n  | "coordinator"' in text
    assert "export type Command =\n  | SessionOpen\n" in text


def test_the_checked_in_file_is_up_to_date() -> None:
    assert GENERATED.read_text("utf-8") == wire_types.generate()


def test_check_tells_an_outdated_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "types.gen.ts"
    assert wire_types.main([str(path), "--check"]) == 1
    assert "run `make types`" in capsys.readouterr().err
    assert wire_types.main([str(path)]) == 0
    assert wire_types.main([str(path), "--check"]) == 0
