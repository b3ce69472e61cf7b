"""`python -m benchmarks.overload [--factor 1.5] [--share 0.5] [--contrast]`.

Takes a media worker past its capacity and tells what it sheds, how soon and from whom,
and what becomes of the sound. About 4 minutes; needs two cores nobody else uses, or,
with `--share`, parts of two.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace

from benchmarks.machine import allow_many_files, describe_machine
from benchmarks.overload.measure import GUARDED, UNGUARDED, Plan, Run, measure
from benchmarks.overload.report import describe, look_at

BUSY_PERCENT = 95.0
CONTRAST_S = 30.0


def parse_arguments(words: list[str] | None = None) -> argparse.Namespace:
    plan = Plan()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overload")
    parser.add_argument("--factor", type=float, default=plan.factor)
    parser.add_argument("--sizes", type=int, nargs="+", default=None)
    parser.add_argument("--hold", type=float, default=plan.hold_s, metavar="S")
    parser.add_argument("--back", type=float, default=plan.back_s, metavar="S")
    parser.add_argument("--share", type=float, default=1.0, help="of the worker's core")
    parser.add_argument(
        "--contrast", action="store_true", help="also a worker that sheds nothing"
    )
    return parser.parse_args(words)


def plan_of(arguments: argparse.Namespace) -> Plan:
    sizes = arguments.sizes or [round(one * arguments.share) for one in Plan().sizes]
    return Plan(
        factor=arguments.factor,
        sizes=tuple(sizes),
        hold_s=arguments.hold,
        steady_s=min(Plan().steady_s, arguments.hold / 2),
        back_s=arguments.back,
        share=arguments.share,
    )


async def run(plan: Plan, *, with_contrast: bool) -> list[Run]:
    """Measure and print; gives the runs."""
    print(f"{describe_machine()}\n", flush=True)
    runs = [await measure(plan, GUARDED)]
    _print(runs[0])
    if with_contrast:
        # As many viewers; nothing comes back, for nothing was taken away.
        other = replace(
            plan,
            viewers=runs[0].viewers,
            hold_s=min(plan.hold_s, CONTRAST_S),
            steady_s=min(plan.hold_s, CONTRAST_S) / 2,
            back_s=1.0,
        )
        print("\nWithout shedding:", flush=True)
        runs.append(await measure(other, UNGUARDED))
        _print(runs[1])
    return runs


def _print(run: Run) -> None:
    print("\n".join(describe(run)), flush=True)
    if look_at(run.between(run.steady_s, run.leaving_s)).own_percent > BUSY_PERCENT:
        print("The load generator was full itself: these delays are partly its own.")


if __name__ == "__main__":
    allow_many_files()
    arguments = parse_arguments()
    asyncio.run(run(plan_of(arguments), with_contrast=arguments.contrast))
