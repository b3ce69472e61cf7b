"""What keeps the tree readable: sizes of files, and where things may not stand."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMITS = {".py": 400, ".ts": 400, ".svelte": 200}
GENERATED = ("types.gen.ts",)


def tracked() -> list[Path]:
    """Return the files under version control, or all sources where git is absent."""
    listing = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / line for line in listing.stdout.splitlines()]


SOURCES = [
    path
    for path in tracked()
    if path.suffix in LIMITS and path.name not in GENERATED and path.exists()
]


def test_no_source_file_outgrows_its_limit() -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if (lines := path.read_text().count("\n")) > LIMITS[path.suffix]
    }
    assert too_long == {}


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc"])
def test_no_module_is_named_after_nothing(name: str) -> None:
    assert [str(path) for path in SOURCES if path.stem == name] == []


def test_the_browser_part_never_writes_raw_html() -> None:
    raw = re.compile(r"\{@html|innerHTML|insertAdjacentHTML")
    web = ROOT / "web" / "src"
    shown = [path for path in SOURCES if not path.name.endswith(".test.ts")]
    pages = [path for path in shown if path.is_relative_to(web)]
    assert pages
    assert [str(path) for path in pages if raw.search(path.read_text())] == []
