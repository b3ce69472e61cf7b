"""Keeps the figures of impairment runs and prints them as one table.

Each test judges through a `Verdict`, which notes every figure beside its limit before
it fails. The table ends the output of the tests. With HALLCAST_TEST_FIGURES a file
keeps the figures of several runs, and

    python -m tests.impairment.report FILE

prints the worst of all seeds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

FILE_SETTING = "HALLCAST_TEST_FIGURES"


class Figure(msgspec.Struct, frozen=True):
    """One measured value and what it may be."""

    condition: str
    client: str
    """Who was impaired and what it was: "light viewer", "Chromium viewer" ..."""
    seed: int
    name: str
    value: float
    limit: float
    is_at_most: bool

    @property
    def is_good(self) -> bool:
        if self.is_at_most:
            return self.value <= self.limit
        return self.value >= self.limit


noted: list[Figure] = []
"""Of this process, in order; a run that was repeated is in it with its last attempt."""


class Verdict:
    """Judges one run of one condition."""

    def __init__(self, condition: str, client: str, seed: int) -> None:
        self._condition = condition
        self._client = client
        self._seed = seed
        self._bad: list[str] = []

    def at_most(self, name: str, value: float, limit: float) -> None:
        self._note(name, value, limit, is_at_most=True)

    def at_least(self, name: str, value: float, limit: float) -> None:
        self._note(name, value, limit, is_at_most=False)

    def _note(self, name: str, value: float, limit: float, *, is_at_most: bool) -> None:
        figure = Figure(
            self._condition, self._client, self._seed, name, value, limit, is_at_most
        )
        noted[:] = [one for one in noted if not _is_same(one, figure)]
        noted.append(figure)
        _keep(figure)
        if not figure.is_good:
            self._bad.append(_sentence(figure))

    @property
    def failures(self) -> list[str]:
        """What missed its limit; a test asserts that there is none, after all runs."""
        return self._bad


def _is_same(one: Figure, other: Figure) -> bool:
    return (one.condition, one.client, one.seed, one.name) == (
        *(other.condition, other.client, other.seed, other.name),
    )


def _sentence(figure: Figure) -> str:
    relation = "at most" if figure.is_at_most else "at least"
    return (
        f"{figure.condition}, {figure.client}, seed {figure.seed}: {figure.name} is "
        f"{figure.value:.3g}, {relation} {figure.limit:g} was asked for"
    )


def _keep(figure: Figure) -> None:
    path = os.environ.get(FILE_SETTING)
    if path:
        with Path(path).open("ab") as file:
            file.write(msgspec.json.encode(figure) + b"\n")


def worst(figures: Iterable[Figure]) -> list[Figure]:
    """Give the worst seed of each figure, in the order they were first met."""
    found: dict[tuple[str, str, str], Figure] = {}
    for one in figures:
        key = (one.condition, one.client, one.name)
        before = found.get(key)
        if before is None or _is_worse(one, before):
            found[key] = one
    return list(found.values())


def _is_worse(one: Figure, before: Figure) -> bool:
    if one.is_at_most:
        return one.value > before.value
    return one.value < before.value


def table(figures: list[Figure]) -> str:
    """Write a Markdown table, worst of the seeds of each condition."""
    seeds: dict[tuple[str, str], set[int]] = {}
    for one in figures:
        seeds.setdefault((one.condition, one.client), set()).add(one.seed)
    lines = [
        "| condition | impaired | figure | worst | limit | seeds | |",
        "|---|---|---|---:|---:|---|---|",
    ]
    for one in worst(figures):
        relation = "<=" if one.is_at_most else ">="
        runs = ", ".join(map(str, sorted(seeds[one.condition, one.client])))
        lines.append(
            f"| {one.condition} | {one.client} | {one.name} | {one.value:.3g} | "
            f"{relation} {one.limit:g} | {runs} | {'' if one.is_good else 'MISSED'} |"
        )
    return "\n".join(lines)


def main() -> None:
    figures = [
        msgspec.json.decode(line, type=Figure)
        for path in sys.argv[1:]
        for line in Path(path).read_bytes().splitlines()
    ]
    print(table(figures))


if __name__ == "__main__":
    main()
