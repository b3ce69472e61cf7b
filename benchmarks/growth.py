"""`python -m benchmarks.growth [--out benchmarks/results]`: how cost grows.

With viewers of one programme, with cameras on air in one room, and with many small
rooms. Prints a table, writes growth.csv and growth.svg. About 3 minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fanout.load import Layout
from benchmarks.fanout.measure import SETTLE_S, Result, measure
from benchmarks.fanout.servers import Hallcast
from benchmarks.machine import allow_many_files, describe_machine
from benchmarks.plot import Panel, Point, draw

RESULTS = Path(__file__).with_name("results")
SECONDS = 5.0
SERIES: dict[str, tuple[str, tuple[Layout, ...]]] = {
    "viewers": (
        "One programme",
        tuple(Layout(count) for count in (25, 50, 100, 200, 300, 500, 1_000)),
    ),
    "publishers": (
        "Cameras on air in a room of 100 (further ones small)",
        tuple(Layout(100, publishers=count) for count in (1, 2, 3, 4)),
    ),
    "rooms": (
        "200 viewers in rooms of their own",
        tuple(Layout(200, rooms=count) for count in (1, 10, 25, 50)),
    ),
}
COLUMNS = (
    "series",
    "viewers",
    "publishers",
    "rooms",
    "us_per_packet",
    "cpu_percent",
    "packets_per_s",
    "loss_percent",
    "audio_p99_ms",
    "video_p99_ms",
    "kib_per_viewer",
    "load_generator_percent",
)
Measured = dict[str, list[tuple[Layout, Result]]]


async def run(
    series: dict[str, tuple[str, tuple[Layout, ...]]] = SERIES,
    seconds: float = SECONDS,
    settle_s: float = SETTLE_S,
) -> Measured:
    print(f"| {' | '.join(COLUMNS)} |\n|---|{'---:|' * (len(COLUMNS) - 1)}")
    measured: Measured = {}
    for name, (_, layouts) in series.items():
        measured[name] = []
        for layout in layouts:
            result = await measure(Hallcast(), layout, seconds, settle_s)
            measured[name].append((layout, result))
            print(f"| {' | '.join(_cells(name, layout, result))} |", flush=True)
    return measured


def write(measured: Measured, folder: Path, note: str) -> None:
    """Write growth.csv and growth.svg; `note` says where and when."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "growth.csv").open("w", newline="") as file:
        file.write(f"# {note}\n")
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for name, results in measured.items():
            rows.writerows(_cells(name, *one) for one in results)
    panels = [_panel(name, results) for name, results in measured.items()]
    picture = draw(panels, "CPU, % of one core; us a packet at the points")
    (folder / "growth.svg").write_text(picture)


def _panel(name: str, results: Sequence[tuple[Layout, Result]]) -> Panel:
    points = [
        Point(
            {
                "viewers": layout.subscribers,
                "publishers": layout.publishers,
                "rooms": layout.rooms,
            }[name],
            result.cpu_percent,
            f"{result.cpu_us_per_packet:.1f}",
        )
        for layout, result in results
    ]
    return Panel(SERIES[name][0], name, points)


def _cells(name: str, layout: Layout, result: Result) -> list[str]:
    return [
        name,
        str(result.connected),
        str(layout.publishers),
        str(layout.rooms),
        f"{result.cpu_us_per_packet:.2f}",
        f"{result.cpu_percent:.1f}",
        f"{result.packets_per_s:.0f}",
        f"{result.loss_percent:.3f}",
        f"{result.delays.audio.p99_ms:.1f}",
        f"{result.delays.video.p99_ms:.1f}",
        f"{result.kib_per_subscriber:.0f}",
        f"{result.load_percent:.0f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    arguments = parser.parse_args()
    allow_many_files()
    note = describe_machine()
    print(f"{note}\n")
    write(asyncio.run(run(seconds=arguments.seconds)), arguments.out, note)


if __name__ == "__main__":
    main()
