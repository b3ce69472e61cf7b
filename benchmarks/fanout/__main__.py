"""`python -m benchmarks.fanout [--quick] [--subscribers 50 100 300 1000]`.

Prints server CPU per forwarded packet, ours beside Janus and the C floor. Absolute
figures depend on the machine and on who else uses it; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
import platform
import resource
import sys
from pathlib import Path

from benchmarks.fanout.floor import compiled_floor, measure_floor
from benchmarks.fanout.measure import Result, measure
from benchmarks.fanout.servers import Hallcast, Janus, MediaServer

SUBSCRIBERS = (50, 100, 300, 1_000)
JANUS_MAXIMUM = 300
"""Above, Janus as it comes fills its cores on this load and the run says nothing."""
BUSY_PERCENT = 95.0
HEADER = (
    "| subscribers | server | profile | us/packet | of Janus | of floor | CPU % | "
    "loss % | join ms | load generator CPU % |\n"
    "|---:|---|---|---:|---:|---:|---:|---:|---:|---:|"
)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fanout")
    parser.add_argument("--quick", action="store_true", help="50 and 300, 4 s each")
    parser.add_argument("--subscribers", type=int, nargs="+", default=None)
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--no-janus", action="store_true")
    return parser.parse_args()


async def run(arguments: argparse.Namespace) -> None:
    counts = arguments.subscribers or ((50, 300) if arguments.quick else SUBSCRIBERS)
    seconds = arguments.seconds or (4.0 if arguments.quick else 8.0)
    with_janus = not arguments.no_janus and Janus.is_installed()
    print(_describe_machine())
    if not with_janus:
        print("Janus is not installed (apt-get install janus): no ratio to it.")
    print(HEADER)
    with compiled_floor() as program:
        if program is None:
            print("No gcc or no OpenSSL headers: no floor.", file=sys.stderr)
        for count in counts:
            floor = await _print_floor(program, count, seconds)
            janus: Result | None = None
            if with_janus and count <= JANUS_MAXIMUM:
                janus = await _measure_and_print(Janus(), count, seconds, None, floor)
            await _measure_and_print(Hallcast(), count, seconds, janus, floor)


async def _print_floor(
    program: Path | None, count: int, seconds: float
) -> float | None:
    if program is None:
        return None
    plain = await measure_floor(program, count, seconds / 2, use_gso=False)
    gso = await measure_floor(program, count, seconds / 2, use_gso=True)
    for name, figure in (("C, one send a packet", plain), ("C, GSO", gso)):
        print(f"| {count} | {name} | AES-128-GCM | {figure:.2f} | | | | | | |")
    return gso


async def _measure_and_print(
    server: MediaServer,
    count: int,
    seconds: float,
    janus: Result | None,
    floor: float | None,
) -> Result:
    result = await measure(server, count, seconds)
    cost = result.cpu_us_per_packet
    of_janus = f"{cost / janus.cpu_us_per_packet:.2f}" if janus else ""
    of_floor = f"{cost / floor:.2f}" if floor else ""
    print(
        f"| {result.connected} | {result.server} | {result.profile} | {cost:.2f} | "
        f"{of_janus} | {of_floor} | {result.cpu_percent:.0f} | "
        f"{result.loss_percent:.2f} | {result.join_cpu_ms:.1f} | "
        f"{result.load_percent:.0f} |",
        flush=True,
    )
    _warn(result)
    return result


def _warn(result: Result) -> None:
    if result.connected < result.subscribers:
        print(f"only {result.connected} of {result.subscribers} connected")
    if result.samples_failed or not result.samples:
        print(f"{result.samples_failed} of {result.samples} samples did not decrypt")
    if result.load_percent > BUSY_PERCENT:
        print("the load generator was the bottleneck: these figures are its own")


def _describe_machine() -> str:
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    busy = os.getloadavg()[0]
    now = datetime.datetime.now(datetime.UTC)
    return (
        f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} x {model}, Linux "
        f"{platform.release()}, Python {platform.python_version()}, load {busy:.1f} "
        "before the run\n"
    )


def main() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8_192)), hard))
    asyncio.run(run(parse_arguments()))


if __name__ == "__main__":
    main()
