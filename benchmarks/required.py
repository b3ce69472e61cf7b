"""The figures the design and its issues promise, beside what a run measured."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.fanout.compare import Comparison
from benchmarks.fanout.janus import Janus
from benchmarks.fanout.mediasoup import Mediasoup
from benchmarks.fanout.servers import Hallcast
from benchmarks.whep.__main__ import worst
from benchmarks.whep.storm import Report

RATIO_COUNTS = (50, 100, 300, 500)
JANUS_RATIO, MEDIASOUP_RATIO, FLOOR_RATIO = 0.2, 0.5, 1.6
US_AT_300, US_AT_1000 = 4.0, 3.8
LOSS_PERCENT = 0.1
DELAY_P99_MS = 10.0
KIB_PER_VIEWER = 100.0
FIRST_PACKET_S, FIRST_PICTURE_S = 3.0, 15.0
HEADER = "| figure | at most | measured | |\n|---|---:|---:|---|"


@dataclass(frozen=True, slots=True)
class Line:
    figure: str
    limit: float
    measured: float | None
    unit: str = ""

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        limit = f"{self.limit:g}{unit}"
        if self.measured is None:
            return f"| {self.figure} | {limit} | | not measured |"
        verdict = "met"
        if self.measured > self.limit:
            verdict = f"short by {self.measured - self.limit:.2f}{unit}"
        return f"| {self.figure} | {limit} | {self.measured:.2f}{unit} | {verdict} |"


def fanout_lines(comparison: Comparison) -> list[Line]:
    """What one number of subscribers has to show."""
    count = comparison.subscribers
    ours = comparison.results[Hallcast]
    lines: list[Line] = []
    if count in RATIO_COUNTS:
        lines += [
            Line(f"cost at {count}, of Janus", JANUS_RATIO, comparison.ratio(Janus)),
            Line(
                f"cost at {count}, of mediasoup",
                MEDIASOUP_RATIO,
                comparison.ratio(Mediasoup),
            ),
            Line(
                f"cost at {count}, of the C floor", FLOOR_RATIO, comparison.floor_ratio
            ),
        ]
    limits_us = {300: US_AT_300, 1_000: US_AT_1000}
    if count in limits_us:
        cost_us = ours.cpu_us_per_packet
        lines += [
            Line(f"cost of a packet at {count}", limits_us[count], cost_us, "us"),
            Line(f"loss at {count}", LOSS_PERCENT, ours.loss_percent, "%"),
        ]
    if count == 300:
        delays = ours.delays
        lines += [
            Line("delay p99 at 300, audio", DELAY_P99_MS, delays.audio.p99_ms, "ms"),
            Line("delay p99 at 300, video", DELAY_P99_MS, delays.video.p99_ms, "ms"),
            Line("memory of a viewer", KIB_PER_VIEWER, ours.kib_per_subscriber, "KiB"),
        ]
    if count == 1_000:
        lines.append(Line("CPU at 1000, of one core", 100, ours.cpu_percent, "%"))
    return lines


def storm_lines(report: Report) -> list[Line]:
    """What the run by WHIP and WHEP has to show."""
    packet_s = worst([one.packet_after_s for one in report.joiners])
    picture_s = worst([one.picture_after_s for one in report.joiners])
    never = sum(one.picture_after_s is None for one in report.joiners)
    steady, during = report.steady, report.during
    return [
        Line("WHEP storm: without a picture", 0, never),
        Line("WHEP storm: worst first packet", FIRST_PACKET_S, packet_s, "s"),
        Line("WHEP storm: worst first picture", FIRST_PICTURE_S, picture_s, "s"),
        Line("WHEP storm: loss of those there already", 0, during.loss_percent, "%"),
        Line("WHEP: loss after the storm", LOSS_PERCENT, steady.loss_percent, "%"),
        Line("WHEP: cost of a packet", US_AT_300, steady.cpu_us_per_packet, "us"),
        Line("WHEP: memory of a viewer", KIB_PER_VIEWER, report.kib_per_viewer, "KiB"),
    ]
