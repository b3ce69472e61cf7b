"""Draw a speaker: a plain illustrated figure whose mouth follows the voice.

Everything that does not move is drawn once at double size and scaled down; a frame is
then two pastes, so that a three-minute clip takes seconds to make.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 640, 360
SCALE = 2
BUST = (360, 330)
"""Size of the moving part, in final pixels."""

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of one speaker and room."""

    wall_top: Colour = (214, 222, 233)
    wall_bottom: Colour = (168, 182, 203)
    skin: Colour = (226, 181, 148)
    hair: Colour = (52, 38, 32)
    suit: Colour = (31, 52, 92)
    shirt: Colour = (246, 248, 251)
    tie: Colour | None = (165, 37, 52)
    long_hair: bool = False
    board: bool = True


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = (max(0, min(255, int(c * factor))) for c in colour)
    return red, green, blue


def draw_room(look: Look) -> Image.Image:
    """Draw the wall, a window and the board behind the speaker."""
    size = (WIDTH * SCALE, HEIGHT * SCALE)
    room = Image.new("RGB", size)
    draw = ImageDraw.Draw(room)
    for y in range(size[1]):
        part = y / size[1]
        row = tuple(
            int(a + (b - a) * part)
            for a, b in zip(look.wall_top, look.wall_bottom, strict=True)
        )
        draw.line([(0, y), (size[0], y)], fill=row)
    panel = _shade(look.wall_bottom, 0.93)
    for x in range(0, size[0], 160):
        draw.line([(x, 0), (x, size[1])], fill=panel, width=3)
    draw.rectangle([0, 560, size[0], 572], fill=_shade(look.wall_bottom, 0.85))
    if look.board:
        draw.rounded_rectangle([70, 90, 400, 330], 10, fill=(20, 33, 61))
        draw.rounded_rectangle([84, 104, 386, 316], 6, fill=(244, 246, 250))
        for index, width in enumerate((210, 250, 180, 230)):
            top = 140 + index * 38
            draw.rounded_rectangle([112, top, 112 + width, top + 12], 6, fill=panel)
        draw.ellipse([340, 280, 366, 306], fill=(11, 92, 173))
    else:
        draw.rectangle([60, 70, 330, 380], fill=(236, 243, 250))
        draw.rectangle([190, 70, 200, 380], fill=(255, 255, 255))
        draw.rectangle([60, 220, 330, 230], fill=(255, 255, 255))
    soft = room.filter(ImageFilter.GaussianBlur(4))
    return soft.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _draw_body(draw: ImageDraw.ImageDraw, look: Look, mid: int) -> None:
    draw.rounded_rectangle([mid - 250, 420, mid + 250, 900], 150, fill=look.suit)
    draw.polygon([(mid - 74, 420), (mid + 74, 420), (mid, 640)], fill=look.shirt)
    lapel = _shade(look.suit, 1.28)
    for side in (-1, 1):
        points = [(mid + side * 74, 414), (mid + side * 132, 430), (mid, 660)]
        draw.polygon(points, fill=lapel)
    if look.tie is not None:
        knot = [(mid - 17, 430), (mid + 17, 430)]
        draw.polygon(
            [*knot, (mid + 24, 590), (mid, 640), (mid - 24, 590)], fill=look.tie
        )
    neck = _shade(look.skin, 0.9)
    draw.rounded_rectangle([mid - 48, 330, mid + 48, 442], 34, fill=neck)


def _draw_head(draw: ImageDraw.ImageDraw, look: Look, mid: int) -> None:
    draw.ellipse([mid - 118, 62, mid + 118, 300], fill=look.hair)
    for side in (-1, 1):
        ear = mid + side * 108
        draw.ellipse([ear - 20, 210, ear + 20, 270], fill=_shade(look.skin, 0.93))
    draw.ellipse([mid - 106, 92, mid + 106, 376], fill=look.skin)
    draw.chord([mid - 112, 74, mid + 112, 250], 180, 360, fill=look.hair)
    draw.chord([mid - 96, 130, mid + 100, 230], 180, 360, fill=look.skin)


def _draw_face(
    draw: ImageDraw.ImageDraw, look: Look, mid: int, mouth: int, blink: bool
) -> None:
    for side in (-1, 1):
        eye = mid + side * 42
        brow = [eye - 25, 192, eye + 25, 218]
        draw.arc(brow, 200, 340, fill=look.hair, width=7)
        if blink:
            draw.line([(eye - 16, 228), (eye + 16, 228)], fill=look.hair, width=5)
        else:
            draw.ellipse([eye - 18, 216, eye + 18, 240], fill=(250, 250, 250))
            draw.ellipse([eye - 10, 217, eye + 10, 239], fill=(44, 36, 34))
    nose = _shade(look.skin, 0.82)
    draw.arc([mid - 20, 240, mid + 20, 282], 40, 140, fill=nose, width=6)
    lips = (164, 84, 78)
    if mouth == 0:
        draw.arc([mid - 34, 284, mid + 34, 322], 25, 155, fill=lips, width=7)
        return
    half = 26 + mouth * 2
    draw.ellipse([mid - half, 300, mid + half, 308 + mouth * 9], fill=lips)
    draw.ellipse(
        [mid - half + 8, 303, mid + half - 8, 303 + mouth * 8], fill=(92, 34, 38)
    )


@lru_cache(maxsize=64)
def draw_bust(look: Look, mouth: int, blink: bool) -> Image.Image:
    """Draw head and shoulders; `mouth` is 0 (closed) to 3 (wide)."""
    bust = Image.new("RGBA", (BUST[0] * SCALE, BUST[1] * SCALE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(bust)
    mid = BUST[0] * SCALE // 2
    if look.long_hair:
        draw.rounded_rectangle([mid - 128, 100, mid + 128, 450], 110, fill=look.hair)
    _draw_body(draw, look, mid)
    _draw_head(draw, look, mid)
    _draw_face(draw, look, mid, mouth, blink)
    return bust.resize(BUST, Image.Resampling.LANCZOS)


def draw_frame(
    room: Image.Image, look: Look, time_s: float, level: float
) -> Image.Image:
    """Compose one frame; `level` is the loudness 0..1 at this moment."""
    mouth = 0 if level < 0.08 else min(3, 1 + int(level * 4))
    blink = (time_s % 4.3) < 0.14
    sway_x = round(5 * math.sin(time_s * 0.9) + 2 * math.sin(time_s * 2.3))
    sway_y = round(2 * math.sin(time_s * 1.7) - level * 2)
    frame = room.copy()
    bust = draw_bust(look, mouth, blink)
    left = (WIDTH - BUST[0]) // 2 + 70 + sway_x
    frame.paste(bust, (left, HEIGHT - BUST[1] + 12 + sway_y), bust)
    return frame
