"""`python -m benchmarks.whep [--url URL --key KEY] [--viewers 300]`.

Publishes by WHIP, lets viewers join by WHEP within 10 s and counts what they get. With
no address it starts a Hallcast of its own; with one, any WHIP/WHEP server will do.
"""

from __future__ import annotations

import argparse
import asyncio

from benchmarks.machine import allow_many_files, describe_machine
from benchmarks.whep.node import open_node
from benchmarks.whep.storm import Plan, Report, Storm
from benchmarks.whep.wire import Endpoint


def parse_arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.whep")
    parser.add_argument("--url", help="WHEP endpoint; none: a node of its own")
    parser.add_argument("--key", default="", help="bearer key of it")
    parser.add_argument("--publish-url", help="WHIP endpoint; none: somebody else does")
    parser.add_argument("--publish-key", default="", help="bearer key of it")
    parser.add_argument(
        "--pid", type=int, nargs="*", default=(), help="media processes, for CPU time"
    )
    parser.add_argument(
        "--workers", type=int, default=1, help="media workers of a node of its own"
    )
    parser.add_argument("--viewers", type=int, default=300)
    parser.add_argument("--residents", type=int, default=20, help="watch before them")
    parser.add_argument("--within", type=float, default=10.0, help="s of the storm")
    parser.add_argument("--seconds", type=float, default=8.0, help="before and after")
    return parser.parse_args(words)


async def measure(arguments: argparse.Namespace) -> Report:
    plan = Plan(
        arguments.viewers, arguments.residents, arguments.within, arguments.seconds
    )
    if arguments.url is None:
        viewers = plan.viewers + plan.residents
        async with open_node(viewers, arguments.workers) as node:
            return await Storm(
                plan, node.whep, node.whip, node.media_pids, node.go_live
            ).run()
    whip = None
    if arguments.publish_url:
        whip = Endpoint(arguments.publish_url, arguments.publish_key)
    whep = Endpoint(arguments.url, arguments.key)
    return await Storm(plan, whep, whip, arguments.pid).run()


def print_report(report: Report) -> None:
    joiners, plan = report.joiners, report.plan
    print(f"{plan.viewers} viewers asked within {plan.within_s:g} s:")
    packets = [one.packet_after_s for one in joiners]
    pictures = [one.picture_after_s for one in joiners]
    print(f"  first packet after asking   {spread(packets)}")
    print(f"  first whole key picture     {spread(pictures)}")
    for refusal in sorted({one.refusal for one in joiners if one.refusal}):
        count = sum(one.refusal == refusal for one in joiners)
        print(f"  {count} refused: {refusal}")
    for words, watched in (("before", report.before), ("during", report.during)):
        delays = watched.delays
        timed = ""
        if delays.all.packets:
            timed = (
                f", delay p50 / p99 / max ms: audio {delays.audio}, video "
                f"{delays.video}"
            )
        print(
            f"  {plan.residents} there already, {words}: {watched.received} packets, "
            f"{watched.loss_percent:.3f} % lost{timed}"
        )
    steady = report.steady
    print(f"Then {steady.viewers} viewers: {steady.loss_percent:.3f} % lost", end="")
    if steady.cpu_us_per_packet is not None:
        shares = " + ".join(f"{share:.0f}" for share in steady.workers_percent)
        print(
            f", {steady.cpu_us_per_packet:.2f} us/packet, {shares} % of a core", end=""
        )
    print(f"; load generator {steady.load_percent:.0f} %")
    if report.kib_per_viewer is not None:
        print(f"Memory: {report.kib_per_viewer:.0f} KiB a viewer")


def spread(values: list[float | None]) -> str:
    """Write worst and 95th percentile; those without a value are said, not left out."""
    there = sorted(value for value in values if value is not None)
    if not there:
        return "nobody"
    p95 = there[min(len(there) - 1, int(0.95 * len(there)))]
    missing = len(values) - len(there)
    lacking = f", {missing} never" if missing else ""
    return f"p95 {p95:.2f} s, worst {there[-1]:.2f} s{lacking}"


def worst(values: list[float | None]) -> float | None:
    """Return the largest; None when somebody has none."""
    there = [value for value in values if value is not None]
    return max(there) if there and len(there) == len(values) else None


if __name__ == "__main__":
    allow_many_files()
    print(describe_machine())
    print_report(asyncio.run(measure(parse_arguments())))
