"""The lock files: complete hashes, and no version below a security floor."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
FLOORS = tomllib.loads((Path(__file__).parent / "security-floors.toml").read_text())


def locked(path: Path) -> dict[str, list[Version]]:
    """Read name to pinned versions (several where Python versions differ)."""
    pins: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.+!-]+)", path.read_text(), re.M):
        pins.setdefault(name.lower(), []).append(Version(version))
    return pins


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("package", sorted(FLOORS))
def test_no_lock_is_below_a_security_floor(path: Path, package: str) -> None:
    floor = Version(FLOORS[package]["floor"])
    assert all(version >= floor for version in locked(path)[package])


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_pin_has_a_hash(path: Path) -> None:
    entries = re.split(r"^(?=[\w.-]+==)", path.read_text(), flags=re.M)[1:]
    assert entries
    assert [
        entry.split()[0] for entry in entries if "--hash=sha256:" not in entry
    ] == []


def test_the_test_lock_holds_the_run_lock() -> None:
    run, test = (
        locked(ROOT / "requirements/run.txt"),
        locked(ROOT / "requirements/test.txt"),
    )
    assert {name: test.get(name) for name in run} == run
