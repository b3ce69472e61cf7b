"""`python -m benchmarks.all`: most of what is promised, in about 8 minutes.

Runs the fan-out beside its peers, the WHEP storm and the growth series, then prints
one table of the required figures: met, or short by how much.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path

from benchmarks import growth
from benchmarks.fanout.compare import PEERS, compare
from benchmarks.machine import allow_many_files, describe_machine
from benchmarks.required import HEADER, Line, fanout_lines, storm_lines
from benchmarks.whep import __main__ as whep

SUBSCRIBERS = (50, 100, 300, 500, 1_000)


def parse_arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.all")
    parser.add_argument("--subscribers", type=int, nargs="+", default=SUBSCRIBERS)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--alone", action="store_true", help="no other servers")
    parser.add_argument("--without-growth", action="store_true")
    parser.add_argument("--viewers", type=int, default=300, help="of the WHEP storm")
    parser.add_argument("--out", type=Path, default=growth.RESULTS)
    return parser.parse_args(words)


async def run(arguments: argparse.Namespace) -> list[Line]:
    """Measure and print everything; return the table's lines."""
    began_s = time.monotonic()
    note = describe_machine()
    print(f"{note}\n")
    peers = [peer for peer in PEERS if peer.is_installed() and not arguments.alone]
    lines: list[Line] = []
    async for one in compare(arguments.subscribers, arguments.seconds, peers):
        lines += fanout_lines(one)
    print()
    words = ["--viewers", str(arguments.viewers), "--seconds", str(arguments.seconds)]
    report = await whep.measure(whep.parse_arguments(words))
    whep.print_report(report)
    lines += storm_lines(report)
    print()
    if not arguments.without_growth:
        growth.write(await growth.run(), arguments.out, note)
        print()
    print("\n".join([HEADER, *map(str, lines)]))
    print(f"\nTook {(time.monotonic() - began_s) / 60:.1f} minutes.")
    return lines


if __name__ == "__main__":
    allow_many_files()
    asyncio.run(run(parse_arguments()))
