"""`python -m benchmarks.fanout [--quick] [--subscribers 50 100 300 1000]`.

Prints server CPU per forwarded packet, ours beside Janus, mediasoup and the C floor.
Absolute figures depend on the machine and on who else uses it; the ratios count.
"""

from __future__ import annotations

import argparse
import asyncio

from benchmarks.fanout.compare import PEERS, compare
from benchmarks.machine import allow_many_files, describe_machine

SUBSCRIBERS = (50, 100, 300, 500, 1_000)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fanout")
    parser.add_argument("--quick", action="store_true", help="50 and 300, 4 s each")
    parser.add_argument("--subscribers", type=int, nargs="+", default=None)
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--alone", action="store_true", help="no other servers")
    return parser.parse_args()


async def run(arguments: argparse.Namespace) -> None:
    counts = arguments.subscribers or ((50, 300) if arguments.quick else SUBSCRIBERS)
    seconds = arguments.seconds or (4.0 if arguments.quick else 8.0)
    peers = [peer for peer in PEERS if peer.is_installed() and not arguments.alone]
    print(describe_machine())
    for peer in PEERS:
        if peer not in peers:
            print(f"Without {peer.__name__}; benchmarks/README.md tells how to get it.")
    print()
    async for _ in compare(counts, seconds, peers):
        pass


if __name__ == "__main__":
    allow_many_files()
    asyncio.run(run(parse_arguments()))
