"""Make a screenshot small: 256 colours are plenty for an interface."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph

ONE_S = Fraction(1, 1)
COLOURS = 256


def to_palette(frame: av.VideoFrame) -> av.VideoFrame:
    """Return the picture in the 256 colours that suit it best, undithered."""
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=ONE_S,
    )
    split = graph.add("split")
    chosen = graph.add("palettegen", f"max_colors={COLOURS}:stats_mode=single")
    used = graph.add("paletteuse", "dither=none")
    sink = graph.add("buffersink")
    source.link_to(split)
    split.link_to(chosen, 0, 0)
    split.link_to(used, 1, 0)
    chosen.link_to(used, 0, 1)
    used.link_to(sink)
    graph.configure()
    source.push(frame)
    source.push(None)
    reduced = sink.pull()
    assert isinstance(reduced, av.VideoFrame)
    return reduced


def shrink_png(path: Path) -> int:
    """Rewrite a PNG with a palette; return its new size in bytes."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0)).reformat(format="rgb24")
    frame.pts = 0
    reduced = to_palette(frame)
    codec = av.VideoCodecContext.create("png", "w")
    codec.width, codec.height = reduced.width, reduced.height
    codec.pix_fmt = "pal8"
    codec.time_base = ONE_S
    codec.options = {"compression_level": "9"}
    path.write_bytes(
        b"".join(bytes(packet) for packet in [*codec.encode(reduced), *codec.encode()])
    )
    return path.stat().st_size
