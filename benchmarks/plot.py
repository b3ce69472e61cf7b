"""Line charts as plain SVG, panels side by side; labels where there is room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

PANEL_WIDTH, PANEL_HEIGHT = 320, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 20, 34, 40
LABEL_WIDTH = 22
"""Points nearer than this to one on their right go without words."""


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    x_name: str
    points: Sequence[Point]


def draw(panels: Sequence[Panel], y_name: str) -> str:
    """Draw all panels with one scale each; axes begin at 0."""
    width = PANEL_WIDTH * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {PANEL_HEIGHT}" '
        f'width="{width}" font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for number, panel in enumerate(panels):
        parts.append(f'<g transform="translate({number * PANEL_WIDTH} 0)">')
        parts += _panel(panel, y_name)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, y_name: str) -> list[str]:
    bottom, right = PANEL_HEIGHT - BOTTOM, PANEL_WIDTH - RIGHT
    x_top = max(point.x for point in panel.points)
    y_top = _round_up(max(point.y for point in panel.points))
    places = [
        (
            LEFT + (right - LEFT) * point.x / x_top,
            bottom - (bottom - TOP) * point.y / y_top,
        )
        for point in panel.points
    ]
    path = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
    parts = [
        _text(PANEL_WIDTH / 2, 14, panel.title, weight="bold"),
        _text(PANEL_WIDTH / 2, PANEL_HEIGHT - 6, panel.x_name),
        f'<path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="#888"/>',
        _text(LEFT, TOP - 6, y_name, anchor="start"),
        _text(LEFT - 6, TOP + 4, f"{y_top:g}", anchor="end"),
        _text(LEFT - 6, bottom, "0", anchor="end"),
        f'<polyline points="{path}" fill="none" stroke="#0b5cad" stroke-width="2"/>',
    ]
    free_x = math.inf
    for point, (x, y) in reversed(list(zip(panel.points, places, strict=True))):
        parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="#0b5cad"/>')
        if x + LABEL_WIDTH > free_x:
            continue
        free_x = x
        parts.append(_text(x + 4, y - 7, point.label, anchor="end"))
        parts.append(_text(x, bottom + 14, f"{point.x:g}"))
    return parts


def _round_up(value: float) -> float:
    """Return a scale's end: the next of 10, 20, 50, 100, ..."""
    scale = 10.0
    while True:
        for step in (1, 2, 5):
            if scale * step >= value:
                return scale * step
        scale *= 10


def _text(
    x: float, y: float, words: str, *, anchor: str = "middle", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escape(words)}</text>'
    )
