"""PDFs as people really upload them: good, broken, locked, endless, greedy."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from server.converter.render import Renderer, RenderFailed, RenderLimits
from server.seed.slides import draw

LIMITS = RenderLimits(max_pages=20, memory_bytes=1 << 30, cpu_s=60)


async def render(source: Path, limits: RenderLimits = LIMITS) -> int:
    return await Renderer(limits).render(source, source.with_suffix(".out"))


def blank_pdf(path: Path, pages: int, width: float = 960, height: float = 540) -> Path:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(width, height).close()
    document.save(path)
    document.close()
    return path


async def test_lecture_becomes_pictures_and_text(tmp_path: Path) -> None:
    draw(tmp_path / "deck.pdf")
    assert await render(tmp_path / "deck.pdf") == 12
    folder = tmp_path / "deck.out"
    for width in (480, 960, 1600):
        with Image.open(folder / f"12-{width}.webp") as picture:
            assert picture.size == (width, width * 9 // 16)
    texts = json.loads((folder / "text.json").read_text())
    assert len(texts) == 12
    assert texts[1].startswith("What we do today\n")


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7\nnonsense", b"\x89PNG\r\n" + b"x" * 1000]
)
async def test_broken_file_is_unreadable(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "x.pdf"
    source.write_bytes(content)
    with pytest.raises(RenderFailed, match="pdf_unreadable"):
        await render(source)
    assert list(tmp_path.iterdir()) == [source]


async def test_locked_pdf_is_told_apart(tmp_path: Path) -> None:
    source = tmp_path / "x.pdf"
    source.write_bytes(ENCRYPTED)
    with pytest.raises(RenderFailed, match="pdf_encrypted"):
        await render(source)


async def test_too_many_pages_are_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(RenderFailed, match="pdf_too_long"):
        await render(blank_pdf(tmp_path / "x.pdf", 21))


async def test_huge_and_narrow_pages_stay_small(tmp_path: Path) -> None:
    assert await render(blank_pdf(tmp_path / "x.pdf", 1, 50, 14_000)) == 1
    with Image.open(tmp_path / "x.out" / "1-1600.webp") as picture:
        assert picture.height <= 3200


async def test_greedy_pdf_is_killed_by_its_limits(tmp_path: Path) -> None:
    limits = RenderLimits(max_pages=500, memory_bytes=1 << 30, cpu_s=1)
    with pytest.raises(RenderFailed, match="pdf_too_long"):
        await render(blank_pdf(tmp_path / "x.pdf", 200), limits)
    small = RenderLimits(max_pages=500, memory_bytes=60 << 20, cpu_s=60)
    with pytest.raises(RenderFailed, match="pdf_unreadable"):
        await render(blank_pdf(tmp_path / "y.pdf", 2), small)


async def test_slow_pdf_ends_by_the_wall_clock(tmp_path: Path) -> None:
    limits = RenderLimits(max_pages=500, memory_bytes=1 << 30, cpu_s=60, wall_s=0.05)
    with pytest.raises(RenderFailed, match="pdf_too_long"):
        await render(blank_pdf(tmp_path / "x.pdf", 100), limits)


async def test_event_loop_is_not_held_up(tmp_path: Path) -> None:
    longest_s, loop = 0.0, asyncio.get_running_loop()
    task = asyncio.create_task(render(blank_pdf(tmp_path / "x.pdf", 10)))
    while not task.done():
        before_s = loop.time()
        await asyncio.sleep(0.005)
        longest_s = max(longest_s, loop.time() - before_s)
    assert await task == 10
    # Starting a process forks; the rest happens elsewhere.
    assert longest_s < 0.25


def _encrypt() -> bytes:
    """A minimal PDF with the standard security handler and an unknown password."""
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
        b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"a1" * 32 + b">/U<"
        b"" + b"b2" * 32 + b">>>endobj\n"
    )
    xref = len(body)
    offsets = [body.index(b"%d 0 obj" % number) for number in range(1, 5)]
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(
        b"%010d 00000 n \n" % offset for offset in offsets
    )
    identity = b"<" + b"00" * 16 + b">"
    trailer = (
        b"trailer<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID["
        + identity * 2
        + b"]>>\nstartxref\n%d\n%%%%EOF" % xref
    )
    return body + table + trailer


ENCRYPTED = _encrypt()
