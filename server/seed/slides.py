"""Draws the lecture's slides: `python -m server.seed.slides FILE.pdf`.

A process of its own, so that the web process need not load PDFium.
"""

from __future__ import annotations

import sys
from pathlib import Path

from server.seed.lecture import OPENING, SLIDES, Slide
from server.seed.pdf_canvas import HEIGHT_PT, WIDTH_PT, Colour, PdfCanvas

INK: Colour = (20, 33, 61)
MUTED: Colour = (86, 99, 122)
ACCENT: Colour = (11, 92, 173)
GOLD: Colour = (232, 168, 30)
PAPER: Colour = (255, 255, 255)
BAND: Colour = (234, 240, 248)
MARGIN_PT = 64.0


def draw(path: Path) -> None:
    """Write the whole deck."""
    canvas = PdfCanvas()
    _draw_opening(canvas)
    for number, slide in enumerate(SLIDES, start=2):
        _draw_slide(canvas, slide, number)
    canvas.save(path)


def _draw_opening(canvas: PdfCanvas) -> None:
    canvas.new_page()
    canvas.rectangle(0, 0, WIDTH_PT, HEIGHT_PT, INK)
    canvas.rectangle(0, HEIGHT_PT - 150, WIDTH_PT, 150, ACCENT)
    canvas.rectangle(MARGIN_PT, 128, 96, 8, GOLD)
    y = canvas.paragraph(
        MARGIN_PT, 206, OPENING.title, 54, PAPER, width_pt=780, is_bold=True
    )
    canvas.paragraph(
        MARGIN_PT, y + 8, OPENING.points[0], 24, (205, 218, 236), width_pt=780
    )
    canvas.text(MARGIN_PT, HEIGHT_PT - 66, OPENING.points[1], 20, PAPER)


def _draw_slide(canvas: PdfCanvas, slide: Slide, number: int) -> None:
    canvas.new_page()
    canvas.rectangle(0, 0, WIDTH_PT, HEIGHT_PT, PAPER)
    canvas.rectangle(0, 0, 18, HEIGHT_PT, ACCENT)
    canvas.text(MARGIN_PT, 84, slide.title, 40, INK, is_bold=True)
    canvas.rectangle(MARGIN_PT, 104, 72, 6, GOLD)
    has_bars = bool(slide.bars)
    wide = 350.0 if has_bars else WIDTH_PT - 2 * MARGIN_PT
    size_pt, gap_pt = (23, 14) if has_bars else (27, 20)
    y = 170.0
    for point in slide.points:
        canvas.rectangle(MARGIN_PT, y - size_pt * 0.58, 11, 11, ACCENT)
        y = gap_pt + canvas.paragraph(
            MARGIN_PT + 30, y, point, size_pt, INK, width_pt=wide - 30
        )
    if has_bars:
        _draw_bars(canvas, slide.bars, MARGIN_PT + wide + 40)
    if slide.note:
        canvas.rectangle(MARGIN_PT, 436, WIDTH_PT - 2 * MARGIN_PT, 56, BAND)
        canvas.rectangle(MARGIN_PT, 436, 6, 56, GOLD)
        canvas.text(MARGIN_PT + 24, 471, slide.note, 20, INK, is_bold=True)
    page = f"{number} / {len(SLIDES) + 1}"
    # A page number is drawn, but is no sentence: it stays at the very end.
    canvas.text(WIDTH_PT - MARGIN_PT - canvas.width_of(page, 14), 520, page, 14, MUTED)


def _draw_bars(
    canvas: PdfCanvas, bars: tuple[tuple[str, int], ...], left_pt: float
) -> None:
    """Draw labelled horizontal bars, the longest over the whole width."""
    room_pt = WIDTH_PT - MARGIN_PT - left_pt
    step_pt = 270.0 / len(bars)
    most = max(value for _, value in bars)
    for index, (label, value) in enumerate(bars):
        y = 150 + index * step_pt
        canvas.text(left_pt, y + 12, label, 16, MUTED)
        length_pt = (room_pt - 44) * value / most
        canvas.rectangle(left_pt, y + 19, length_pt, step_pt - 31, ACCENT)
        canvas.text(
            left_pt + length_pt + 10,
            y + 19 + (step_pt - 31) / 2 + 6,
            str(value),
            18,
            INK,
            is_bold=True,
        )


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
