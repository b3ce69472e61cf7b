"""The link emulator's process: packets from one TUN device to another, shaped.

    python -m tests.impairment.link --seconds 600 --delay-ms 50 --loss 0.05

makes two namespaces joined by such a line, prints how to enter them, and deletes them
at its end. Tests start it with `--serve` and talk to it over its standard input.
"""

from __future__ import annotations

import argparse
import heapq
import json
import os
import select
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from tests.impairment.conditions import (
    Condition,
    Phase,
    Schedule,
    condition_at,
    decode_schedules,
)
from tests.impairment.namespace import namespaces
from tests.impairment.shaper import NS_PER_S, Shaper
from tests.impairment.tun import HUB_ADDRESS, Ends, open_ends, own_drops

READ_BYTES = 2048
READ_PACKETS = 64
"""Of one device in a row, so that none starves the others."""

IDLE_S = 0.05

MAX_LATENESS_SAMPLES = 200_000


@dataclass(slots=True)
class _Direction:
    source: int
    target: int
    shaper: Shaper


class Line:
    """Both directions between a far end and the hub."""

    def __init__(self, ends: Ends, seed: int) -> None:
        self.ends = ends
        self.schedule: Schedule = (Phase(0.0),)
        hub, far = open_ends(ends)
        self.down = _Direction(hub, far, Shaper(2 * seed))
        self.up = _Direction(far, hub, Shaper(2 * seed + 1))

    def follow(self, elapsed_s: float, now_ns: int) -> None:
        phase = condition_at(self.schedule, elapsed_s)
        self.up.shaper.use(phase.up, now_ns)
        self.down.shaper.use(phase.down, now_ns)


class Emulator:
    """All lines of one hub, on one thread."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = list(lines)
        self._began_ns = time.monotonic_ns()
        self._queue: list[tuple[int, int, int, bytes]] = []
        self._number = 0
        self._lateness_ns: list[int] = []
        self._unsent = 0
        self._directions = {
            one.source: one for line in lines for one in (line.down, line.up)
        }

    def begin(self, schedules: Sequence[Schedule]) -> None:
        """Start these schedules now, one for each line."""
        for line, schedule in zip(self.lines, schedules, strict=True):
            line.schedule = schedule
        self._began_ns = time.monotonic_ns()
        self._lateness_ns.clear()
        self._unsent = 0

    def turn(self, others: Sequence[int] = ()) -> list[int]:
        """Wait for the next packet or due time, move packets; gives others to read."""
        now_ns = time.monotonic_ns()
        wait_s = IDLE_S
        if self._queue:
            wait_s = min(wait_s, max(0, self._queue[0][0] - now_ns) / NS_PER_S)
        readable, _, _ = select.select((*self._directions, *others), (), (), wait_s)
        now_ns = time.monotonic_ns()
        for line in self.lines:
            line.follow((now_ns - self._began_ns) / NS_PER_S, now_ns)
        for source in readable:
            if source in self._directions:
                self._take(self._directions[source])
        self._put(time.monotonic_ns())
        return [one for one in readable if one in others]

    def _take(self, direction: _Direction) -> None:
        for _ in range(READ_PACKETS):
            try:
                packet = os.read(direction.source, READ_BYTES)
            except BlockingIOError:
                return
            due_ns = direction.shaper.pass_packet(packet, time.monotonic_ns())
            if due_ns is not None:
                self._number += 1
                entry = (due_ns, self._number, direction.target, packet)
                heapq.heappush(self._queue, entry)

    def _put(self, now_ns: int) -> None:
        queue = self._queue
        while queue and queue[0][0] <= now_ns:
            due_ns, _, target, packet = heapq.heappop(queue)
            if len(self._lateness_ns) < MAX_LATENESS_SAMPLES:
                self._lateness_ns.append(now_ns - due_ns)
            try:
                os.write(target, packet)
            except OSError:
                self._unsent += 1

    def report(self) -> dict[str, Any]:
        """Give the figures since `begin`; the shapers' since the start.

        The worst queue is that since the last report.
        """
        late = sorted(self._lateness_ns) or [0]
        lines = []
        for line in self.lines:
            up, down = line.up.shaper.stats, line.down.shaper.stats
            lines.append({"down": asdict(down), "up": asdict(up)})
            up.worst_queue_ms = down.worst_queue_ms = 0.0
        return {
            "lines": lines,
            "own_lost": self._unsent + sum(own_drops(one.ends) for one in self.lines),
            "late_p50_ms": late[len(late) // 2] / 1e6,
            "late_p99_ms": late[len(late) * 99 // 100] / 1e6,
            "late_max_ms": late[-1] / 1e6,
        }


def serve(ends: Sequence[Ends], seed: int) -> None:
    """Obey `begin <schedules as JSON>` and `report` until standard input ends.

    So the process never outlives the one that started it, however that ended.
    """
    emulator = Emulator([Line(one, seed * 100 + one.number) for one in ends])
    print("ready", flush=True)
    number, rest = sys.stdin.fileno(), b""
    while True:
        if not emulator.turn([number]):
            continue
        data = os.read(number, 1 << 16)
        if not data:
            return
        *complete, rest = (rest + data).split(b"\n")
        for command in complete:
            word, _, argument = command.partition(b" ")
            if word == b"begin":
                emulator.begin(decode_schedules(argument))
            print(json.dumps(emulator.report()), flush=True)


def run_by_hand(arguments: argparse.Namespace) -> None:
    """Join two new namespaces by a line until the time is over or Ctrl-C."""
    condition = Condition(
        **{one.name: getattr(arguments, one.name) for one in fields(Condition)}
    )
    clean = Condition(delay_ms=condition.delay_ms)
    phase = Phase(0, clean if arguments.down_only else condition, condition)
    with namespaces(2) as (hub, far):
        hub.ip("addr", "add", f"{HUB_ADDRESS}/32", "dev", "lo")
        emulator = Emulator([Line(Ends(1, hub.name, far.name), arguments.seed)])
        emulator.begin([(phase,)])
        print(f"near end, {HUB_ADDRESS}:  ip netns exec {hub.name} bash")
        print(f"far end:                ip netns exec {far.name} bash", flush=True)
        until_s = time.monotonic() + arguments.seconds
        try:
            while time.monotonic() < until_s:
                emulator.turn()
        except KeyboardInterrupt:
            pass
        print(json.dumps(emulator.report(), indent=1))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.impairment.link")
    parser.add_argument("--serve", nargs="+", metavar="NS", help="hub and far ends")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--down-only", action="store_true", help="clean on the way up")
    for one in fields(Condition):
        kind = _truth if isinstance(one.default, bool) else type(one.default)
        option = "--" + one.name.replace("_", "-")
        parser.add_argument(option, type=kind, default=one.default)
    return parser.parse_args()


def _truth(word: str) -> bool:
    return word.lower() in ("1", "yes", "true")


def main() -> None:
    arguments = parse_arguments()
    if arguments.serve:
        hub, *far = arguments.serve
        ends = [Ends(number, hub, name) for number, name in enumerate(far, 1)]
        serve(ends, arguments.seed)
    else:
        run_by_hand(arguments)


if __name__ == "__main__":
    main()
