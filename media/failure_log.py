"""`FailureLog`: what goes wrong per packet, told at most once a second and type."""

from __future__ import annotations

import logging
from collections import Counter


class FailureLog:
    """Counts exceptions; `report`, called once a second, writes a line for each type.

    A flood of bad packets must not become a flood of tracebacks, which cost a hundred
    times as much (rule A6). Bounded: types are those of our code and its libraries.
    """

    __slots__ = ("_counts", "_first", "_log", "_reported")

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._counts: Counter[str] = Counter()
        self._first: dict[str, Exception] = {}
        self._reported: frozenset[str] = frozenset()

    def note(self, error: Exception) -> None:
        """Count a failure. Its traceback is kept until the next report."""
        kind = type(error).__name__
        self._counts[kind] += 1
        if self._counts[kind] == 1:
            self._first[kind] = error

    def report(self, what: str) -> tuple[str, ...]:
        """Write what was counted since the last call; gives the types.

        With the traceback of the first, unless the type was reported a second ago too.
        """
        kinds = tuple(self._counts)
        for kind in kinds:
            trace = None if kind in self._reported else self._first[kind]
            self._log.error(
                "%s failed %d times: %s", what, self._counts[kind], kind, exc_info=trace
            )
        self._reported = frozenset(kinds)
        self._counts.clear()
        self._first.clear()
        return kinds
